import { describe, expect, it } from 'vitest';
import type { WorkMessage } from '../../../../shared/queue/queue.js';
import { changeTestClocks, readTestClocks } from '../../../../shared/store/test-clocks.js';
import { pauseTimer } from '../../../../shared/timers/pause.js';
import { testShard } from '../../../../shared/timers/timer.js';
import type { Verdict } from '../../../../shared/timers/outcome.js';
import { dayMs } from '../../../support/factories.js';
import { executionsOf, settleAs, setup as world, startAs } from './world.js';

const second = 1_000;
const hour = 3_600 * second;

/** A scheduler, a test clock for the default namespace that stands where the real one does, and a worker that answers. */
async function setup({ mode = 'development' }: { mode?: 'development' | 'production' } = {}) {
  const started = await world({ mode });
  const { clock, store, published, createAs, nudgeClock } = started;
  const begun = clock.now();
  const verdicts = new Map<string, Verdict>();
  const fired: { id: string; at: number }[] = [];
  await changeTestClocks(store.documents, () => ({ default: { now: begun, target: begun, moving: false } }));
  const testNow = async () => (await readTestClocks(store.documents))['default']!.now;

  const answer = async (message: WorkMessage): Promise<void> => {
    const { execution } = message;
    const n = execution.attempt + 1;
    fired.push({ id: execution.timerId, at: (await testNow()) - begun });
    const now = clock.now();
    const worker = 'worker-1~w';
    await startAs(store, message, { worker, now, until: now + 60_000 });
    const verdict = verdicts.get(`${execution.timerId}#${n}`) ?? { state: 'succeeded' };
    await settleAs(store, message, { worker, now, verdict });
  };

  /** Asks the clock to go so far, and lets real time go by in which whatever is published is answered. */
  let answered = 0;
  const advance = async (byMs: number, realMs = 500): Promise<void> => {
    await changeTestClocks(store.documents, (clocks) => {
      const { now } = clocks['default']!;
      return { default: { now, target: now + byMs, moving: true } };
    });
    nudgeClock();
    for (let gone = 0; gone < realMs; gone += 10) {
      await clock.advance(10);
      for (; answered < published.length; answered++) await answer(published[answered]!);
    }
  };
  const create = (inMs: number, id: string) =>
    createAs({ schedule: { kind: 'at', at: begun + inMs } }, id, testShard);
  return { ...started, begun, verdicts, fired, testNow, advance, create };
}

describe('a test clock', () => {
  it('that stands fires nothing, however much time goes by', async () => {
    const { service, clock, create, published } = await setup();
    await create(5 * second, 'still');
    await service.start();
    await clock.advance(20 * second);
    expect(published).toEqual([]);
  });

  it('fires what falls due on the way to its target, in the order of the instants', async () => {
    const { service, create, advance, fired, testNow, begun, store } = await setup();
    await create(3 * hour, 'third');
    await create(1 * hour, 'first');
    await create(2 * hour, 'second');
    await create(9 * hour, 'later');
    await service.start();
    await advance(4 * hour);
    expect(fired).toEqual([
      { id: 'first', at: 1 * hour },
      { id: 'second', at: 2 * hour },
      { id: 'third', at: 3 * hour },
    ]);
    expect(await testNow()).toBe(begun + 4 * hour);
    expect((await readTestClocks(store.documents))['default']!.moving).toBe(false);
  });

  it('waits for the calls of an instant before it goes on to the next', async () => {
    const { service, create, clock, published, store, testNow, begun, nudgeClock } = await setup();
    await create(1 * hour, 'first');
    await create(2 * hour, 'second');
    await service.start();
    await changeTestClocks(store.documents, (clocks) => ({
      default: { ...clocks['default']!, target: begun + 4 * hour, moving: true },
    }));
    nudgeClock();
    await clock.advance(2 * second);
    expect(published.map(({ execution }) => execution.timerId)).toEqual(['first']);
    expect(await testNow()).toBe(begun + 1 * hour);
  });

  it('calls by the real clock, dated by its own', async () => {
    const { service, create, advance, published, begun } = await setup();
    await create(30 * dayMs, 'far');
    await service.start();
    await advance(31 * dayMs);
    const { execution } = published[0]!;
    expect(execution.dueAt).toBe(begun + 30 * dayMs);
    expect(execution.callAt).toBeLessThan(begun + second);
    expect(execution.callAt + execution.clockOffsetMs).toBe(execution.dueAt);
  });

  it('fires every occurrence of a recurring timer, each at its own instant', async () => {
    const { service, createAs, advance, fired, begun } = await setup();
    await createAs({ schedule: { kind: 'every', intervalMs: hour, anchor: begun } }, 'hourly', testShard);
    await service.start();
    await advance(5 * hour + 1);
    expect(fired.map(({ at }) => at / hour)).toEqual([1, 2, 3, 4, 5]);
  });

  it('repeats a failed attempt when it comes to that instant', async () => {
    const { service, create, advance, verdicts, fired, begun } = await setup();
    await create(1 * hour, 'failing');
    verdicts.set('failing#1', { state: 'retrying', at: begun + 2 * hour, reason: 'no' });
    await service.start();
    await advance(90 * 60 * second);
    expect(fired).toHaveLength(1);
    await advance(hour);
    expect(fired.map(({ at }) => at / hour)).toEqual([1, 2]);
  });

  it('ends a pause when it comes to its end', async () => {
    const { service, create, advance, fired, timers, begun } = await setup();
    const timer = await create(3 * hour, 'paused');
    await timers.change(timer, (current) => ({
      change: pauseTimer(
        current!,
        { reason: null, until: begun + 2 * hour },
        { now: begun, expireAt: begun + dayMs },
      ),
      reply: null,
    }));
    await service.start();
    await advance(4 * hour);
    expect(fired).toEqual([{ id: 'paused', at: 3 * hour }]);
  });

  it('leaves the timers of other namespaces alone', async () => {
    const { service, createAs, advance, published, clock } = await setup();
    await createAs({ schedule: { kind: 'at', at: clock.now() + hour } }, 'ordinary');
    await service.start();
    await advance(2 * hour);
    expect(published).toEqual([]);
  });

  it('is moved on by another process from where it stood', async () => {
    const first = await setup();
    await first.create(1 * hour, 'first');
    await first.create(2 * hour, 'second');
    await first.service.start();
    await changeTestClocks(first.store.documents, (clocks) => ({
      default: { ...clocks['default']!, target: first.begun + 4 * hour, moving: true },
    }));
    first.nudgeClock();
    await first.clock.advance(second);
    await first.service.stop();
    const [execution] = await executionsOf(first.store, 'first');
    expect(execution).toMatchObject({ state: 'claimed' });
    expect(await first.testNow()).toBe(first.begun + hour);
  });

  it('does not exist in production', async () => {
    const { service, create, advance, published } = await setup({ mode: 'production' });
    await create(1 * hour, 'never');
    await service.start();
    await advance(2 * hour);
    expect(published).toEqual([]);
  });
});
