import { describe, expect, it } from 'vitest';
import { cancelTimer, replaceTimer } from '../../../../shared/timers/cancellation.js';
import { newExecution } from '../../../../shared/timers/claim.js';
import { openStates } from '../../../../shared/timers/execution.js';
import { makeTimer } from '../../../support/factories.js';
import { at, claimed, expireAt, now, recurring, setup, times } from './change-world.js';

describe('cancelling', () => {
  it('closes the timer and leaves nothing to come', () => {
    const { timer } = cancelTimer(setup(), times);
    expect(timer).toMatchObject({ state: 'cancelled', generation: 2, next: null, changedAt: now });
    expect(timer.wakeAt).toBe(expireAt);
  });

  it.each(['claimed', 'retrying', 'deferred'] as const)('ends what is %s', (state) => {
    const change = cancelTimer(claimed(-10, { state }), times);
    const ended = { state: 'cancelled', holder: null, settledAt: now, wakeAt: expireAt, final: false };
    expect(change).toMatchObject({ update: [{ id: `uid-${now - 10}`, ...ended }], withdraw: [] });
  });

  it.each(['running', 'awaiting-ack'] as const)('lets what is %s end, and forbids its repeat', (state) => {
    const current = claimed(-10, { state });
    const change = cancelTimer(current, times);
    expect(change).toMatchObject({ update: [{ ...current.open[0], final: true }], withdraw: [] });
  });

  it('accounts for every open execution exactly once', () => {
    const open = openStates.map((state, i) => ({ id: `uid-${i}`, state }));
    const { update } = cancelTimer(setup({ open }), times);
    expect(update.map(({ id }) => id)).toEqual(open.map(({ id }) => id));
    expect(update.every(({ state, final }) => state === 'cancelled' || final)).toBe(true);
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

  it('records all of an outage as one', () => {
    const current = recurring(-35);
    expect(cancelTimer(current, times).insert).toMatchObject([
      { id: `uid-${now - 35}`, state: 'cancelled', covers: { to: now - 5, count: 4 } },
    ]);
  });

  it('ends a pause with it', () => {
    const pause = { reason: null, until: null, since: now };
    expect(cancelTimer(setup({ timer: { state: 'paused', pause } }), times).timer.pause).toBeNull();
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
      update: [
        { ...current.open[0], state: 'cancelled', holder: null, settledAt: now, wakeAt: expireAt },
        { ...current.open[1], final: true },
      ],
      expireAt,
    });
  });
});
