/** Valid timers and executions for tests; name only what the test is about. */
import type { ApiKey } from '../../shared/store/keys.js';
import { uuidV7 } from '../../shared/base/ids.js';
import type { Execution } from '../../shared/timers/execution.js';
import { executionId } from '../../shared/timers/execution.js';
import { defaultMisfirePolicy } from '../../shared/timers/misfire.js';
import { defaultOverlapPolicy } from '../../shared/timers/overlap.js';
import { defaultRetryPolicy } from '../../shared/timers/retry-policy.js';
import type { Definition, Timer } from '../../shared/timers/timer.js';
import { shardOf } from '../../shared/timers/timer.js';

export const baseTime = Date.UTC(2030, 0, 1);
export const dayMs = 86_400_000;

export function makeDefinition(changes: Partial<Definition> = {}): Definition {
  return {
    version: 1,
    schedule: { kind: 'at', at: baseTime + 1_000 },
    target: {
      url: 'http://127.0.0.1:9/callback',
      method: 'POST',
      headers: {},
      body: null,
      timeoutMs: 30_000,
    },
    retries: defaultRetryPolicy,
    misfire: defaultMisfirePolicy,
    overlap: defaultOverlapPolicy,
    ...changes,
  };
}

/** An active timer due one second after `baseTime` unless told. */
export function makeTimer(changes: Partial<Timer> = {}): Timer {
  const uid = changes.uid ?? uuidV7(baseTime);
  const key = { namespace: changes.namespace ?? 'default', id: changes.id ?? uid };
  const next =
    changes.next === undefined ? { scheduledFor: baseTime + 1_000, dueAt: baseTime + 1_000 } : changes.next;
  return {
    ...key,
    uid,
    shard: shardOf(key),
    state: 'active',
    generation: 1,
    definition: makeDefinition(next ? { schedule: { kind: 'at', at: next.scheduledFor } } : {}),
    digest: 'digest',
    idempotencyKey: null,
    next,
    lastScheduledFor: null,
    runs: 0,
    manualRuns: 0,
    pause: null,
    busy: null,
    buffered: null,
    tags: [],
    metadata: {},
    createdAt: baseTime,
    createdBy: 'tester',
    updatedAt: baseTime,
    changedAt: baseTime,
    wakeAt: next ? next.dueAt : baseTime + 600_000,
    ...changes,
  };
}

/** A claimed execution of the timer's next occurrence unless told. */
export function makeExecution(timer: Timer, changes: Partial<Execution> = {}): Execution {
  const occurrence = timer.next ?? { scheduledFor: baseTime + 1_000, dueAt: baseTime + 1_000 };
  return {
    id: executionId(timer.uid, occurrence.scheduledFor),
    uid: timer.uid,
    namespace: timer.namespace,
    timerId: timer.id,
    shard: timer.shard,
    host: new URL(timer.definition.target.url).host,
    ...occurrence,
    state: 'claimed',
    reason: null,
    generation: timer.generation,
    version: timer.definition.version,
    claim: 1,
    holder: 'scheduler-1~aaaa',
    claimedAt: baseTime,
    callAt: occurrence.dueAt,
    wakeAt: occurrence.dueAt + 10_000,
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
    ...changes,
  };
}

export function makeKey(changes: Partial<ApiKey> = {}): ApiKey {
  return {
    id: 'car_0000000000000001',
    version: 1,
    name: 'shop-backend',
    description: null,
    role: 'writer',
    namespaces: ['shop'],
    digest: 'digest',
    previous: null,
    createdAt: baseTime,
    createdBy: 'bootstrap-1',
    rotatedAt: null,
    expiresAt: null,
    lastUsedAt: null,
    ...changes,
  };
}
