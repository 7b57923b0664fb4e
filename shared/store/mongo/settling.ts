/**
 * Settling: the attempt's record, then the execution's state, then whose turn it is, then the timer. Each step writes only what is not there
 * yet, and what it writes follows from the record alone, so whoever repeats a settle finishes it.
 */
import type { Document } from 'mongodb';
import { groupBy } from '../../base/grouping.js';
import type { AttemptRecord } from '../../timers/outcome.js';
import { never } from '../../timers/timer.js';
import type { Settlement } from '../store.js';
import { type GroupUpdate, insertNew, updateGroups } from './batches.js';
import { closed, closeIdle } from './closing.js';
import { type Database, wholeBatch } from './database.js';
import { type ExecutionRow, timerRowId, toAttempt, toAttemptRow } from './rows.js';
import { passOn } from './succession.js';

export async function settle(db: Database, settlements: Settlement[]): Promise<Set<number>> {
  if (settlements.length === 0) return new Set();
  const decided = await keepRecords(db, settlements);
  await updateGroups(db.executions, moves(decided));
  const over = await ended(db, decided);
  const due = await passOn(
    db,
    over.filter(({ overlap }) => overlap),
  );
  await closeTimers(db, over);
  return due;
}

/** Inserts the records; where one is there already it takes the place of the given one, and learns of a late result. */
async function keepRecords(db: Database, settlements: Settlement[]): Promise<Settlement[]> {
  const rows = settlements.map(({ record }) => toAttemptRow(record));
  return db.client.withSession(async (session) => {
    const taken = await insertNew(db.attempts, rows, { session });
    if (taken.size === 0) return settlements;
    const ids = [...taken].map((i) => rows[i]!._id);
    const there = await db.attempts.find({ _id: { $in: ids } }, { session, ...wholeBatch }).toArray();
    const records = new Map(there.map((row) => [row._id, toAttempt(row)]));
    await keepLateOutcomes(db, settlements, records);
    return settlements.map((settlement) => ({
      ...settlement,
      record: records.get(settlement.record.id) ?? settlement.record,
    }));
  });
}

async function keepLateOutcomes(
  db: Database,
  settlements: Settlement[],
  there: Map<string, AttemptRecord>,
): Promise<void> {
  const late = settlements
    .map(({ record }) => record)
    .filter(({ id, outcome }) => outcome !== 'lost' && there.get(id)?.outcome === 'lost');
  if (late.length === 0) return;
  const operations = late.map(({ id, outcome, status, receipt }) => ({
    updateOne: {
      filter: { _id: id, lateOutcome: null },
      update: { $set: { lateOutcome: { outcome, status, finishedAt: receipt.finishedAt } } },
    },
  }));
  await db.attempts.bulkWrite(operations, { ordered: false });
}

/** Executions that still run this attempt; those that end alike, or wait alike, go together. */
function moves(settlements: Settlement[]): GroupUpdate<ExecutionRow>[] {
  const keyOf = ({ record: { n, verdict, outcome }, now, expireAt }: Settlement): string =>
    JSON.stringify([n, verdict, outcome, now, expireAt]);
  return [...groupBy(settlements, keyOf).values()].map((group) => ({
    filter: {
      _id: { $in: group.map(({ record }) => record.executionId) },
      state: { $in: ['running', 'awaiting-ack'] },
      attempt: group[0]!.record.n,
    },
    update: moveOf(group[0]!),
  }));
}

function moveOf({ record: { verdict, outcome }, now, expireAt }: Settlement): Document | Document[] {
  const lost = outcome === 'lost' ? 1 : 0;
  const end = { holder: null, settledAt: now, wakeAt: expireAt };
  switch (verdict.state) {
    case 'succeeded':
      return { $set: { state: 'succeeded', reason: null, outcome, ...end } };
    case 'failed':
    case 'aborted':
      return { $set: { state: verdict.state, reason: verdict.reason, outcome, ...end }, $inc: { lost } };
    case 'retrying': {
      const unlessOver = (value: unknown, end: unknown): Document => ({
        $cond: [{ $or: ['$final', '$abort'] }, end, value],
      });
      return [
        {
          $set: {
            state: unlessOver('retrying', { $cond: ['$final', 'cancelled', 'aborted'] }),
            reason: unlessOver(null, { $literal: verdict.reason }),
            holder: null,
            outcome,
            settledAt: unlessOver(null, now),
            callAt: { $cond: ['$held', verdict.at, '$callAt'] },
            wakeAt: unlessOver({ $cond: ['$held', never, verdict.at] }, expireAt),
            lost: { $add: ['$lost', lost] },
          },
        },
      ];
    }
  }
}

/** Those whose execution is over: by the verdict, or because a stamp forbids that it is tried again. */
async function ended(db: Database, settlements: Settlement[]): Promise<Settlement[]> {
  const isRetry = ({ record }: Settlement): boolean => record.verdict.state === 'retrying';
  const retried = settlements.filter(isRetry).map(({ record }) => record.executionId);
  if (retried.length === 0) return settlements;
  const rows = await db.executions
    .find(
      { _id: { $in: retried }, state: { $in: ['cancelled', 'aborted'] } },
      { projection: { _id: 1 }, ...wholeBatch },
    )
    .toArray();
  const forbidden = new Set(rows.map(({ _id }) => _id));
  return settlements.filter(
    (settlement) => !isRetry(settlement) || forbidden.has(settlement.record.executionId),
  );
}

/**
 * A timer that was claimed once and has nothing more to come ends with the one execution that just ended. Those with
 * more runs behind them, which are few at any moment, are looked at first.
 */
async function closeTimers(db: Database, settlements: Settlement[]): Promise<void> {
  for (const group of groupBy(settlements, ({ now, expireAt }) => `${now} ${expireAt}`).values()) {
    const end = group[0]!;
    const ids = new Set(group.map(({ timer }) => timerRowId(timer)));
    const finished = {
      _id: { $in: [...ids] },
      uid: { $in: group.map(({ timer }) => timer.uid) },
      state: 'active' as const,
      next: null,
    };
    const once = { filter: { ...finished, runs: 1, manualRuns: 0 }, update: { $set: closed(end) } };
    if ((await updateGroups(db.timers, [once])) === ids.size) continue;
    const rows = await db.timers
      .find(finished, { projection: { uid: 1, stamp: 1 }, ...wholeBatch })
      .toArray();
    await closeIdle(db, rows, end);
  }
}
