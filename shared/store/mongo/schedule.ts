/** What the scheduler reads and writes: what is due, overdue or held, and who takes it. Claims are in claims.ts. */
import type { Collection, Filter, WithId } from 'mongodb';
import { groupBy } from '../../base/grouping.js';
import type { Execution } from '../../timers/execution.js';
import type { Claimer, DueQuery, ScheduleStore } from '../store.js';
import { type GroupUpdate, updateGroups } from './batches.js';
import { claim } from './claims.js';
import { closeFinished } from './closing.js';
import { type Database, wholeBatch } from './database.js';
import { removeExpired } from './retention.js';
import { type ExecutionRow, type TimerRow, toExecution, toTimer } from './rows.js';

export function scheduleStore(db: Database): ScheduleStore {
  return {
    dueTimers: async (query) => (await due(db.timers, ['active'], query)).map(toTimer),
    duePauses: async (query) => (await due(db.timers, ['paused'], query)).map(toTimer),
    claim: (claims) => claim(db, claims),
    closeFinished: (timers, times) => closeFinished(db, timers, times),
    dueExecutions: async (query) =>
      (await due(db.executions, ['retrying', 'deferred'], query)).map(toExecution),
    overdueExecutions: async (query) =>
      (await due(db.executions, ['claimed', 'running', 'awaiting-ack'], query)).map(toExecution),
    heldBy: (holders, limit, shards) => heldBy(db, { holders, limit, shards }),
    reclaim: (executions, by, clockOffsetMs = 0) => reclaim(db, executions, { ...by, clockOffsetMs }),
    takeOver: (executions, by) => takeOver(db, executions, by),
    handBack: (executions, holder, now) => handBack(db, { executions, holder, now }),
    removeExpired: (now, limit) => removeExpired(db, now, limit),
  };
}

/** In the order of the index { state, wakeAt, shard }; several states are merged by the server. */
async function due<Row extends TimerRow | ExecutionRow>(
  collection: Collection<Row>,
  states: Row['state'][],
  { shards, namespace, from, before, limit }: DueQuery,
): Promise<WithId<Row>[]> {
  const filter = {
    state: { $in: states },
    wakeAt: { $lt: before, ...(from !== undefined && { $gte: from }) },
    shard: { $in: [...shards] },
    ...(namespace === undefined ? {} : { namespace }),
  };
  return collection.find(filter as Filter<Row>, { sort: { wakeAt: 1 }, limit, ...wholeBatch }).toArray();
}

interface HeldQuery {
  holders: string[];
  limit: number;
  shards: readonly number[] | undefined;
}

async function heldBy(db: Database, { holders, limit, shards }: HeldQuery): Promise<Execution[]> {
  const filter: Filter<ExecutionRow> = {
    state: { $in: ['claimed', 'running'] },
    holder: { $in: holders },
    ...(shards && { shard: { $in: [...shards] } }),
  };
  const rows = await db.executions.find(filter, { limit, ...wholeBatch }).toArray();
  return rows.map(toExecution);
}

function reclaim(
  db: Database,
  executions: Execution[],
  { holder, now, publishAgainAt, clockOffsetMs }: Claimer & { clockOffsetMs: number },
): Promise<Execution[]> {
  const change = { state: 'claimed', reason: null, holder, claimedAt: now, clockOffsetMs } as const;
  const callAt = { $subtract: ['$wakeAt', clockOffsetMs] };
  return take(db, executions, {
    holder,
    grows: 1,
    groupOf: (claim) => ({
      filter: { state: { $in: ['retrying', 'deferred'] }, claim, final: false, held: false },
      update: [{ $set: { ...change, claim: claim + 1, callAt, wakeAt: publishAgainAt } }],
    }),
  });
}

function takeOver(db: Database, executions: Execution[], by: Claimer): Promise<Execution[]> {
  const change = { holder: by.holder, wakeAt: by.publishAgainAt };
  return take(db, executions, {
    holder: by.holder,
    grows: 0,
    groupOf: (claim) => ({ filter: { state: 'claimed', claim }, update: { $set: change } }),
  });
}

interface Taking {
  holder: string;
  /** What winning adds to the claim number. */
  grows: 0 | 1;
  /** The change of all executions that were read under this claim number. */
  groupOf(claim: number): GroupUpdate<ExecutionRow>;
}

/**
 * Updates the executions by groups of equal claim numbers and reads the winners, whose times may have been moved since
 * they were read: a winner is one that is claimed by this holder under the number that winning gives. One that an
 * earlier try of the same call won, whose answer was lost, is among them.
 */
async function take(
  db: Database,
  executions: Execution[],
  { holder, grows, groupOf }: Taking,
): Promise<Execution[]> {
  if (executions.length === 0) return [];
  const groups = [...groupBy(executions, ({ claim }) => claim)].map(([claim, group]) => {
    const { filter, update } = groupOf(claim);
    return { filter: { _id: { $in: group.map(({ id }) => id) }, ...filter }, update };
  });
  const wanted = new Map(executions.map(({ id, claim }) => [id, claim + grows]));
  return db.client.withSession(async (session) => {
    await updateGroups(db.executions, groups, { session });
    const rows = await db.executions
      .find({ _id: { $in: [...wanted.keys()] }, state: 'claimed', holder }, { session, ...wholeBatch })
      .toArray();
    return rows.map(toExecution).filter(({ id, claim }) => claim === wanted.get(id));
  });
}

interface HandBack {
  executions: Pick<Execution, 'id' | 'claim'>[];
  holder: string;
  now: number;
}

async function handBack(db: Database, { executions, holder, now }: HandBack): Promise<void> {
  const groups = [...groupBy(executions, ({ claim }) => claim)].map(([claim, group]) => ({
    filter: { _id: { $in: group.map(({ id }) => id) }, state: 'claimed', claim, holder } as const,
    update: { $set: { holder: null, wakeAt: now } },
  }));
  await updateGroups(db.executions, groups);
}
