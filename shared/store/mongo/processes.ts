/** One row for each life of each process, and the clock of the primary. */
import type { ProcessStore } from '../processes.js';
import type { Database } from './database.js';
import { isDuplicateKey } from './errors.js';
import { toProcessDocument, toProcessRow } from './rows.js';
import { endSessions } from './transactions.js';

export function processStore(db: Database): ProcessStore {
  return {
    async register(row) {
      try {
        await db.processes.insertOne(toProcessDocument(row, db.transactions.sessionIds));
      } catch (error) {
        // Incarnations are never reused: the row is from an earlier try of this call.
        if (!isDuplicateKey(error)) throw error;
      }
    },

    async renew(incarnation, counter, report) {
      const { matchedCount } = await db.processes.updateOne(
        { _id: incarnation, gone: false },
        { $set: { counter, report } },
      );
      return matchedCount === 1;
    },

    async list() {
      return (await db.processes.find().toArray()).map(toProcessRow);
    },

    declareGone: (incarnation, counter) => declareGone(db, incarnation, counter),

    async forget(incarnation) {
      await db.processes.deleteOne({ _id: incarnation });
    },

    time: () => readTime(db),
  };
}

async function declareGone(db: Database, incarnation: string, counter: number): Promise<boolean> {
  const row = await db.processes.findOne({ _id: incarnation });
  if (!row || row.gone) return true;
  if (row.counter !== counter) return false;
  await endSessions(db.client, row.sessions);
  const { matchedCount } = await db.processes.updateOne(
    { _id: incarnation, counter },
    { $set: { gone: true } },
  );
  return matchedCount === 1;
}

/** A new election, or another server, is another clock. */
async function readTime(db: Database): Promise<{ source: string; time: number }> {
  const hello = await db.client.db('admin').command({ hello: 1 });
  const localTime = hello.localTime as Date;
  return { source: `${String(hello.me)} ${String(hello.electionId)}`, time: localTime.getTime() };
}
