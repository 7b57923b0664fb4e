/**
 * What a claim makes of a timer whose next occurrence is due: its executions, the records of what is left out, and what
 * comes next. Occurrences that are caught up are spread, so that an outage does not end in a storm. Pure.
 */
import { type Execution, executionId } from './execution.js';
import { planMisfires, type MisfirePlan } from './misfire.js';
import type { MissedRun } from './missed.js';
import { nextOccurrence } from './occurrences.js';
import type { Occurrence } from './schedule.js';
import { hostOf, type Timer } from './timer.js';

/** How long after its last claim a timer is looked at again, to close it should its settle have failed to. */
export const closeCheckMs = 600_000;

/** What is caught up of one timer follows each other at this distance. */
export const catchUpSpacingMs = 100;

export interface ClaimContext {
  /** By the clock of the timer's namespace. */
  now: number;
  /** End of the retention of what is left out. */
  expireAt: number;
}

export interface ClaimedTimer {
  /** Unheld: claimed ones, `deferred` ones to be caught up one after the other, `skipped` ones that tell what is left out. */
  executions: Execution[];
  next: Occurrence | null;
  /** The timer's new `wakeAt`. */
  wakeAt: number;
}

/** Claims what is due of an active timer, or its next occurrence alone while that is still to come. */
export function claimTimer(timer: Timer, { now, expireAt }: ClaimContext): ClaimedTimer {
  const { claim, skipped, next } = planClaim(timer, now);
  const last = claim.at(-1)?.dueAt ?? now;
  return {
    executions: [
      ...skipped.map((run) => leftOut(timer, run, { state: 'skipped', reason: run.reason, now, expireAt })),
      ...claim.map((occurrence, i) => caughtUp(newExecution(timer, occurrence), i, now)),
    ],
    next,
    wakeAt: next ? next.dueAt : Math.max(now, last) + closeCheckMs,
  };
}

/** What is due of a timer at `now`, by its misfire policy; its next occurrence alone where that is not late. */
export function planClaim(timer: Timer, now: number): MisfirePlan {
  const { schedule, misfire } = timer.definition;
  const occurrence = timer.next!;
  const next = nextOccurrence(schedule, occurrence.scheduledFor, { ...timer, runs: timer.runs + 1 });
  const isLast = next === null || next.dueAt > now;
  if (isLast && occurrence.dueAt >= now - misfire.windowMs) return { claim: [occurrence], skipped: [], next };
  return planMisfires(misfire, { schedule, owner: timer, next: occurrence, now });
}

/** The first that is late goes at once, each further one a little later: deferred, so that nobody holds it until then. */
export function caughtUp(execution: Execution, place: number, now: number): Execution {
  if (place === 0 || execution.dueAt > now) return execution;
  const callAt = now + place * catchUpSpacingMs;
  return { ...execution, state: 'deferred', reason: 'catch-up', callAt, wakeAt: callAt };
}

interface Ending {
  state: 'skipped' | 'cancelled';
  reason: string;
  now: number;
  expireAt: number;
}

/** One record of a run of occurrences that are left out. */
export function leftOut(timer: Timer, run: MissedRun, { state, reason, now, expireAt }: Ending): Execution {
  const { from, to, count } = run;
  return {
    ...newExecution(timer, { scheduledFor: from, dueAt: from }),
    state,
    reason,
    covers: count > 1 ? { to, count } : null,
    claimedAt: now,
    settledAt: now,
    wakeAt: expireAt,
  };
}

/** The execution of one occurrence, claimed for the first time by nobody yet. */
export function newExecution(timer: Timer, { scheduledFor, dueAt }: Occurrence): Execution {
  return {
    id: executionId(timer.uid, scheduledFor),
    uid: timer.uid,
    namespace: timer.namespace,
    timerId: timer.id,
    shard: timer.shard,
    host: hostOf(timer.definition.target),
    scheduledFor,
    dueAt,
    state: 'claimed',
    reason: null,
    generation: timer.generation,
    version: timer.definition.version,
    claim: 1,
    holder: null,
    claimedAt: dueAt,
    callAt: dueAt,
    wakeAt: dueAt,
    attempt: 0,
    lost: 0,
    deferrals: 0,
    final: false,
    held: false,
    abort: false,
    covers: null,
    clockOffsetMs: 0,
    outcome: null,
    settledAt: null,
  };
}
