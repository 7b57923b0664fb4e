/**
 * What every change of a timer shares. A change works out, from what it has read in its transaction, the whole new row
 * and what becomes of the timer's executions. The instant of a change, c, is never below the timer's last one nor the
 * newest occurrence that has started or was put off: occurrences up to c keep what they were promised, those after c follow the change.
 * The kinds of change stand beside it: redefinition, cancellation, pause, touch, manual-run. Pure.
 */
import { newExecution } from './claim.js';
import { type Execution, executionId, isManualRun, isUnderWay, neverStarted } from './execution.js';
import { missedUpTo, type MissedRun } from './missed.js';
import { nextOccurrence } from './occurrences.js';
import type { Occurrence } from './schedule.js';
import { type Definition, testShard, type Timer } from './timer.js';

/** What a change has read, inside its transaction. */
export interface Current {
  timer: Timer;
  /** Its executions that have not ended. */
  open: Execution[];
  /** The newest `scheduledFor` of its uid that has an attempt; null when none started. */
  lastStartedFor: number | null;
}

/** What a change writes: the row, and what becomes of its executions. */
export interface Change {
  /** The whole new row; with another `uid` it replaces a closed timer. */
  timer: Timer;
  /** The definition that this one replaces, kept under the uid that was read, for executions claimed under it. */
  retire: Definition | null;
  /** Executions that the change itself claims or records; ids that exist already are left as they are. */
  insert: Execution[];
  /** Rows among those that were read, as they are from now on. */
  update: Execution[];
  /** Claimed and never started: deleted. */
  withdraw: string[];
  /** End of the retention of what ends here. */
  expireAt: number;
}

export interface Instant {
  /** By the clock of the timer's namespace. */
  now: number;
  /** End of the retention of what ends now. */
  expireAt: number;
}

/** c of protocols.md. What was started or put off before its time (publishing has a lead) is not taken back either. */
export function instantOf({ timer, open, lastStartedFor }: Current, now: number): number {
  const begun = open.filter(({ state, ...rest }) => state !== 'claimed' || !neverStarted(rest));
  const instants = begun.map(({ scheduledFor }) => scheduledFor);
  return Math.max(now, timer.changedAt, lastStartedFor ?? 0, ...instants);
}

/** What a cancel leaves of the executions: those under way end by themselves and are not repeated, the others end here. */
export function sweep({ open }: Current, { now, expireAt }: Instant): Execution[] {
  return open.map((execution) =>
    isUnderWay(execution)
      ? { ...execution, final: true }
      : { ...execution, state: 'cancelled', holder: null, settledAt: now, wakeAt: expireAt },
  );
}

/** Ids of what a change takes back: claimed for a time after c, and nothing of it can have reached the target. */
export function withdrawals({ open }: Current, instant: number): string[] {
  return open
    .filter(
      (execution) =>
        execution.state === 'claimed' && execution.scheduledFor > instant && neverStarted(execution),
    )
    .map(({ id }) => id);
}

/** What fell due up to c and nobody has claimed, told as one. */
export function unclaimedRun(current: Current, instant: number): MissedRun | null {
  const next = unclaimed(current);
  const { timer } = current;
  const { schedule } = timer.definition;
  return next ? missedUpTo({ schedule, owner: timer, next, now: instant }) : null;
}

/** The oldest occurrence that has no execution. After a change `next` may be an instant whose execution exists already. */
export function unclaimed({ timer, open, lastStartedFor }: Current): Occurrence | null {
  const { next, uid } = timer;
  if (!next) return null;
  const isClaimed =
    next.scheduledFor === lastStartedFor || open.some(({ id }) => id === executionId(uid, next.scheduledFor));
  return isClaimed ? nextOccurrence(timer.definition.schedule, next.scheduledFor, timer) : next;
}

/** The first occurrence after c, as if none up to c were left to claim. */
export function nextAfter(timer: Timer, instant: number): Occurrence | null {
  const { next, definition } = timer;
  if (next && next.scheduledFor > instant) return next;
  return next && nextOccurrence(definition.schedule, instant, timer);
}

/** An execution that nobody holds: whoever looks next publishes it. Under a test clock it waits for who moves that clock. */
export function claimedByChange(timer: Timer, occurrence: Occurrence, now: number): Execution {
  const execution = newExecution(timer, occurrence);
  const unheld = { ...execution, claimedAt: now, wakeAt: Math.max(now, occurrence.dueAt) };
  return timer.shard === testShard ? { ...unheld, state: 'deferred', reason: 'test-clock' } : unheld;
}

/** `scheduledFor` of the newest occurrence that stays claimed. */
export function lastKept(
  current: Current,
  withdrawn: readonly string[],
  added: readonly Occurrence[],
): number | null {
  const kept = current.open.filter(
    (execution) => !withdrawn.includes(execution.id) && !isManualRun(execution),
  );
  const started = current.lastStartedFor === null ? [] : [current.lastStartedFor];
  const instants = [...kept, ...added].map(({ scheduledFor }) => scheduledFor).concat(started);
  return instants.length > 0 ? Math.max(...instants) : null;
}
