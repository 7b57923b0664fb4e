/**
 * A change of one timer and of its open executions, in one transaction. Claims, starts and settles that meet it either
 * come first, and are seen by its next try, or find the rows as it leaves them.
 */
import type { ClientSession } from 'mongodb';
import type { Change, Current } from '../../timers/change.js';
import { type Execution, openStates } from '../../timers/execution.js';
import type { Definition, TimerKey } from '../../timers/timer.js';
import { type Decision, definitionKey } from '../store.js';
import { insertRecords } from './change-records.js';
import { type Database, wholeBatch } from './database.js';
import { definitionRange, timerRowId, toExecution, toExecutionRow, toTimer, toTimerRow } from './rows.js';
import { type Conclusion, Patience } from './transactions.js';

interface Transaction {
  db: Database;
  session: ClientSession;
}

export function change<Reply>(
  db: Database,
  key: TimerKey,
  decide: (current: Current | null) => Decision<Reply>,
): Promise<Reply> {
  const patience = new Patience();
  const work = async (session: ClientSession): Promise<Conclusion<Reply>> => {
    const current = await readCurrent({ db, session }, key);
    const decision = decide(current);
    if (decision.change) await write({ db, session }, current, decision.change);
    if (decision.change && decision.record) await insertRecords({ db, session }, [decision.record]);
    return { commit: true, reply: decision.reply };
  };
  return db.turns.take(timerRowId(key), () => db.transactions.retry(work, patience));
}

async function readCurrent({ db, session }: Transaction, key: TimerKey): Promise<Current | null> {
  const row = await db.timers.findOne({ _id: timerRowId(key) }, { session });
  if (!row) return null;
  const { namespace, uid } = row;
  const open = await db.executions
    .find({ uid, state: { $in: [...openStates] } }, { session, ...wholeBatch })
    .toArray();
  const started = await db.executions.findOne(
    { namespace, timerId: key.id, uid, attempt: { $gt: 0 } },
    { session, sort: { scheduledFor: -1 } },
  );
  return {
    timer: toTimer(row),
    open: open.map(toExecution),
    lastStartedFor: started?.scheduledFor ?? null,
  };
}

async function write(transaction: Transaction, current: Current | null, change: Change): Promise<void> {
  const { timer, retire, withdraw, update, insert } = change;
  const { db, session } = transaction;
  if (current && retire) await keepDefinition(transaction, current.timer.uid, retire);
  if (current && current.timer.uid !== timer.uid) await dateHistory(transaction, current.timer.uid, change);
  if (withdraw.length > 0) await db.executions.deleteMany({ _id: { $in: withdraw } }, { session });
  if (update.length > 0) await replace(transaction, update);
  if (insert.length > 0) await insertMissing(transaction, insert);
  const row = toTimerRow(timer);
  if (current) await db.timers.replaceOne({ _id: row._id }, row, { session });
  else await db.timers.insertOne(row, { session });
}

async function keepDefinition(
  { db, session }: Transaction,
  uid: string,
  definition: Definition,
): Promise<void> {
  const _id = definitionKey({ uid, version: definition.version });
  await db.definitions.replaceOne({ _id }, { definition }, { session, upsert: true });
}

/** The history of a uid that is replaced no longer goes with the timer: it goes when its last execution may. */
async function dateHistory({ db, session }: Transaction, uid: string, { expireAt }: Change): Promise<void> {
  await db.definitions.updateMany({ _id: definitionRange(uid) }, { $set: { expireAt } }, { session });
}

/** Whole rows, as worked out from those that this very transaction read: it fails where one has changed since. */
async function replace({ db, session }: Transaction, executions: Execution[]): Promise<void> {
  const operations = executions.map(toExecutionRow).map((replacement) => ({
    replaceOne: { filter: { _id: replacement._id }, replacement },
  }));
  await db.executions.bulkWrite(operations, { ordered: false, session });
}

/** Reads which ids exist first: a duplicate key would end the transaction. */
async function insertMissing({ db, session }: Transaction, executions: Execution[]): Promise<void> {
  const ids = executions.map(({ id }) => id);
  const present = await db.executions.distinct('_id', { _id: { $in: ids } }, { session });
  const missing = executions.filter(({ id }) => !present.includes(id));
  if (missing.length > 0) await db.executions.insertMany(missing.map(toExecutionRow), { session });
}
