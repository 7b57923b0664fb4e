/**
 * A timer: the promise that a user was given. Pure types and the rules of its states.
 *
 *   active ──(no next occurrence, no open execution)──► completed
 *     │ ▲
 *     ▼ │ pause; resume, or the instant it was paused until
 *   paused
 *     active | paused ──cancel──► cancelled          completed and cancelled are closed: only a PUT of the same id,
 *                                                    as a new uid, follows them
 */
import type { MisfirePolicy } from './misfire.js';
import type { OverlapPolicy } from './overlap.js';
import type { Occurrence, Schedule } from './schedule.js';
import type { RetryPolicy } from './retry-policy.js';
import { hash32 } from '../base/ids.js';

export const timerStates = ['active', 'paused', 'completed', 'cancelled'] as const;
export type TimerState = (typeof timerStates)[number];

/** The number of shards, fixed for the life of a store. */
export const shardCount = 64;

/** Where timers of a namespace with a test clock are kept: no scheduler looks there, only who advances the clock. */
export const testShard = 64;

/** An instant that never comes: the latest that a Date can hold. */
export const never = 8.64e15;

export interface TimerKey {
  namespace: string;
  id: string;
}

export interface Target {
  url: string;
  method: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** The bytes to send as UTF-8 text; null for none. A JSON body is kept as its serialised text. */
  body: string | null;
  /** Limit on the whole call, milliseconds. */
  timeoutMs: number;
}

/** The destination's host and port; the port only where it is not the scheme's own. */
export function hostOf({ url }: Pick<Target, 'url'>): string {
  return new URL(url).host;
}

/** What a timer does, as one version. A change writes a new version; executions name the one they were claimed under. */
export interface Definition {
  version: number;
  schedule: Schedule;
  target: Target;
  retries: RetryPolicy;
  misfire: MisfirePolicy;
  overlap: OverlapPolicy;
}

/** While it lasts nothing of the timer starts. */
export interface Pause {
  /** The user's words. */
  reason: string | null;
  /** When it ends by itself; null for not before somebody resumes it. */
  until: number | null;
  since: number;
}

export interface Timer extends TimerKey {
  /** Never reused, unlike `id`: a closed id that is created anew gets another uid. */
  uid: string;
  shard: number;
  state: TimerState;
  /** Grows with every change. */
  generation: number;
  definition: Definition;
  /** Digest of the definition as the user sent it, before delays were resolved; equal digests mean "no change". */
  digest: string;
  /** The `Idempotency-Key` it was created under. */
  idempotencyKey: string | null;
  /** The oldest occurrence not yet claimed or accounted for, of a paused one too; null when there is none. */
  next: Occurrence | null;
  /** `scheduledFor` of the newest claimed occurrence. */
  lastScheduledFor: number | null;
  /** Claims so far; a withdrawal gives one back. Manual runs and what was skipped at once do not count. */
  runs: number;
  /** How often somebody ran it by hand. */
  manualRuns: number;
  pause: Pause | null;
  /** Where overlap matters: the execution that has been admitted and keeps others out until it has ended. */
  busy: string | null;
  /** The one execution that waits behind `busy` where only one may. */
  buffered: string | null;
  tags: string[];
  metadata: Record<string, string>;
  createdAt: number;
  /** Who made it; null for one that is older than this field. */
  createdBy: string | null;
  updatedAt: number;
  /** The instant of its last change, which no later change may precede. */
  changedAt: number;
  /**
   * When somebody must look at this row: active with a next occurrence, that occurrence's dueAt; active without one,
   * the time to check whether it can close; paused, when the pause ends, or never; closed, the end of its retention.
   */
  wakeAt: number;
}

export function isClosed(timer: Timer): boolean {
  return timer.state === 'completed' || timer.state === 'cancelled';
}

/** The shard of a timer, 0 to 63: a function of namespace and id alone. */
export function shardOf({ namespace, id }: TimerKey): number {
  return hash32(`${namespace}/${id}`) % shardCount;
}
