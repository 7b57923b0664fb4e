import { describe, expect, it } from 'vitest';
import type { Execution } from '../../../../shared/timers/execution.js';
import type { Schedule } from '../../../../shared/timers/schedule.js';
import { isPlainWatchdog, touchTimer } from '../../../../shared/timers/touch.js';
import type { Timer } from '../../../../shared/timers/timer.js';
import { makeDefinition, makeTimer } from '../../../support/factories.js';
import { at, now, setup, times } from './change-world.js';

/** Made with a delay of a second, due so many milliseconds from now. */
function watchdog(dueMs: number, timer: Partial<Timer> = {}, open: Partial<Execution>[] = []) {
  const schedule = { kind: 'at', at: now + dueMs, delayMs: 1_000 } as const;
  return setup({ timer: { next: at(dueMs), definition: makeDefinition({ schedule }), ...timer }, open });
}

describe('touching', () => {
  it('puts a watchdog off to its delay from now, under the same generation and version', () => {
    const current = watchdog(300);
    expect(touchTimer(current, times)).toMatchObject({
      timer: {
        next: at(1_000),
        wakeAt: now + 1_000,
        generation: 1,
        definition: { version: 1, schedule: { at: now + 1_000, delayMs: 1_000 } },
      },
      insert: [],
      withdraw: [],
    });
  });

  it('never makes it due earlier than it was', () => {
    expect(touchTimer(watchdog(4_000), times)).toMatchObject({ timer: { next: at(4_000) } });
  });

  it('withdraws what is claimed and has not come due', () => {
    const current = watchdog(300, { next: null, runs: 1 }, [{ ...at(300), id: `uid-${now + 300}` }]);
    expect(touchTimer(current, times)).toMatchObject({
      withdraw: [`uid-${now + 300}`],
      timer: { next: at(1_000), runs: 0, lastScheduledFor: null },
    });
  });

  it('leaves a paused one paused', () => {
    expect(touchTimer(watchdog(300, { state: 'paused', wakeAt: 77 }), times)).toMatchObject({
      timer: { state: 'paused', wakeAt: 77, next: at(1_000) },
    });
  });

  it.each<[string, ReturnType<typeof watchdog>]>([
    ['is due and nobody has claimed it', watchdog(0)],
    ['is claimed and due', watchdog(0, { next: null }, [at(0)])],
    ['is under way', watchdog(-5, { next: null }, [{ ...at(-5), state: 'running', attempt: 1 }])],
    ['has ended and is about to close', watchdog(-5, { next: null })],
  ])('comes too late for one that %s', (_case, current) => {
    expect(touchTimer(current, times)).toBe('fired');
  });

  it.each(['completed', 'cancelled'] as const)('does nothing to one that is %s', (state) => {
    expect(touchTimer(watchdog(300, { state }), times)).toBe('closed');
  });

  it('is for delays alone', () => {
    expect(touchTimer(setup(), times)).toBe('no-delay');
  });
});

describe('a plain watchdog', () => {
  const plain = { kind: 'at', at: now, delayMs: 5 } as const;
  const isPlain = (schedule: Schedule) =>
    isPlainWatchdog(makeTimer({ definition: makeDefinition({ schedule }) }));

  it('is a delay and nothing else', () => {
    expect(isPlain(plain)).toBe(true);
    expect(isPlain({ kind: 'at', at: now })).toBe(false);
    expect(isPlain({ kind: 'every', intervalMs: 5, anchor: now })).toBe(false);
  });

  it.each<Partial<Schedule>>([
    { startAt: now },
    { endAt: now },
    { jitterMs: 5 },
    { exclusions: { dates: ['2030-01-01'] } },
  ])('has no further limit such as %o', (limit) => {
    expect(isPlain({ ...plain, ...limit } as Schedule)).toBe(false);
  });
});
