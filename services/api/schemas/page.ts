/** Pages of lists: an opaque cursor that says after which row the next page begins, so inserts move nothing. */
import Type from 'typebox';
import { hash32 } from '../../../shared/base/ids.js';
import { invalidRequest, type Problem } from '../plugins/problems.js';

export const defaultLimit = 50;

export const pageQuery = {
  cursor: Type.Optional(
    Type.String({
      maxLength: 1_024,
      description: '`nextCursor` of the page before; leave it out for the first',
    }),
  ),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: defaultLimit,
      description: 'rows at most, 1 to 1000; a page may have fewer, or none, and yet not be the last',
    }),
  ),
};

/** The place in a list that a cursor names: the instant that the list goes by, and the id. */
export interface Place {
  at: number;
  id: string;
}

/** Of the cursor's own form. A cursor is good for the list that gave it, so it bears a digest of what that list is of. */
const version = 2;

/** @param list what the list is of: namespace, filters, order; in the same words each time */
export function encodeCursor(list: object, { at, id }: Place): string {
  const parts = [version, digestOf(list), at, id];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The place that a cursor names; throws the problem of one that we have not given, or not for this list. */
export function decodeCursor(list: object, cursor: string): Place {
  const parts = parse(cursor);
  if (!Array.isArray(parts) || parts.length !== 4) throw badCursor();
  const [given, digest, at, id] = parts as unknown[];
  if (given !== version || typeof digest !== 'number' || !Number.isSafeInteger(at) || typeof id !== 'string')
    throw badCursor();
  if (digest !== digestOf(list))
    throw wrongCursor('is of a list with other filters; send the same ones, or begin again without it');
  return { at: at as number, id };
}

function digestOf(list: object): number {
  const given = Object.entries(list).filter(([, value]) => value !== undefined);
  return hash32(JSON.stringify(given.sort(([one], [other]) => (one < other ? -1 : 1))));
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
}

function badCursor(): Problem {
  return wrongCursor('is not one that a page of this list has given; begin again without it');
}

function wrongCursor(detail: string): Problem {
  return invalidRequest([{ pointer: '/cursor', detail, in: 'query' }]);
}
