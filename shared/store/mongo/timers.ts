/** What the API does with timers, but for changes (changes.ts) and touches (touching.ts). */
import { type Timer, type TimerKey, type TimerState, timerStates } from '../../timers/timer.js';
import type { TimerStore } from '../store.js';
import { insertNew } from './batches.js';
import { change, changeMany } from './changes.js';
import { type Database, wholeBatch } from './database.js';
import { timerRowId, toTimer, toTimerRow } from './rows.js';
import { countTimers, listTimers, reachOfTimers } from './timer-lists.js';
import { touch } from './touching.js';

export function timerStore(db: Database): TimerStore {
  return {
    create: (timers) => create(db, timers),
    read: (key) => read(db, key),
    list: (query) => listTimers(db, query),
    reach: (query) => reachOfTimers(db, query),
    count: (query) => countTimers(db, query),
    change: (key, decide) => change(db, key, decide),
    changeMany: (keys, decide) => changeMany(db, keys, decide),
    touch: (keys, now) => touch(db, keys, now),
    counts: (namespace) => counts(db, namespace),
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

async function counts(db: Database, namespace: string | undefined): Promise<Record<TimerState, number>> {
  const within = namespace === undefined ? {} : { namespace };
  const numbers = await Promise.all(
    timerStates.map((state) => db.timers.countDocuments({ ...within, state })),
  );
  return Object.fromEntries(timerStates.map((state, i) => [state, numbers[i]!])) as Record<
    TimerState,
    number
  >;
}
