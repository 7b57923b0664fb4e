/** ChangeStore on MongoDB, and the way in which changes write their records. */
import type { ClientSession, Filter } from 'mongodb';
import type { ChangeRecord } from '../../timers/change-record.js';
import {
  type ChangeQuery,
  type ChangeStore,
  firstIdAt,
  idBounds,
  keptChanges,
  trimEvery,
} from '../changes.js';
import { type Database, wholeBatch } from './database.js';
import type { ChangeRow } from './rows.js';

interface Transaction {
  db: Database;
  session: ClientSession;
}

/** Every query has an index; the server stops what takes longer all the same. */
const listLimitMs = 3_000;

export function changeStore(db: Database): ChangeStore {
  return {
    async list(query) {
      const options = {
        sort: { _id: -1 },
        limit: query.limit,
        maxTimeMS: listLimitMs,
        ...wholeBatch,
      } as const;
      return (await db.changes.find(filterOf(query), options).toArray()).map(toRecord);
    },
    removeBefore: (at, limit) => removeBefore(db, at, limit),
  };
}

/** To be called inside the transaction of the changes that they tell of. */
export async function insertRecords({ db, session }: Transaction, records: ChangeRecord[]): Promise<void> {
  if (records.length === 0) return;
  await db.changes.insertMany(records.map(toRow), { session });
  for (const record of records) await trim({ db, session }, record);
}

/** Of a timer that has many, the oldest go. */
async function trim(
  { db, session }: Transaction,
  { namespace, resource, resourceId, generation }: ChangeRecord,
): Promise<void> {
  if (resource !== 'timer' || generation === null) return;
  if (generation <= keptChanges || generation % trimEvery > 0) return;
  const old = { namespace, resourceId, resource, generation: { $lte: generation - keptChanges } };
  await db.changes.deleteMany(old, { session });
}

async function removeBefore(db: Database, at: number, limit: number): Promise<number> {
  const old = { _id: { $lt: firstIdAt(at) } };
  const rows = await db.changes
    .find(old, { projection: { _id: 1 }, sort: { _id: 1 }, limit, ...wholeBatch })
    .toArray();
  if (rows.length === 0) return 0;
  return (await db.changes.deleteMany({ _id: { $in: rows.map(({ _id }) => _id) } })).deletedCount;
}

function filterOf(query: ChangeQuery): Filter<ChangeRow> {
  const { namespace, resource, resourceId, actor, action } = query;
  const { first, below } = idBounds(query);
  const bounds = { ...(first !== null && { $gte: first }), ...(below !== null && { $lt: below }) };
  return {
    namespace,
    ...(resource !== undefined && { resource }),
    ...(resourceId !== undefined && { resourceId }),
    ...(actor !== undefined && { actor }),
    ...(action !== undefined && { action }),
    ...(first !== null || below !== null ? { _id: bounds } : {}),
  };
}

function toRow({ id, ...rest }: ChangeRecord): ChangeRow {
  return { _id: id, ...rest };
}

function toRecord({ _id, ...rest }: ChangeRow): ChangeRecord {
  return { id: _id, ...rest };
}
