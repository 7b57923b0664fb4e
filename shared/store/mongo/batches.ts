/** The two shapes in which a batch reaches MongoDB: new documents in one insert, equal changes in one update. */
import type {
  BulkWriteOptions,
  Collection,
  Document,
  Filter,
  OptionalUnlessRequiredId,
  UpdateFilter,
} from 'mongodb';
import { duplicatesOf, isAway } from './errors.js';

/** One change for many documents. */
export interface GroupUpdate<Row extends Document> {
  filter: Filter<Row>;
  update: UpdateFilter<Row> | Document[];
}

/**
 * Sends all groups in one command and answers how many documents they matched. The driver repeats an insert whose reply
 * was lost, never an update of many; here that is done once too. A repeat is harmless, for what the first one changed
 * no longer matches or is changed to the same; but then fewer may be matched than were changed.
 */
export async function updateGroups<Row extends Document>(
  collection: Collection<Row>,
  groups: GroupUpdate<Row>[],
  options: BulkWriteOptions = {},
): Promise<number> {
  if (groups.length === 0) return 0;
  const operations = groups.map((group) => ({ updateMany: group }));
  const send = () => collection.bulkWrite(operations, { ordered: false, ...options });
  const { matchedCount } = await (options.session?.inTransaction() ? send() : sendTwice(send));
  return matchedCount;
}

/** In an update of many: the value that belongs to the key which each document has. Every document must have one of them. */
export function valueOf(key: string, values: ReadonlyMap<string, unknown>): Document {
  const place = { $indexOfArray: [{ $literal: [...values.keys()] }, key] };
  return { $arrayElemAt: [{ $literal: [...values.values()] }, place] };
}

async function sendTwice<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    if (!isAway(error)) throw error;
    return send();
  }
}

/** Inserts the rows whose `_id` is free and answers the positions of the others. */
export async function insertNew<Row extends { _id: string }>(
  collection: Collection<Row>,
  rows: Row[],
  options: BulkWriteOptions = {},
): Promise<Set<number>> {
  if (rows.length === 0) return new Set();
  try {
    await collection.insertMany(rows as OptionalUnlessRequiredId<Row>[], { ordered: false, ...options });
    return new Set();
  } catch (error) {
    const duplicates = duplicatesOf(error);
    if (!duplicates) throw error;
    return duplicates;
  }
}
