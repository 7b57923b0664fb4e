import { describe, expect, it } from 'vitest';
import { runTimer } from '../../../../shared/timers/manual-run.js';
import { pauseTimer } from '../../../../shared/timers/pause.js';
import { dayMs } from '../../../support/factories.js';
import { executionsOf, leadMs, setup as world } from './world.js';

const second = 1_000;
const minute = 60 * second;

async function setup() {
  const started = await world();
  const { clock, createAs } = started;
  const anchor = clock.now();
  return {
    ...started,
    /** A timer of every so many seconds from now on. */
    every: (seconds: number, wish: Parameters<typeof createAs>[0] = {}) =>
      createAs({ schedule: { kind: 'every', intervalMs: seconds * second, anchor }, ...wish }, 'every'),
    /** Instants of what was published, in seconds since the beginning. */
    seconds: () => started.published.map(({ execution }) => (execution.scheduledFor - anchor) / second),
  };
}

describe('a recurring timer', () => {
  it('is published once for each occurrence, a short lead before it', async () => {
    const { service, clock, every, published, seconds } = await setup();
    await every(2);
    await service.start();
    await clock.advance(9 * second);
    expect(seconds()).toEqual([2, 4, 6, 8]);
    for (const { at, execution } of published) expect(execution.callAt - at).toBe(leadMs);
  });

  it('ends with its last run', async () => {
    const { service, clock, every, seconds, timers } = await setup();
    const timer = await every(2, {
      schedule: { kind: 'every', intervalMs: 2_000, anchor: clock.now(), maxRuns: 2 },
    });
    await service.start();
    await clock.advance(9 * second);
    expect(seconds()).toEqual([2, 4]);
    expect(await timers.read(timer)).toMatchObject({ next: null, runs: 2 });
  });

  it('catches up an outage within the window, ten a second', async () => {
    const { service, clock, every, published, seconds } = await setup();
    await every(10);
    await clock.advance(minute + 5 * second);
    await service.start();
    const begun = clock.now();
    await clock.advance(4 * second);
    expect(seconds()).toEqual([10, 20, 30, 40, 50, 60]);
    const waits = published.map(({ execution }) => execution.callAt - begun);
    expect(waits).toEqual([-55_000, 100, 200, 300, 400, 500]);
  });

  it('leaves a long outage to the policy, with one record for all that it leaves out', async () => {
    const { service, clock, every, seconds, store } = await setup();
    await every(10, { misfire: { policy: 'latest', windowMs: minute, max: 3 } });
    await clock.advance(dayMs + 5 * second);
    await service.start();
    await clock.advance(4 * second);
    expect(seconds()).toHaveLength(3);
    const skipped = (await executionsOf(store, 'every')).filter(({ state }) => state === 'skipped');
    expect(skipped.map(({ reason, covers }) => [reason, covers?.count])).toEqual([
      ['over-max', 3],
      ['too-late', 8_634],
    ]);
  });

  it('is claimed in parts where there is more to catch up than one claim may hold', async () => {
    const { service, clock, createAs, store } = await setup();
    const anchor = clock.now();
    for (let n = 0; n < 3; n++)
      await createAs({ schedule: { kind: 'every', intervalMs: 1_000, anchor } }, `many-${n}`);
    await clock.advance(900 * second + 500);
    await service.start();
    await clock.advance(100);
    for (let n = 0; n < 3; n++)
      expect((await store.timers.read({ namespace: 'default', id: `many-${n}` }))!.runs).toBeGreaterThan(899);
  });
});

describe('a paused timer', () => {
  it('is resumed in time for what comes right after the end of its pause', async () => {
    const { service, clock, every, published, seconds, timers } = await setup();
    const timer = await every(10);
    const until = clock.now() + 29_990;
    await timers.change(timer, (current) => ({
      change: pauseTimer(
        current!,
        { reason: null, until },
        { now: clock.now(), expireAt: clock.now() + dayMs },
      ),
      reply: null,
    }));
    await service.start();
    await clock.advance(31 * second);
    expect(seconds()).toEqual([30]);
    expect(published[0]!.at).toBe(published[0]!.execution.callAt - leadMs);
    expect(await timers.read(timer)).toMatchObject({ state: 'active', pause: null });
  });

  it('stays paused while nobody resumes it', async () => {
    const { service, clock, every, published, timers } = await setup();
    const timer = await every(10);
    await timers.change(timer, (current) => ({
      change: pauseTimer(
        current!,
        { reason: null, until: null },
        { now: clock.now(), expireAt: clock.now() + dayMs },
      ),
      reply: null,
    }));
    await service.start();
    await clock.advance(5 * minute);
    expect(published).toEqual([]);
  });
});

describe('a run that somebody asked for', () => {
  it('is published at once when its shard is told of it', async () => {
    const { service, clock, every, published, timers, nudgeClaimed } = await setup();
    const timer = await every(3_600);
    await service.start();
    await clock.advance(300);
    await timers.change(timer, (current) => ({
      change: runTimer(current!, 'r1', { now: clock.now(), expireAt: clock.now() + dayMs }),
      reply: null,
    }));
    await clock.advance(1);
    nudgeClaimed(timer);
    await clock.advance(0);
    expect(published.map(({ execution }) => execution.id)).toEqual([`${timer.uid}-rr1`]);
  });
});
