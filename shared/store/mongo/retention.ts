/**
 * Removing what is past its time. What hangs on a row goes before the row itself, so a removal that was cut short is
 * found again and finished.
 */
import { executionStates, openStates } from '../../timers/execution.js';
import { attemptIdsOf } from './executions.js';
import { type Database, wholeBatch } from './database.js';
import { definitionRange } from './rows.js';

const endStates = executionStates.filter((state) => !(openStates as readonly string[]).includes(state));

/** Answers how many executions and timers went; together at most `limit`. */
export async function removeExpired(db: Database, now: number, limit: number): Promise<number> {
  const executions = await removeExecutions(db, now, limit);
  const timers = executions < limit ? await removeTimers(db, now, limit - executions) : 0;
  await db.definitions.deleteMany({ expireAt: { $lte: now } });
  return executions + timers;
}

async function removeExecutions(db: Database, now: number, limit: number): Promise<number> {
  const ended = { state: { $in: endStates }, wakeAt: { $lte: now } };
  const rows = await db.executions
    .find(ended, { projection: { attempt: 1 }, limit, ...wholeBatch })
    .toArray();
  if (rows.length === 0) return 0;
  await db.attempts.deleteMany({ _id: { $in: rows.flatMap(attemptIdsOf) } });
  const { deletedCount } = await db.executions.deleteMany({ _id: { $in: rows.map(({ _id }) => _id) } });
  return deletedCount;
}

/** A timer that was created anew under another uid meanwhile stays. */
async function removeTimers(db: Database, now: number, limit: number): Promise<number> {
  const rows = await db.timers
    .find(
      { state: { $in: ['completed', 'cancelled'] }, wakeAt: { $lte: now } },
      { projection: { uid: 1, stamp: 1 }, limit, ...wholeBatch },
    )
    .toArray();
  if (rows.length === 0) return 0;
  await db.definitions.deleteMany({ $or: rows.map(({ uid }) => ({ _id: definitionRange(uid) })) });
  const { deletedCount } = await db.timers.deleteMany({
    _id: { $in: rows.map(({ _id }) => _id) },
    stamp: { $in: rows.map(({ stamp }) => stamp) },
  });
  return deletedCount;
}
