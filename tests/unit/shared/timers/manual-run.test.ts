import { describe, expect, it } from 'vitest';
import { isManualRun, neverStarted } from '../../../../shared/timers/execution.js';
import { runTimer } from '../../../../shared/timers/manual-run.js';
import { pauseTimer } from '../../../../shared/timers/pause.js';
import { at, now, recurring, setup, testTimer, times } from './change-world.js';

describe('running now', () => {
  it('makes one execution of its own, due at once and held by nobody', () => {
    const { insert } = runTimer(setup(), 'req-1', times);
    expect(insert).toMatchObject([
      { id: 'uid-rreq-1', ...at(0), state: 'claimed', holder: null, callAt: now, wakeAt: now },
    ]);
    expect(isManualRun(insert[0]!)).toBe(true);
  });

  it('leaves the schedule, the generation and the count of runs alone', () => {
    const current = recurring(5);
    const { timer } = runTimer(current, 'req-1', times);
    expect(timer).toEqual({ ...current.timer, manualRuns: 1, updatedAt: now });
  });

  it('under a test clock waits for who moves that clock', () => {
    expect(runTimer(testTimer({}), 'a', times).insert).toMatchObject([
      { state: 'deferred', reason: 'test-clock', wakeAt: now },
    ]);
  });

  it('is no occurrence: the one that falls on its instant is still to be claimed', () => {
    const current = recurring(-5);
    const run = { ...runTimer(current, 'a', times).insert[0]!, ...at(-5) };
    expect(neverStarted(run)).toBe(true);
    const change = pauseTimer({ ...current, open: [run] }, { reason: null, until: null }, times);
    expect(change.insert).toMatchObject([{ ...at(-5), state: 'skipped' }]);
  });
});
