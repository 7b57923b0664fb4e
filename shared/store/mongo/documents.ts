/** Small versioned documents under compare-and-set. */
import type { ClientSession } from 'mongodb';
import { batchToken } from '../../base/ids.js';
import type { DocumentStore, WriteCondition } from '../store.js';
import { insertRecords } from './change-records.js';
import type { Database } from './database.js';
import { isDuplicateKey } from './errors.js';

interface Transaction {
  db: Database;
  session: ClientSession;
}

interface Write {
  name: string;
  value: unknown;
  expected: number;
}

interface Guard {
  name: string;
  version: number;
}

export function documentStore(db: Database): DocumentStore {
  return {
    // Linearizable: a primary that was replaced and does not know it yet cannot answer.
    async read(name) {
      const row = await db.documents.findOne({ _id: name }, { readConcern: { level: 'linearizable' } });
      return row && { version: row.version, value: row.value, writtenAt: row.writtenAt?.getTime() ?? 0 };
    },
    async write(name, value, condition) {
      const { expected, guard, record } = condition;
      const write = { name, value, expected };
      const done =
        guard || record
          ? await inTransaction(db, write, condition)
          : await db.client.withSession((session) => put({ db, session }, write));
      return done ? expected + 1 : null;
    },
  };
}

function inTransaction(db: Database, write: Write, { guard, record }: WriteCondition): Promise<boolean> {
  return db.transactions.retry(async (session) => {
    const transaction = { db, session };
    const done = (!guard || (await hold(transaction, guard))) && (await put(transaction, write));
    if (done && record) await insertRecords(transaction, [record]);
    return { commit: done, reply: done };
  });
}

/**
 * True while the guard has its version. Its row is written too: a transaction that only read it would not notice that
 * a higher term was installed beside it.
 */
async function hold({ db, session }: Transaction, { name, version }: Guard): Promise<boolean> {
  if (version > 0) {
    const touched = { $set: { guarded: batchToken() } };
    return (await db.documents.updateOne({ _id: name, version }, touched, { session })).matchedCount === 1;
  }
  if (await db.documents.findOne({ _id: name }, { session })) return false;
  await db.documents.insertOne({ _id: name, version, value: null }, { session });
  await db.documents.deleteOne({ _id: name }, { session });
  return true;
}

async function put({ db, session }: Transaction, write: Write): Promise<boolean> {
  if (write.expected === 0) return insert({ db, session }, write);
  const filter = { _id: write.name, version: write.expected };
  return (await db.documents.updateOne(filter, stamped(write), { session })).matchedCount === 1;
}

/** Looks first: inside a transaction a duplicate key would not be an answer but the end of it. */
async function insert({ db, session }: Transaction, write: Write): Promise<boolean> {
  if (await db.documents.findOne({ _id: write.name }, { session })) return false;
  const absent = { _id: write.name, version: 0 };
  try {
    return (
      (await db.documents.updateOne(absent, stamped(write), { session, upsert: true })).upsertedCount === 1
    );
  } catch (error) {
    if (session.inTransaction() || !isDuplicateKey(error)) throw error;
    return false;
  }
}

/** The time is the server's, when it writes. */
function stamped({ value, expected }: Write): object[] {
  return [{ $set: { version: expected + 1, value: { $literal: value }, writtenAt: '$$NOW' } }];
}
