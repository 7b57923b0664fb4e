/** How a timer begins. Pure. */
import { firstOccurrence } from './occurrences.js';
import type { Occurrence } from './schedule.js';
import { type Definition, shardOf, type Timer, type TimerKey } from './timer.js';

/** What a user asks for, resolved: everything of a timer that a change can replace. */
export interface Wish extends Omit<Definition, 'version'> {
  tags: string[];
  metadata: Record<string, string>;
  digest: string;
}

export interface Creation extends TimerKey {
  uid: string;
  wish: Wish;
  idempotencyKey: string | null;
  now: number;
  /** Who makes it. */
  createdBy: string;
  /** Where it is kept; by namespace and id when left out. */
  shard?: number;
}

/** A new timer, due at its schedule's first occurrence. */
export function createTimer({
  namespace,
  id,
  uid,
  wish,
  idempotencyKey,
  now,
  createdBy,
  shard,
}: Creation): Timer {
  const { tags, metadata, digest, ...content } = wish;
  const next = firstOccurrence(content.schedule, now, { id, uid, runs: 0 });
  return {
    namespace,
    id,
    uid,
    shard: shard ?? shardOf({ namespace, id }),
    state: 'active',
    generation: 1,
    definition: { version: 1, ...content },
    digest,
    idempotencyKey,
    next,
    lastScheduledFor: null,
    runs: 0,
    manualRuns: 0,
    pause: null,
    busy: null,
    buffered: null,
    tags,
    metadata,
    createdAt: now,
    createdBy,
    updatedAt: now,
    changedAt: now,
    wakeAt: wakeOf(next, now),
  };
}

/** When an active timer is looked at next; without an occurrence to come at once, for it may be over. */
export function wakeOf(next: Occurrence | null, now: number): number {
  return next ? next.dueAt : now;
}
