/**
 * Touching a watchdog: a timer made with a delay is put off, to its delay from now, and so fires only when nobody touches
 * it in time. A touch is no change of the definition: generation and version stay. Pure.
 */
import { type Change, type Current, type Instant, instantOf, withdrawals } from './change.js';
import { wakeOf } from './creation.js';
import { nextOccurrence } from './occurrences.js';
import { isClosed, type Timer } from './timer.js';

/** Why nothing was touched. `fired`: its time has come already. */
export type TouchRefusal = 'closed' | 'no-delay' | 'fired';

/** True for what the store moves without a transaction: the instant itself is all that there is to work out. */
export function isPlainWatchdog({ definition: { schedule } }: Timer): boolean {
  const { startAt, endAt, exclusions, jitterMs = 0 } = schedule;
  return (
    delayOf(schedule) !== null &&
    startAt === undefined &&
    endAt === undefined &&
    exclusions === undefined &&
    jitterMs === 0
  );
}

/** Puts it off, or says why it cannot be. */
export function touchTimer(current: Current, { now, expireAt }: Instant): Change | TouchRefusal {
  const { timer } = current;
  const { schedule } = timer.definition;
  if (isClosed(timer)) return 'closed';
  if (schedule.kind !== 'at' || schedule.delayMs === undefined) return 'no-delay';
  const instant = instantOf(current, now);
  const withdraw = withdrawals(current, instant);
  const isToCome = withdraw.length > 0 || (timer.next !== null && timer.next.scheduledFor > instant);
  if (!isToCome) return 'fired';
  const runs = timer.runs - withdraw.length;
  const moved = { ...schedule, at: Math.max(schedule.at, now + schedule.delayMs) };
  const next = nextOccurrence(moved, null, { ...timer, runs });
  return {
    timer: {
      ...timer,
      definition: { ...timer.definition, schedule: moved },
      next,
      runs,
      lastScheduledFor: null,
      updatedAt: now,
      changedAt: instant,
      wakeAt: timer.state === 'paused' ? timer.wakeAt : wakeOf(next, now),
    },
    retire: null,
    insert: [],
    update: [],
    withdraw,
    expireAt,
  };
}

function delayOf(schedule: Timer['definition']['schedule']): number | null {
  return schedule.kind === 'at' ? (schedule.delayMs ?? null) : null;
}
