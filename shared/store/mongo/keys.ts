/** KeyStore on MongoDB: one document a key, changed under its version together with the record of the change. */
import type { ClientSession } from 'mongodb';
import type { ChangeRecord } from '../../timers/change-record.js';
import type { ApiKey, KeyQuery, KeyStore, KeyUse } from '../keys.js';
import { insertRecords } from './change-records.js';
import { type Database, wholeBatch } from './database.js';
import type { KeyRow } from './rows.js';

/** There are few keys; whoever keeps a hundred thousand of them is told to narrow the list. */
const listLimitMs = 3_000;

export function keyStore(db: Database): KeyStore {
  return {
    create: (key, condition) => create(db, key, condition),
    async read(ids) {
      return (await db.keys.find({ _id: { $in: [...ids] } }, wholeBatch).toArray()).map(toKey);
    },
    list: (query) => list(db, query),
    replace: ({ lastUsedAt: _lastUsedAt, ...key }, record) =>
      recorded(db, record, async (session) => {
        const { id: _id, version, ...rest } = key;
        const changes = { $set: { ...rest, version: version + 1 } };
        return (await db.keys.updateOne({ _id, version }, changes, { session })).matchedCount === 1;
      }),
    remove: ({ id: _id, version }, record) =>
      recorded(db, record, async (session) => {
        return (await db.keys.deleteOne({ _id, version }, { session })).deletedCount === 1;
      }),
    markUsed: (uses) => markUsed(db, uses),
  };
}

function create(
  db: Database,
  key: ApiKey,
  { most, record }: { most: number; record: ChangeRecord },
): Promise<boolean> {
  const { id: _id, ...rest } = key;
  return db.transactions.retry(async (session) => {
    if (await db.keys.findOne({ _id }, { session })) return { commit: true, reply: true };
    const alike = { namespaces: { $in: key.namespaces } };
    if ((await db.keys.countDocuments(alike, { session, limit: most })) >= most)
      return { commit: true, reply: false };
    await db.keys.insertOne({ _id, ...rest }, { session });
    await insertRecords({ db, session }, [record]);
    return { commit: true, reply: true };
  });
}

async function list(db: Database, { within, after, limit }: KeyQuery): Promise<ApiKey[]> {
  const inside = within && { namespaces: { $not: { $elemMatch: { $nin: [...within] } } } };
  const rows = await db.keys
    .find(
      { _id: { $gt: after ?? '' }, ...inside },
      { sort: { _id: 1 }, limit, maxTimeMS: listLimitMs, ...wholeBatch },
    )
    .toArray();
  return rows.map(toKey);
}

/** What is done and the record of it, or neither. */
function recorded(
  db: Database,
  record: ChangeRecord,
  work: (session: ClientSession) => Promise<boolean>,
): Promise<boolean> {
  return db.transactions.retry(async (session) => {
    const done = await work(session);
    if (done) await insertRecords({ db, session }, [record]);
    return { commit: done, reply: done };
  });
}

async function markUsed(db: Database, uses: readonly KeyUse[]): Promise<void> {
  if (uses.length === 0) return;
  const operations = uses.map(({ id: _id, at }) => ({
    updateOne: { filter: { _id }, update: { $max: { lastUsedAt: at } } },
  }));
  await db.keys.bulkWrite(operations, { ordered: false });
}

function toKey({ _id, ...rest }: KeyRow): ApiKey {
  return { id: _id, ...rest };
}
