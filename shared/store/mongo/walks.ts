/**
 * A walk along one index, between two places in it. It names the index, so that the server never chooses another; what the
 * index does not bear is compared document by document on the way.
 */
import type { Collection, Document, Filter, WithId } from 'mongodb';
import { type Count, countScanLimit } from '../queries.js';
import { wholeBatch } from './database.js';

/** The server stops what takes longer, however slow the machine may be. */
const walkLimitMs = 3_000;

export interface Walk {
  hint: string | Document;
  sort: Record<string, 1 | -1>;
  /** What the index bears: stretches that follow one another. */
  pieces: Document[];
  rest: Document[];
}

export function rowsOn<Row extends Document>(
  collection: Collection<Row>,
  { hint, sort, pieces, rest }: Walk,
  limit: number,
): Promise<WithId<Row>[]> {
  const options = { hint, sort, limit, maxTimeMS: walkLimitMs, ...wholeBatch };
  return collection.find(anyOf(pieces, rest), options).toArray();
}

/** What the index has of the row that many rows on; null where there are fewer. */
export async function reachOn<Row extends Document>(
  collection: Collection<Row>,
  { hint, sort, pieces }: Walk,
  rows: number,
): Promise<WithId<Row> | null> {
  const projection = Object.fromEntries(Object.keys({ _id: 1, ...sort }).map((field) => [field, 1]));
  const options = { hint, sort, skip: rows - 1, limit: 1, maxTimeMS: walkLimitMs, projection };
  const [row] = await collection.find(anyOf<Row>(pieces), options).toArray();
  return row ?? null;
}

/** @param walk the whole of it, which is one stretch */
export async function countOn<Row extends Document>(collection: Collection<Row>, walk: Walk): Promise<Count> {
  const { hint, pieces, rest } = walk;
  const stretch = anyOf<Row>(pieces);
  const options = { hint, maxTimeMS: walkLimitMs };
  if (rest.length === 0) {
    const count = await collection.countDocuments(stretch, { ...options, limit: countScanLimit });
    return { count, exact: count < countScanLimit };
  }
  const isCut = (await reachOn(collection, walk, countScanLimit)) !== null;
  const steps = [
    { $match: stretch },
    { $limit: countScanLimit },
    { $match: { $and: rest } },
    { $count: 'count' },
  ];
  const [found] = await collection.aggregate<{ count: number }>(steps, options).toArray();
  return { count: found?.count ?? 0, exact: !isCut };
}

function anyOf<Row extends Document>(pieces: Document[], rest: Document[] = []): Filter<Row> {
  const filters = pieces.map((piece) => ({ $and: [piece, ...rest] }));
  return (filters.length === 1 ? filters[0]! : { $or: filters }) as Filter<Row>;
}

/** A row's place in an index that goes by an instant and then by `_id`. */
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
