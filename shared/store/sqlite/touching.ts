/** Putting a plain watchdog off: the one thing about a timer that moves without a change deciding it. */
import { isPlainWatchdog } from '../../timers/touch.js';
import type { Timer, TimerKey } from '../../timers/timer.js';
import type { Database } from './database.js';
import { selectTimer, timerFrom, type TimerRow } from './rows.js';

/** Answers the timer as it is afterwards, null when it is for a change to decide. To be called inside a transaction. */
export function touchTimer(db: Database, { namespace, id }: TimerKey, now: number): Timer | null {
  const row = db.sql(selectTimer).get(namespace, id) as TimerRow | undefined;
  const touched = row ? putOff(timerFrom(row), now) : null;
  if (touched) write(db, touched);
  return touched;
}

function putOff(timer: Timer, now: number): Timer | null {
  const { state, next, definition, updatedAt, changedAt } = timer;
  const { schedule } = definition;
  const isToCome = state === 'active' && next !== null && next.scheduledFor > now;
  if (!isToCome || !isPlainWatchdog(timer) || schedule.kind !== 'at') return null;
  const at = Math.max(next.scheduledFor, now + (schedule.delayMs ?? 0));
  return {
    ...timer,
    definition: { ...definition, schedule: { ...schedule, at } },
    next: { scheduledFor: at, dueAt: at },
    updatedAt: Math.max(updatedAt, now),
    changedAt: Math.max(changedAt, now),
    wakeAt: at,
  };
}

function write(db: Database, { namespace, id, definition, updatedAt, changedAt, wakeAt }: Timer): void {
  db.sql(
    `UPDATE timers SET definition = ?, nextScheduledFor = ?, nextDueAt = ?, updatedAt = ?, changedAt = ?, wakeAt = ?
     WHERE namespace = ? AND id = ?`,
  ).run(JSON.stringify(definition), wakeAt, wakeAt, updatedAt, changedAt, wakeAt, namespace, id);
}
