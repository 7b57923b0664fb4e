import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sleep, SystemClock, type TimeReading } from '../../../../shared/base/clock.js';
import { ManualClock } from '../../../support/manual-clock.js';

const wallTime = Date.UTC(2030, 0, 1);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now: wallTime });
});
afterEach(() => {
  vi.useRealTimers();
});

function setup() {
  const clock = new SystemClock();
  /** A reading just received, of a clock that is `aheadMs` ahead of the wall clock as it stands now. */
  const reading = (aheadMs: number, { roundTrip = 2, source = 'a' } = {}): TimeReading => {
    const receivedAt = performance.now();
    return {
      source,
      time: Date.now() - roundTrip / 2 + aheadMs,
      sentAt: receivedAt - roundTrip,
      receivedAt,
    };
  };
  return { clock, reading };
}

describe('the system clock', () => {
  it('tells the wall clock and is not ready before the first reading', () => {
    const { clock } = setup();
    expect(clock.now()).toBe(wallTime);
    expect(clock.ready()).toBe(false);
    expect(clock.skewMs()).toBe(0);
  });

  it('keeps the wall clock where a reading differs by less than its own uncertainty', () => {
    const { clock, reading } = setup();
    clock.sample(reading(40, { roundTrip: 80 }));
    expect(clock.ready()).toBe(true);
    expect(clock.now()).toBe(wallTime);
    expect(clock.skewMs()).toBeCloseTo(40);
  });

  it('goes by the reading where it differs by more than that', () => {
    const { clock, reading } = setup();
    clock.sample(reading(-300));
    expect(clock.now()).toBe(wallTime - 300);
  });

  it('trusts the shortest round trip', () => {
    const { clock, reading } = setup();
    clock.sample(reading(900, { roundTrip: 20 }));
    clock.sample(reading(300, { roundTrip: 4 }));
    clock.sample(reading(700, { roundTrip: 40 }));
    expect(clock.now()).toBe(wallTime + 300);
  });

  it('forgets a reading after a minute', () => {
    const { clock, reading } = setup();
    clock.sample(reading(900, { roundTrip: 2 }));
    vi.advanceTimersByTime(60_000);
    clock.sample(reading(300, { roundTrip: 30 }));
    expect(clock.now()).toBe(wallTime + 60_300);
  });

  it('drops the readings of a former source', () => {
    const { clock, reading } = setup();
    clock.sample(reading(900, { roundTrip: 2, source: 'a' }));
    clock.sample(reading(300, { roundTrip: 30, source: 'b' }));
    expect(clock.now()).toBe(wallTime + 300);
  });

  it('drops what it measured before the wall clock was set', () => {
    const { clock, reading } = setup();
    clock.sample(reading(900, { roundTrip: 2 }));
    vi.setSystemTime(wallTime + 5_000);
    clock.sample(reading(0, { roundTrip: 30 }));
    expect(clock.skewMs()).toBeCloseTo(0);
    expect(clock.now()).toBe(wallTime + 5_000);
  });

  it('does not follow a wall clock that is set while a reading holds', () => {
    const { clock, reading } = setup();
    clock.sample(reading(900));
    vi.setSystemTime(wallTime + 3_600_000);
    expect(clock.now()).toBe(wallTime + 900);
  });

  it('rounds down, so that an instant is never told early', () => {
    const { clock, reading } = setup();
    clock.sample(reading(300.9));
    expect(clock.now()).toBe(wallTime + 300);
  });

  it('never runs a task before its delay, fractions rounded up', () => {
    const { clock } = setup();
    const run = vi.fn();
    clock.after(10.2, run);
    vi.advanceTimersByTime(10);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledOnce();
  });

  it('does not run a task at once because its delay is too long for the runtime', () => {
    const { clock } = setup();
    const run = vi.fn();
    clock.after(2 ** 40, run);
    vi.advanceTimersByTime(1_000);
    expect(run).not.toHaveBeenCalled();
  });

  it('runs no cancelled task', () => {
    const { clock } = setup();
    const run = vi.fn();
    const cancel = clock.after(10, run);
    cancel();
    vi.advanceTimersByTime(20);
    expect(run).not.toHaveBeenCalled();
  });
});

describe('sleep', () => {
  it('resolves once the delay has passed', async () => {
    const clock = new ManualClock();
    const woken = vi.fn();
    const sleeping = sleep(clock, 100).then(woken);
    await clock.advance(99);
    expect(woken).not.toHaveBeenCalled();
    await clock.advance(1);
    await sleeping;
    expect(woken).toHaveBeenCalledOnce();
  });

  it('resolves at once when it is aborted', async () => {
    const clock = new ManualClock();
    const abort = new AbortController();
    const sleeping = sleep(clock, 1_000, abort.signal);
    abort.abort();
    await expect(sleeping).resolves.toBeUndefined();
    expect(clock.monotonic()).toBe(0);
  });

  it('resolves at once when it was aborted before', async () => {
    await expect(sleep(new ManualClock(), 1_000, AbortSignal.abort())).resolves.toBeUndefined();
  });
});
