/**
 * What a change does to a timer and to its executions, worked out from what the change has read. Pure. The instant of
 * a change, c, is never below the timer's last one nor the newest occurrence that has started: occurrences up to c
 * keep what they were promised, those after c follow the new definition.
 */
import { type Execution, executionId, neverStarted } from './execution.js';
import { firstOccurrence, nextOccurrence } from './occurrences.js';
import { isOneShot, type Occurrence, type Schedule, type ScheduleOwner } from './schedule.js';
import { type Definition, shardOf, type Target, type Timer, type TimerKey } from './timer.js';
import type { RetryPolicy } from './retry-policy.js';

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
  /** Claimed and never started: deleted. */
  withdraw: string[];
  /** Claimed, retrying or deferred: set to cancelled, ended at the timer's `changedAt`, kept until `expireAt`. */
  cancel: string[];
  /** Running or awaiting-ack: stamped `final`. */
  finalize: string[];
  /** End of the retention of what is cancelled here. */
  expireAt: number;
}

/** How long after its last claim a timer is looked at again, to close it should its settle have failed to. */
export const closeCheckMs = 600_000;

/** What a user asks for, resolved: everything of a timer that a change can replace. */
export interface Wish {
  schedule: Schedule;
  target: Target;
  retries: RetryPolicy;
  tags: string[];
  metadata: Record<string, string>;
  digest: string;
}

export interface Creation extends TimerKey {
  uid: string;
  wish: Wish;
  idempotencyKey: string | null;
  now: number;
}

/** A new timer, due at its schedule's first occurrence. */
export function createTimer({ namespace, id, uid, wish, idempotencyKey, now }: Creation): Timer {
  const { schedule, target, retries, tags, metadata, digest } = wish;
  const next = firstOccurrence(schedule, now, { id, uid, runs: 0 });
  return {
    namespace,
    id,
    uid,
    shard: shardOf({ namespace, id }),
    state: 'active',
    generation: 1,
    definition: { version: 1, schedule, target, retries },
    digest,
    idempotencyKey,
    next,
    lastScheduledFor: null,
    runs: 0,
    tags,
    metadata,
    createdAt: now,
    updatedAt: now,
    changedAt: now,
    wakeAt: wakeOf(next, now),
  };
}

export interface Instant {
  now: number;
  /** End of the retention of what ends now. */
  expireAt: number;
}

/** Cancels: nothing of it starts any more; what runs is left to end, and is never repeated. */
export function cancelTimer(current: Current, { now, expireAt }: Instant): Change {
  const { timer } = current;
  const instant = instantOf(current, now);
  const missed = unclaimedUpTo(instant, current);
  return {
    timer: {
      ...timer,
      state: 'cancelled',
      generation: timer.generation + 1,
      next: null,
      updatedAt: now,
      changedAt: instant,
      wakeAt: expireAt,
    },
    retire: null,
    insert: missed.map((occurrence) => ({
      ...claimedByChange(timer, occurrence, now),
      state: 'cancelled',
      reason: 'cancelled before it was claimed',
      settledAt: instant,
      wakeAt: expireAt,
    })),
    withdraw: [],
    ...sweep(current.open),
    expireAt,
  };
}

/** Replaces the definition of an open timer, its tags and its metadata; the generation grows. */
export function redefineTimer(current: Current, wish: Wish, { now, expireAt }: Instant): Change {
  const { timer } = current;
  const { tags, metadata, digest, ...content } = wish;
  const instant = instantOf(current, now);
  const renewed = {
    ...timer,
    tags,
    metadata,
    digest,
    generation: timer.generation + 1,
    updatedAt: now,
    changedAt: instant,
  };
  const untouched = { retire: null, insert: [], withdraw: [], cancel: [], finalize: [], expireAt };
  if (isSameContent(timer.definition, content)) return { timer: renewed, ...untouched };

  const withdrawn = current.open.filter(
    (execution) =>
      execution.state === 'claimed' && execution.scheduledFor > instant && neverStarted(execution),
  );
  const overdue = unclaimedUpTo(instant, current);
  const runs = timer.runs - withdrawn.length + overdue.length;
  const next = nextAfterChange(content.schedule, instant, { ...timer, runs });
  return {
    ...untouched,
    timer: {
      ...renewed,
      definition: { version: timer.definition.version + 1, ...content },
      next,
      lastScheduledFor: lastKept(current, withdrawn, overdue),
      runs,
      wakeAt: wakeOf(next, now),
    },
    retire: timer.definition,
    insert: overdue.map((occurrence) => claimedByChange(timer, occurrence, now)),
    withdraw: withdrawn.map((execution) => execution.id),
  };
}

/** Puts a new timer in the place of a closed one of the same id; what the closed one left open is swept. */
export function replaceTimer(current: Current, timer: Timer, { expireAt }: Instant): Change {
  return {
    timer,
    retire: current.timer.definition,
    insert: [],
    withdraw: [],
    ...sweep(current.open),
    expireAt,
  };
}

/** True when schedule, target and retries are those of the definition. */
function isSameContent(definition: Definition, content: Omit<Definition, 'version'>): boolean {
  const { schedule, target, retries } = definition;
  return JSON.stringify(content, sortedKeys) === JSON.stringify({ schedule, target, retries }, sortedKeys);
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** c of protocols.md. */
function instantOf({ timer, lastStartedFor }: Current, now: number): number {
  return Math.max(now, timer.changedAt, lastStartedFor ?? 0);
}

/** What fell due up to c and is not claimed. After a change `next` may be an instant whose execution exists already. */
function unclaimedUpTo(instant: number, { timer, open, lastStartedFor }: Current): Occurrence[] {
  const { next } = timer;
  if (!next || next.scheduledFor > instant || next.scheduledFor === lastStartedFor) return [];
  return open.some(({ scheduledFor }) => scheduledFor === next.scheduledFor) ? [] : [next];
}

/** The new schedule starts after c; one instant at or before c is due at once (a claim finds out whether it ran already). */
function nextAfterChange(schedule: Schedule, instant: number, owner: ScheduleOwner): Occurrence | null {
  const next = nextOccurrence(schedule, instant, owner);
  return next ?? (isOneShot(schedule) ? nextOccurrence(schedule, null, owner) : null);
}

function wakeOf(next: Occurrence | null, now: number): number {
  return next ? next.dueAt : now + closeCheckMs;
}

function sweep(open: readonly Execution[]): Pick<Change, 'cancel' | 'finalize'> {
  const isUnderWay = ({ state }: Execution): boolean => state === 'running' || state === 'awaiting-ack';
  return {
    cancel: open.filter((execution) => !isUnderWay(execution)).map(({ id }) => id),
    finalize: open.filter(isUnderWay).map(({ id }) => id),
  };
}

function lastKept(current: Current, withdrawn: Execution[], overdue: Occurrence[]): number | null {
  const kept = current.open
    .filter((execution) => !withdrawn.includes(execution))
    .map(({ scheduledFor }) => scheduledFor);
  const instants = [
    ...kept,
    ...overdue.map(({ scheduledFor }) => scheduledFor),
    ...(current.lastStartedFor === null ? [] : [current.lastStartedFor]),
  ];
  return instants.length > 0 ? Math.max(...instants) : null;
}

/** An execution that nobody holds: whoever looks next publishes it. */
function claimedByChange(timer: Timer, { scheduledFor, dueAt }: Occurrence, now: number): Execution {
  return { ...newExecution(timer, { scheduledFor, dueAt }), claimedAt: now, wakeAt: now };
}

/** The execution of one occurrence, claimed for the first time by nobody yet. */
export function newExecution(timer: Timer, { scheduledFor, dueAt }: Occurrence): Execution {
  return {
    id: executionId(timer.uid, scheduledFor),
    uid: timer.uid,
    namespace: timer.namespace,
    timerId: timer.id,
    shard: timer.shard,
    host: new URL(timer.definition.target.url).host,
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
    settledAt: null,
  };
}
