/** Stretches of an index that goes by an instant and then by `_id`, as filters whose bounds begin and end exactly there. */
import type { Document } from 'mongodb';

export interface Place {
  at: number;
  _id: string;
}

export interface Stretch {
  /** The field of the instant. */
  field: string;
  direction: 1 | -1;
  /** Both exclusive, in the direction of the index. */
  from: number | undefined;
  to: number | undefined;
  /** Narrower than `from`, exclusive. */
  after: Place | null;
  /** Narrower than `to`, inclusive. */
  until: Place | null;
}

/**
 * One filter each for the rows of the first instant, of those between, and of the last one: a comparison of both fields at
 * once would make the server go through all rows of an instant, however many there are.
 */
export function piecesOf({ field, direction, from, to, after, until }: Stretch): Document[] {
  const [beyond, before] = direction === 1 ? (['$gt', '$lt'] as const) : (['$lt', '$gt'] as const);
  const begin = after ? { [beyond]: after._id } : {};
  const end = until ? { [`${before}e`]: until._id } : {};
  if (after && until && after.at === until.at) return [{ [field]: after.at, _id: { ...begin, ...end } }];
  const [first, last] = [after?.at ?? from, until?.at ?? to];
  const between = {
    ...(first === undefined ? {} : { [beyond]: first }),
    ...(last === undefined ? {} : { [before]: last }),
  };
  return [
    ...(after ? [{ [field]: after.at, _id: begin }] : []),
    { [field]: first === undefined && last === undefined ? { $exists: true } : between },
    ...(until ? [{ [field]: until.at, _id: end }] : []),
  ];
}
