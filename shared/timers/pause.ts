/**
 * Pausing and resuming. While a timer is paused nothing of it starts: what was claimed for later is withdrawn, what was
 * due and had not started is left out, and what had started and may be repeated is held. Resuming goes on from the first
 * occurrence afterwards and records what lay between. Pure.
 */
import {
  type Change,
  type Current,
  type Instant,
  instantOf,
  lastKept,
  nextAfter,
  unclaimedRun,
  withdrawals,
} from './change.js';
import { leftOut } from './claim.js';
import { wakeOf } from './creation.js';
import { type Execution, isUnderWay, neverStarted } from './execution.js';
import { nextOccurrence } from './occurrences.js';
import { never, type Pause } from './timer.js';

/** Pauses an active timer; a paused one gets the new reason and end. */
export function pauseTimer(
  current: Current,
  { reason, until }: Pick<Pause, 'reason' | 'until'>,
  { now, expireAt }: Instant,
): Change {
  const { timer } = current;
  const instant = instantOf(current, now);
  const withdraw = withdrawals(current, instant);
  const rest = current.open.filter((execution) => !withdraw.includes(execution.id));
  const runs = timer.runs - withdraw.length;
  const missed = unclaimedRun(current, instant);
  const ending = { state: 'skipped', reason: 'paused', now: instant, expireAt } as const;
  const { schedule } = timer.definition;
  return {
    timer: {
      ...timer,
      state: 'paused',
      generation: timer.generation + 1,
      next: nextOccurrence(schedule, instant, { ...timer, runs }),
      runs,
      lastScheduledFor: lastKept(current, withdraw, []),
      pause: { reason, until, since: timer.pause?.since ?? instant },
      updatedAt: now,
      changedAt: instant,
      wakeAt: until ?? never,
    },
    retire: null,
    insert: missed ? [leftOut(timer, missed, ending)] : [],
    update: rest.map((execution) =>
      execution.state === 'claimed' && neverStarted(execution)
        ? {
            ...execution,
            state: 'skipped',
            reason: 'paused',
            holder: null,
            settledAt: instant,
            wakeAt: expireAt,
          }
        : held(execution),
    ),
    withdraw,
    expireAt,
  };
}

/** Waits for nobody to claim it; `callAt` keeps when it would go on. What is under way ends, and then waits too. */
function held(execution: Execution): Execution {
  if (execution.held || isUnderWay(execution)) return { ...execution, held: true };
  const { state, attempt, callAt, wakeAt, clockOffsetMs } = execution;
  if (state !== 'claimed') return { ...execution, held: true, callAt: wakeAt, wakeAt: never };
  return {
    ...execution,
    state: attempt > 0 ? 'retrying' : 'deferred',
    held: true,
    holder: null,
    callAt: callAt + clockOffsetMs,
    wakeAt: never,
  };
}

/**
 * Resumes a paused timer. It goes on after `from`, which the end of its pause may put a little ahead of now; when left
 * out, after now, or after the end of its pause where that is past.
 */
export function resumeTimer(current: Current, { now, expireAt }: Instant, from?: number): Change {
  const { timer } = current;
  const instant = instantOf(current, now);
  const resumedAt = from ?? Math.min(timer.pause?.until ?? instant, instant);
  const missed = unclaimedRun(current, resumedAt);
  const next = nextAfter(timer, resumedAt);
  const ending = { state: 'skipped', reason: 'paused', now: instant, expireAt } as const;
  return {
    timer: {
      ...timer,
      state: 'active',
      generation: timer.generation + 1,
      next,
      pause: null,
      updatedAt: now,
      changedAt: instant,
      wakeAt: wakeOf(next, now),
    },
    retire: null,
    insert: missed ? [leftOut(timer, missed, ending)] : [],
    update: current.open
      .filter((execution) => execution.held)
      .map((execution) => released(execution, resumedAt)),
    withdraw: [],
    expireAt,
  };
}

/** Resumes what is still paused until an instant before `before`; null for all else, and for nothing. */
export function endPause(current: Current | null, before: number, instant: Instant): Change | null {
  const until = current?.timer.pause?.until ?? null;
  if (current === null || until === null || until >= before) return null;
  return resumeTimer(current, instant, until);
}

function released(execution: Execution, notBefore: number): Execution {
  if (isUnderWay(execution)) return { ...execution, held: false };
  return { ...execution, held: false, wakeAt: Math.max(execution.callAt, notBefore) };
}
