/**
 * A change of one timer and of its open executions, in one transaction. Claims, starts and settles that meet it either
 * come first, and are seen by its next try, or find the rows as it leaves them.
 */
import type { ClientSession } from 'mongodb';
import { groupBy } from '../../base/grouping.js';
import type { Change, Current } from '../../timers/change.js';
import { type Execution, openStates } from '../../timers/execution.js';
import type { TimerKey } from '../../timers/timer.js';
import { type Decision, definitionKey } from '../store.js';
import { insertRecords } from './change-records.js';
import { type Database, wholeBatch } from './database.js';
import {
  definitionRange,
  timerRowId,
  toExecution,
  toExecutionRow,
  toTimer,
  type TimerRow,
  toTimerRow,
} from './rows.js';
import { type Conclusion, conflict, Patience } from './transactions.js';

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
    await write({ db, session }, [{ current, decision }]);
    return { commit: true, reply: decision.reply };
  };
  return db.turns.take(timerRowId(key), () => db.transactions.retry(work, patience));
}

/** In one transaction; where that meets another one, in halves, down to single ones, which wait for their turn. */
export async function changeMany<Reply>(
  db: Database,
  keys: TimerKey[],
  decide: (current: Current | null, key: TimerKey) => Decision<Reply>,
): Promise<Reply[]> {
  const [only] = keys;
  if (!only) return [];
  if (keys.length === 1) return [await change(db, only, (current) => decide(current, only))];
  const answer = await db.transactions.attempt<Reply[]>(async (session) => {
    const currents = await readMany({ db, session }, keys);
    const entries = keys.map((key) => {
      const current = currents.get(timerRowId(key)) ?? null;
      return { current, decision: decide(current, key) };
    });
    await write({ db, session }, entries);
    return { commit: true, reply: entries.map(({ decision }) => decision.reply) };
  });
  if (answer !== conflict) return answer;
  const half = Math.ceil(keys.length / 2);
  const first = await changeMany(db, keys.slice(0, half), decide);
  return [...first, ...(await changeMany(db, keys.slice(half), decide))];
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

/** By row id; those that are not there are left out. */
async function readMany({ db, session }: Transaction, keys: TimerKey[]): Promise<Map<string, Current>> {
  const rows = await db.timers
    .find({ _id: { $in: keys.map(timerRowId) } }, { session, ...wholeBatch })
    .toArray();
  const uid = { $in: rows.map((row) => row.uid) };
  const open = await db.executions
    .find({ uid, state: { $in: [...openStates] } }, { session, ...wholeBatch })
    .toArray();
  const openOf = groupBy(open.map(toExecution), (execution) => execution.uid);
  const started = await lastStarted({ db, session }, rows);
  return new Map(
    rows.map((row) => [
      row._id,
      { timer: toTimer(row), open: openOf.get(row.uid) ?? [], lastStartedFor: started.get(row._id) ?? null },
    ]),
  );
}

/** By row id; of each timer the first row of an index that has been started, all in one call. */
async function lastStarted({ db, session }: Transaction, rows: TimerRow[]): Promise<Map<string, number>> {
  const everRun = rows.filter(({ runs, manualRuns }) => runs > 0 || manualRuns > 0);
  if (everRun.length === 0) return new Map();
  const timerId = { $substrBytes: ['$_id', { $add: [{ $strLenBytes: '$namespace' }, 1] }, -1] };
  const isItsOwn = ['namespace', 'timerId', 'uid'].map((name) => ({ $eq: [`$${name}`, `$$${name}`] }));
  const found = await db.timers
    .aggregate<{ _id: string; started: { scheduledFor: number }[] }>(
      [
        { $match: { _id: { $in: everRun.map(({ _id }) => _id) } } },
        {
          $lookup: {
            from: db.executions.collectionName,
            let: { namespace: '$namespace', timerId, uid: '$uid' },
            pipeline: [
              { $match: { $expr: { $and: isItsOwn }, attempt: { $gt: 0 } } },
              { $sort: { scheduledFor: -1 } },
              { $limit: 1 },
              { $project: { scheduledFor: 1 } },
            ],
            as: 'started',
          },
        },
        { $project: { started: 1 } },
      ],
      { session, ...wholeBatch },
    )
    .toArray();
  return new Map(
    found.flatMap(({ _id, started: [last] }) => (last ? [[_id, last.scheduledFor] as const] : [])),
  );
}

interface Entry {
  current: Current | null;
  decision: Decision<unknown>;
}

async function write(transaction: Transaction, entries: Entry[]): Promise<void> {
  const made = entries.flatMap(({ current, decision }) =>
    decision.change ? [{ current, change: decision.change, record: decision.record ?? null }] : [],
  );
  if (made.length === 0) return;
  const { db, session } = transaction;
  await keepDefinitions(transaction, made);
  for (const { current, change } of made)
    if (current && current.timer.uid !== change.timer.uid)
      await dateHistory(transaction, current.timer.uid, change);
  const withdraw = made.flatMap(({ change }) => change.withdraw);
  if (withdraw.length > 0) await db.executions.deleteMany({ _id: { $in: withdraw } }, { session });
  const update = made.flatMap(({ change }) => change.update);
  if (update.length > 0) await replace(transaction, update);
  const insert = made.flatMap(({ change }) => change.insert);
  if (insert.length > 0) await insertMissing(transaction, insert);
  await db.timers.bulkWrite(made.map(rowWrite), { ordered: false, session });
  await insertRecords(
    transaction,
    made.flatMap(({ record }) => record ?? []),
  );
}

function rowWrite({ current, change }: { current: Current | null; change: Change }) {
  const row = toTimerRow(change.timer);
  return current
    ? { replaceOne: { filter: { _id: row._id }, replacement: row } }
    : { insertOne: { document: row } };
}

async function keepDefinitions(
  { db, session }: Transaction,
  made: { current: Current | null; change: Change }[],
): Promise<void> {
  const operations = made.flatMap(({ current, change: { retire } }) => {
    if (!current || !retire) return [];
    const _id = definitionKey({ uid: current.timer.uid, version: retire.version });
    return [{ replaceOne: { filter: { _id }, replacement: { definition: retire }, upsert: true } }];
  });
  if (operations.length > 0) await db.definitions.bulkWrite(operations, { ordered: false, session });
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
