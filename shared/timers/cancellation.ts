/** Cancelling: nothing of the timer starts any more; what runs is left to end, and is never repeated. Pure. */
import { type Change, type Current, type Instant, instantOf, sweep, unclaimedRun } from './change.js';
import { leftOut } from './claim.js';
import type { Timer } from './timer.js';

export function cancelTimer(current: Current, { now, expireAt }: Instant): Change {
  const { timer } = current;
  const instant = instantOf(current, now);
  const missed = unclaimedRun(current, instant);
  const ending = {
    state: 'cancelled',
    reason: 'cancelled before it was claimed',
    now: instant,
    expireAt,
  } as const;
  return {
    timer: {
      ...timer,
      state: 'cancelled',
      generation: timer.generation + 1,
      next: null,
      pause: null,
      updatedAt: now,
      changedAt: instant,
      wakeAt: expireAt,
    },
    retire: null,
    insert: missed ? [leftOut(timer, missed, ending)] : [],
    update: sweep(current, { now: instant, expireAt }),
    withdraw: [],
    expireAt,
  };
}

/** Puts a new timer in the place of a closed one of the same id; what the closed one left open is swept. */
export function replaceTimer(current: Current, timer: Timer, { now, expireAt }: Instant): Change {
  return {
    timer,
    retire: current.timer.definition,
    insert: [],
    update: sweep(current, { now, expireAt }),
    withdraw: [],
    expireAt,
  };
}
