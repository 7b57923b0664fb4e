/** Pages of lists: an opaque cursor that says after which row the next page begins, so inserts move nothing. */
import Type from 'typebox';
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
      description: 'rows at most, 1 to 1000',
    }),
  ),
};

export interface Page<Row> {
  data: Row[];
  nextCursor: string | null;
}

/** A page from `limit + 1` rows: the last one only tells that there is a next page. */
export function pageOf<Row, Shown>(
  rows: Row[],
  { limit, show, key }: { limit: number; show(row: Row): Shown; key(row: Row): unknown[] },
): Page<Shown> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const nextCursor = rows.length > limit && last ? encodeCursor(key(last)) : null;
  return { data: data.map(show), nextCursor };
}

function encodeCursor(key: unknown[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The key within a cursor, whose parts are of these types; throws the problem of one that we have not given. */
export function decodeCursor<const Kinds extends readonly ('string' | 'number')[]>(
  cursor: string,
  kinds: Kinds,
): { [Index in keyof Kinds]: Kinds[Index] extends 'string' ? string : number } {
  const key = parse(cursor);
  const fits =
    Array.isArray(key) && key.length === kinds.length && kinds.every((kind, i) => typeof key[i] === kind);
  if (!fits) throw badCursor();
  return key as never;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
}

function badCursor(): Problem {
  const detail = 'is not one that a page of this list has given; begin again without it';
  return invalidRequest([{ pointer: '/cursor', detail, in: 'query' }]);
}
