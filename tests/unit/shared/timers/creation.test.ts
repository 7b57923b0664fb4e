import { describe, expect, it } from 'vitest';
import { createTimer, type Wish } from '../../../../shared/timers/creation.js';
import { defaultMisfirePolicy } from '../../../../shared/timers/misfire.js';
import { nextOccurrence } from '../../../../shared/timers/occurrences.js';
import { defaultRetryPolicy } from '../../../../shared/timers/retry-policy.js';
import { shardOf, testShard } from '../../../../shared/timers/timer.js';
import { makeDefinition } from '../../../support/factories.js';
import { at, now } from './change-world.js';

describe('creating', () => {
  const wish = (offsetMs: number): Wish => {
    const { version: _version, ...content } = makeDefinition({
      schedule: { kind: 'at', at: now + offsetMs },
    });
    return { ...content, tags: ['a'], metadata: { b: 'c' }, digest: 'd' };
  };
  const create = (offsetMs: number) =>
    createTimer({
      namespace: 'ns',
      id: 'id',
      uid: 'uid',
      wish: wish(offsetMs),
      idempotencyKey: 'k',
      now,
      createdBy: 'ops',
    });

  it('gives an active timer of the first generation, due at its first occurrence', () => {
    expect(create(500)).toMatchObject({
      state: 'active',
      generation: 1,
      definition: { version: 1 },
      next: at(500),
      wakeAt: now + 500,
      lastScheduledFor: null,
      runs: 0,
      changedAt: now,
      idempotencyKey: 'k',
      createdBy: 'ops',
    });
  });

  it('places it in the shard of its key and keeps what was wished', () => {
    const timer = create(500);
    expect(timer.shard).toBe(shardOf({ namespace: 'ns', id: 'id' }));
    expect(timer).toMatchObject({ tags: ['a'], metadata: { b: 'c' }, digest: 'd' });
    expect(timer.definition).toEqual({
      version: 1,
      schedule: { kind: 'at', at: now + 500 },
      target: makeDefinition().target,
      retries: defaultRetryPolicy,
      misfire: defaultMisfirePolicy,
      overlap: 'allowAll',
    });
  });

  it('makes an instant that is past due at once', () => {
    expect(create(-30_000)).toMatchObject({ next: at(-30_000), wakeAt: now - 30_000 });
  });

  it('makes nothing up for a recurring timer: its first occurrence is yet to come', () => {
    const schedule = { kind: 'every', intervalMs: 1_000, anchor: now - 10_000, jitterMs: 100 } as const;
    const timer = createTimer({
      namespace: 'ns',
      id: 'id',
      uid: 'uid',
      wish: { ...wish(0), schedule },
      idempotencyKey: null,
      now,
      createdBy: 'ops',
    });
    expect(timer.next).toEqual(nextOccurrence(schedule, now, { uid: 'uid' }));
    expect(timer.wakeAt).toBe(timer.next?.dueAt);
  });

  it('is kept apart where the caller says so', () => {
    const timer = createTimer({
      namespace: 'ns',
      id: 'id',
      uid: 'uid',
      wish: wish(0),
      idempotencyKey: null,
      now,
      createdBy: 'ops',
      shard: testShard,
    });
    expect(timer.shard).toBe(testShard);
  });
});
