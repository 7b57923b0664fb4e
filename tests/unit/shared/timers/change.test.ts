import { describe, expect, it } from 'vitest';
import {
  cancelTimer,
  createTimer,
  newExecution,
  replaceTimer,
  type Wish,
} from '../../../../shared/timers/change.js';
import { openStates } from '../../../../shared/timers/execution.js';
import { nextOccurrence } from '../../../../shared/timers/occurrences.js';
import { defaultRetryPolicy } from '../../../../shared/timers/retry-policy.js';
import { shardOf } from '../../../../shared/timers/timer.js';
import { makeDefinition, makeTimer } from '../../../support/factories.js';
import { at, claimed, elsewhere, expireAt, now, setup, times } from './change-world.js';

describe('creating', () => {
  const wish = (offsetMs: number): Wish => ({
    ...makeDefinition({ schedule: { kind: 'at', at: now + offsetMs } }),
    tags: ['a'],
    metadata: { b: 'c' },
    digest: 'd',
  });
  const create = (offsetMs: number) =>
    createTimer({ namespace: 'ns', id: 'id', uid: 'uid', wish: wish(offsetMs), idempotencyKey: 'k', now });

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
    });
    expect(timer.next).toEqual(nextOccurrence(schedule, now, { uid: 'uid' }));
    expect(timer.wakeAt).toBe(timer.next?.dueAt);
  });
});

describe('cancelling', () => {
  it('closes the timer and leaves nothing to come', () => {
    const { timer } = cancelTimer(setup(), times);
    expect(timer).toMatchObject({ state: 'cancelled', generation: 2, next: null, changedAt: now });
    expect(timer.wakeAt).toBe(expireAt);
  });

  it.each(['claimed', 'retrying', 'deferred'] as const)('ends what is %s', (state) => {
    const change = cancelTimer(claimed(-10, { state }), times);
    expect(change).toMatchObject({ cancel: [`uid-${now - 10}`], finalize: [], withdraw: [] });
  });

  it.each(['running', 'awaiting-ack'] as const)('lets what is %s end, and forbids its repeat', (state) => {
    const change = cancelTimer(claimed(-10, { state }), times);
    expect(change).toMatchObject({ cancel: [], finalize: [`uid-${now - 10}`], withdraw: [] });
  });

  it('accounts for every open execution exactly once', () => {
    const open = openStates.map((state, i) => ({ id: `uid-${i}`, state }));
    const { cancel, finalize } = cancelTimer(setup({ open }), times);
    expect([...cancel, ...finalize].sort()).toEqual(open.map(({ id }) => id));
  });

  it('records an occurrence that fell due before anybody claimed it', () => {
    const current = setup({ timer: { next: at(0) } });
    expect(cancelTimer(current, times).insert).toEqual([
      {
        ...newExecution(current.timer, at(0)),
        state: 'cancelled',
        reason: 'cancelled before it was claimed',
        claimedAt: now,
        settledAt: now,
        wakeAt: expireAt,
      },
    ]);
  });

  it('records nothing of an occurrence that started already', () => {
    const current = setup({ timer: { next: at(-5) }, lastStartedFor: now - 5 });
    expect(cancelTimer(current, times).insert).toEqual([]);
  });

  it('records nothing of an occurrence that lies ahead', () => {
    expect(cancelTimer(setup({ timer: { next: at(1) } }), times).insert).toEqual([]);
  });
});

describe('replacing a closed timer', () => {
  it('writes the new row, keeps the old definition and sweeps what the old one left open', () => {
    const current = setup({
      timer: { state: 'completed', next: null },
      open: [
        { id: 'uid-1', state: 'retrying' },
        { id: 'uid-2', state: 'running' },
      ],
    });
    const timer = makeTimer({ uid: 'another' });
    expect(replaceTimer(current, timer, times)).toEqual({
      timer,
      retire: current.timer.definition,
      insert: [],
      withdraw: [],
      cancel: ['uid-1'],
      finalize: ['uid-2'],
      expireAt,
    });
  });
});

describe('a new execution', () => {
  it('is claimed for its due time by nobody yet, with the host of its target', () => {
    const timer = makeTimer({ definition: makeDefinition({ target: elsewhere }) });
    expect(newExecution(timer, { scheduledFor: now, dueAt: now + 3 })).toMatchObject({
      id: `${timer.uid}-${now}`,
      host: 'example.test:8443',
      state: 'claimed',
      holder: null,
      claim: 1,
      callAt: now + 3,
      attempt: 0,
    });
  });
});
