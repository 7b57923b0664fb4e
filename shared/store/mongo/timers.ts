/** What the API does with timers, but for changes (changes.ts) and touches (touching.ts). */
import type { Filter } from 'mongodb';
import { type Timer, type TimerKey, type TimerState, timerStates } from '../../timers/timer.js';
import type { TimerQuery, TimerStore } from '../store.js';
import { insertNew } from './batches.js';
import { change } from './changes.js';
import { type Database, wholeBatch } from './database.js';
import { timerRowId, type TimerRow, toTimer, toTimerRow } from './rows.js';
import { touch } from './touching.js';

/** A filter that no index serves may look at every timer of a namespace: the server stops it then. */
const listLimitMs = 3_000;

export function timerStore(db: Database): TimerStore {
  return {
    create: (timers) => create(db, timers),
    read: (key) => read(db, key),
    list: (query) => list(db, query),
    change: (key, decide) => change(db, key, decide),
    touch: (keys, now) => touch(db, keys, now),
    counts: () => counts(db),
  };
}

async function create(db: Database, timers: Timer[]): Promise<(Timer | null)[]> {
  const taken = await insertNew(db.timers, timers.map(toTimerRow));
  if (taken.size === 0) return timers.map(() => null);
  const ids = [...taken].map((i) => timerRowId(timers[i]!));
  const rows = await db.timers.find({ _id: { $in: ids } }, wholeBatch).toArray();
  const present = new Map(rows.map((row) => [row._id, toTimer(row)]));
  return timers.map((timer, i) => {
    const there = taken.has(i) ? (present.get(timerRowId(timer)) ?? null) : null;
    // Of this uid: it came from an earlier try of this very call, whose answer was lost.
    return there?.uid === timer.uid ? null : there;
  });
}

async function read(db: Database, key: TimerKey): Promise<Timer | null> {
  const row = await db.timers.findOne({ _id: timerRowId(key) });
  return row && toTimer(row);
}

async function list(db: Database, query: TimerQuery): Promise<Timer[]> {
  const rows = await db.timers
    .find(filterOf(query), { sort: { _id: 1 }, limit: query.limit, maxTimeMS: listLimitMs, ...wholeBatch })
    .toArray();
  return rows.map(toTimer);
}

function filterOf(query: TimerQuery): Filter<TimerRow> {
  const { namespace, after, state, tag, idPrefix = '', dueBefore, dueAfter } = query;
  const prefix = timerRowId({ namespace, id: idPrefix });
  const due = {
    ...(dueBefore === undefined ? {} : { $lt: dueBefore }),
    ...(dueAfter === undefined ? {} : { $gt: dueAfter }),
  };
  const from =
    after === null ? { $gte: prefix } : { $gte: prefix, $gt: timerRowId({ namespace, id: after }) };
  return {
    namespace,
    _id: { ...from, $lt: endOfPrefix(prefix) },
    ...(state === undefined ? {} : { state }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(Object.keys(due).length > 0 ? { 'next.dueAt': due } : {}),
  };
}

/** The first string after all that begin with `prefix`. */
function endOfPrefix(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}

async function counts(db: Database): Promise<Record<TimerState, number>> {
  const numbers = await Promise.all(timerStates.map((state) => db.timers.countDocuments({ state })));
  return Object.fromEntries(timerStates.map((state, i) => [state, numbers[i]!])) as Record<
    TimerState,
    number
  >;
}
