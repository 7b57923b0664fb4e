import { describe, expect, it } from 'vitest';
import { catchUpSpacingMs, claimTimer, newExecution } from '../../../../shared/timers/claim.js';
import type { MisfirePolicy } from '../../../../shared/timers/misfire.js';
import type { Schedule } from '../../../../shared/timers/schedule.js';
import { makeDefinition, makeTimer } from '../../../support/factories.js';
import { at, elsewhere, expireAt, now, times } from './change-world.js';

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

describe('claiming', () => {
  const everyTen = { kind: 'every', intervalMs: 10, anchor: now - 1_005 } as const;

  function setup(nextMs: number, misfire: Partial<MisfirePolicy> = {}, schedule: Schedule = everyTen) {
    const policy = { policy: 'latest', windowMs: 1_000, max: 1_000, ...misfire } as const;
    const definition = makeDefinition({ schedule, misfire: policy });
    return makeTimer({ uid: 'uid', next: at(nextMs), definition });
  }

  it('makes the execution of an occurrence to come, and moves on to the next', () => {
    const { executions, next, wakeAt } = claimTimer(setup(5), times);
    expect(executions).toMatchObject([{ ...at(5), id: `uid-${now + 5}`, state: 'claimed', callAt: now + 5 }]);
    expect(next).toEqual(at(15));
    expect(wakeAt).toBe(now + 15);
  });

  it('looks at a timer without further occurrence again, in case its settle forgets to close it', () => {
    const once = setup(5, {}, { kind: 'at', at: now + 5 });
    expect(claimTimer(once, times)).toMatchObject({ next: null, wakeAt: now + 5 + 600_000 });
  });

  it('catches up what is late within the window, the first at once and the others one after the other', () => {
    const { executions, next } = claimTimer(setup(-25), times);
    const later = (n: number) => ({
      state: 'deferred',
      reason: 'catch-up',
      callAt: now + n * catchUpSpacingMs,
      wakeAt: now + n * catchUpSpacingMs,
      deferrals: 0,
    });
    expect(executions).toMatchObject([
      { ...at(-25), state: 'claimed' },
      { ...at(-15), ...later(1) },
      { ...at(-5), ...later(2) },
    ]);
    expect(next).toEqual(at(5));
  });

  it('tells what the policy leaves out as one record, before what runs', () => {
    const { executions, next } = claimTimer(setup(-45, { windowMs: 20 }), times);
    expect(executions).toMatchObject([
      {
        ...at(-45),
        state: 'skipped',
        reason: 'too-late',
        covers: { to: now - 25, count: 3 },
        settledAt: now,
        wakeAt: expireAt,
        holder: null,
      },
      { ...at(-15), state: 'claimed' },
      { ...at(-5), state: 'deferred' },
    ]);
    expect(next).toEqual(at(5));
  });

  it('leaves out a single instant that is later than its window, where the policy says skip', () => {
    const once = setup(-30, { policy: 'skip', windowMs: 20 }, { kind: 'at', at: now - 30 });
    const { executions, next } = claimTimer(once, times);
    expect(executions).toMatchObject([{ state: 'skipped', reason: 'too-late', covers: null }]);
    expect(next).toBeNull();
  });

  it('runs a single instant that is later than its window, where the policy says latest', () => {
    const once = setup(-30, { windowMs: 20 }, { kind: 'at', at: now - 30 });
    expect(claimTimer(once, times).executions).toMatchObject([{ state: 'claimed', ...at(-30) }]);
  });

  it('claims no more than maxRuns allows, and has nothing more to come then', () => {
    const timer = setup(-45, { policy: 'all' }, { ...everyTen, maxRuns: 2 });
    const { executions, next } = claimTimer(timer, times);
    expect(executions.filter(({ state }) => state !== 'skipped')).toHaveLength(2);
    expect(next).toBeNull();
  });
});
