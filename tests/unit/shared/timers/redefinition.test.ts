import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cancelTimer } from '../../../../shared/timers/cancellation.js';
import type { Current } from '../../../../shared/timers/change.js';
import { newExecution } from '../../../../shared/timers/claim.js';
import type { Wish } from '../../../../shared/timers/creation.js';
import { type Execution, type ExecutionState, openStates } from '../../../../shared/timers/execution.js';
import { redefineTimer } from '../../../../shared/timers/redefinition.js';
import { makeDefinition } from '../../../support/factories.js';
import {
  at,
  claimed,
  elsewhere,
  expireAt,
  now,
  recurring,
  setup,
  testTimer,
  times,
  wishOf,
} from './change-world.js';

describe('redefining with the same content', () => {
  it('touches neither definition, nor due time, nor executions', () => {
    const current = claimed(500);
    const change = redefineTimer(current, wishOf(current, { tags: ['new'], digest: 'new' }), times);
    expect(change).toEqual({
      timer: {
        ...current.timer,
        tags: ['new'],
        digest: 'new',
        generation: 2,
        updatedAt: now,
        changedAt: now,
      },
      retire: null,
      insert: [],
      update: [],
      withdraw: [],
      expireAt,
    });
  });

  it('knows the content again whatever the order of its fields', () => {
    const current = claimed(500);
    const target = Object.fromEntries(Object.entries(current.timer.definition.target).reverse());
    const wish = wishOf(current, { target: target as unknown as Wish['target'] });
    expect(redefineTimer(current, wish, times).retire).toBeNull();
  });

  it('leaves an overdue occurrence to be claimed as it was', () => {
    const current = setup({ timer: { next: at(-5) } });
    expect(redefineTimer(current, wishOf(current), times)).toMatchObject({
      insert: [],
      timer: { next: at(-5), runs: 0 },
    });
  });
});

describe('redefining with other content', () => {
  it('writes the next version and keeps the old one for what was claimed under it', () => {
    const current = setup();
    const change = redefineTimer(current, wishOf(current, { target: elsewhere }), times);
    expect(change.timer.definition).toEqual({ ...current.timer.definition, version: 2, target: elsewhere });
    expect(change.retire).toEqual(current.timer.definition);
    expect(change.timer.generation).toBe(2);
  });

  it('moves an instant that lies ahead', () => {
    const current = setup();
    const wish = wishOf(current, { schedule: { kind: 'at', at: now + 9_000 } });
    const { timer } = redefineTimer(current, wish, times);
    expect(timer).toMatchObject({ next: at(9_000), wakeAt: now + 9_000 });
  });

  it('makes an instant moved into the past due at once', () => {
    const current = setup();
    const wish = wishOf(current, { schedule: { kind: 'at', at: now - 9_000 } });
    expect(redefineTimer(current, wish, times).timer).toMatchObject({ next: at(-9_000) });
  });

  it('goes on after c where the new schedule recurs, and never back to where that began', () => {
    const schedule = { kind: 'every', intervalMs: 1_000, anchor: now - 10_000 } as const;
    const next = (endAt: number) =>
      redefineTimer(setup(), wishOf(setup(), { schedule: { ...schedule, endAt } }), times).timer.next;
    expect(next(now + 5_000)).toEqual(at(1_000));
    expect(next(now)).toBeNull();
  });

  it('withdraws what is claimed after c and never started, and gives its run back', () => {
    const current = claimed(1_500);
    const change = redefineTimer(current, wishOf(current, { target: elsewhere }), times);
    expect(change.withdraw).toEqual([`uid-${now + 1_500}`]);
    expect(change.timer).toMatchObject({ runs: 0, next: at(1_500), lastScheduledFor: null });
  });

  it.each<[string, number, Partial<Execution>]>([
    ['falls due at c or before', 0, {}],
    ['was started', 1_500, { attempt: 1 }],
    ['was deferred and claimed again', 1_500, { deferrals: 1 }],
    ['is retrying', 1_500, { state: 'retrying', attempt: 1 }],
    ['is deferred', 1_500, { state: 'deferred', deferrals: 1 }],
    ['is running', 1_500, { state: 'running', attempt: 1 }],
    ['waits for an acknowledgement', 1_500, { state: 'awaiting-ack', attempt: 1 }],
  ])('leaves alone what %s', (_case, offsetMs, execution) => {
    const current = claimed(offsetMs, execution);
    const change = redefineTimer(current, wishOf(current, { target: elsewhere }), times);
    expect(change).toMatchObject({ withdraw: [], update: [] });
    expect(change.timer).toMatchObject({ runs: 1, lastScheduledFor: now + offsetMs });
  });

  it('claims what fell due before anybody claimed it, under the old version', () => {
    const current = setup({ timer: { next: at(-5), generation: 7 } });
    const wish = wishOf(current, { target: elsewhere, schedule: { kind: 'at', at: now + 9_000 } });
    const change = redefineTimer(current, wish, times);
    expect(change.insert).toEqual([
      { ...newExecution(current.timer, at(-5)), claimedAt: now, wakeAt: now, holder: null },
    ]);
    expect(change.insert[0]).toMatchObject({ generation: 7, version: 1, callAt: now - 5 });
    expect(change.timer).toMatchObject({ runs: 1, next: at(9_000), lastScheduledFor: now - 5 });
  });

  it('claims a whole outage by the policy that held, spread, and records what that leaves out', () => {
    const current = recurring(-45, { misfire: { policy: 'latest', windowMs: 20, max: 10 } });
    const change = redefineTimer(current, wishOf(current, { target: elsewhere }), times);
    expect(change.insert).toMatchObject([
      { ...at(-45), state: 'skipped', reason: 'too-late', covers: { to: now - 25, count: 3 }, version: 1 },
      { ...at(-15), state: 'claimed', version: 1, holder: null },
      { ...at(-5), state: 'deferred', reason: 'catch-up', version: 1 },
    ]);
    expect(change.timer).toMatchObject({ runs: 2, next: at(5), lastScheduledFor: now - 5 });
  });

  it('keeps an occurrence that its jitter puts after c, though its nominal time is before', () => {
    const current = setup({
      timer: {
        next: { scheduledFor: now - 5, dueAt: now + 4 },
        definition: makeDefinition({
          schedule: { kind: 'every', intervalMs: 10, anchor: now - 5, jitterMs: 9 },
        }),
      },
    });
    const { insert } = redefineTimer(current, wishOf(current, { target: elsewhere }), times);
    expect(insert).toMatchObject([
      { scheduledFor: now - 5, callAt: now + 4, wakeAt: now + 4, state: 'claimed' },
    ]);
  });

  it('claims nothing of a paused timer: what lay in the pause is left out, and the pause goes on', () => {
    const pause = { reason: 'why', until: null, since: now - 40 };
    const paused = { state: 'paused', pause, wakeAt: 8.64e15 } as const;
    const current = recurring(-35, {}, paused);
    const change = redefineTimer(current, wishOf(current, { target: elsewhere }), times);
    expect(change.insert).toMatchObject([
      { state: 'skipped', reason: 'paused', covers: { to: now - 5, count: 4 } },
    ]);
    expect(change.timer).toMatchObject({ ...paused, next: at(5), runs: 0 });
  });

  it('under a test clock leaves what it claims to who moves that clock', () => {
    const current = testTimer({ next: at(-5) });
    const change = redefineTimer(current, wishOf(current, { target: elsewhere }), times);
    expect(change.insert).toMatchObject([{ state: 'deferred', reason: 'test-clock', wakeAt: now }]);
  });

  it('looks at once whether a timer without further occurrence is over', () => {
    const schedule = { kind: 'every', intervalMs: 10, anchor: now, endAt: now } as const;
    const current = setup();
    expect(redefineTimer(current, wishOf(current, { schedule }), times).timer).toMatchObject({
      next: null,
      wakeAt: now,
    });
  });

  it('counts a run once, however often it is changed before the next look', () => {
    const first = setup({ timer: { next: at(-5) } });
    const change = redefineTimer(first, wishOf(first, { target: elsewhere }), times);
    const second: Current = { timer: change.timer, open: change.insert, lastStartedFor: null };
    const again = redefineTimer(second, wishOf(second, { target: makeDefinition().target }), times);
    expect(again).toMatchObject({ insert: [], timer: { runs: 1 } });
    expect(cancelTimer(second, times).insert).toEqual([]);
  });
});

describe('the instant of a change', () => {
  const c = (current: Current) => redefineTimer(current, wishOf(current, { target: elsewhere }), times);

  it('is now', () => {
    expect(c(setup({ timer: { changedAt: now - 50 } })).timer.changedAt).toBe(now);
  });

  it('is never before the last change, though another clock made it', () => {
    const current = setup({ timer: { changedAt: now + 80, next: at(40) } });
    const change = c(current);
    expect(change.timer).toMatchObject({ changedAt: now + 80, updatedAt: now });
    expect(change.insert).toMatchObject([at(40)]);
    expect(cancelTimer(current, times).timer.changedAt).toBe(now + 80);
  });

  it('is never before an occurrence that has started', () => {
    const current = claimed(60, {}, now + 60);
    expect(c(current)).toMatchObject({ withdraw: [], timer: { changedAt: now + 60 } });
    expect(cancelTimer(current, times).timer.changedAt).toBe(now + 60);
  });

  it.each<[string, Partial<Execution>]>([
    ['was put off', { state: 'deferred', deferrals: 1 }],
    ['waits for its turn', { state: 'deferred' }],
    ['is under way', { state: 'running', attempt: 1 }],
  ])('is never before an occurrence that %s ahead of its time', (_case, execution) => {
    const current = claimed(60, execution);
    const change = c(current);
    expect(change).toMatchObject({ withdraw: [], timer: { changedAt: now + 60 } });
  });

  it('only ever grows', () => {
    const started = fc.option(fc.integer({ min: -1_000, max: 1_000 }));
    fc.assert(
      fc.property(fc.integer({ min: -1_000, max: 1_000 }), started, (changed, startedAt) => {
        const current = setup({
          timer: { changedAt: now + changed },
          lastStartedFor: startedAt === null ? null : now + startedAt,
        });
        const { changedAt } = c(current).timer;
        return changedAt >= now && changedAt >= now + changed && changedAt >= now + (startedAt ?? -1_000);
      }),
    );
  });
});

describe('whatever is changed and when', () => {
  const executions = fc.array(
    fc.record({
      offsetMs: fc.integer({ min: -3_000, max: 3_000 }),
      state: fc.constantFrom<ExecutionState>(...openStates),
      attempt: fc.nat(2),
      deferrals: fc.nat(1),
    }),
    { maxLength: 5 },
  );

  it('no promise is dropped: each open execution is kept, withdrawn ahead of c, or swept', () => {
    fc.assert(
      fc.property(executions, fc.integer({ min: -3_000, max: 3_000 }), (open, nextMs) => {
        const current = setup({
          timer: { next: at(nextMs) },
          open: open.map(({ offsetMs, ...rest }, i) => ({ ...at(offsetMs), ...rest, id: `uid-${i}` })),
        });
        const change = redefineTimer(current, wishOf(current, { target: elsewhere }), times);
        const withdrawn = current.open.filter(({ id }) => change.withdraw.includes(id));
        for (const execution of withdrawn) {
          expect(execution).toMatchObject({ state: 'claimed', attempt: 0, deferrals: 0 });
          expect(execution.scheduledFor).toBeGreaterThan(change.timer.changedAt);
        }
        const promised = change.insert.length + (change.timer.next ? 1 : 0);
        expect(promised).toBeGreaterThan(0);
      }),
    );
  });
});
