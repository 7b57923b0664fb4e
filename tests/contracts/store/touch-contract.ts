/** Contract of TimerStore.touch: plain watchdogs are put off by one write; whatever is not plain is left alone. */
import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../../shared/timers/schedule.js';
import type { Timer } from '../../../shared/timers/timer.js';
import { baseTime, makeDefinition, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import { allShards, cancelDecision, claimOf, createClaimed, makeTimers, readTimer } from './steps.js';

const delayMs = 60_000;
const now = baseTime + 10_000;

export function touchContract(open: OpenStore): void {
  const setup = () => useStore(open);

  describe('a touch', () => {
    it('puts a watchdog off to its delay from now, and nothing else', async () => {
      const store = await setup();
      const timer = makeWatchdog({ tags: ['x'], metadata: { k: 'v' }, runs: 0 });
      await store.timers.create([timer]);

      const touched = await store.timers.touch([timer], now);

      expect(touched).toEqual([putOff(timer, now)]);
      expect(await readTimer(store, timer)).toEqual(putOff(timer, now));
    });

    it('moves what is due', async () => {
      const store = await setup();
      const timer = makeWatchdog();
      await store.timers.create([timer]);
      const dueBefore = (before: number) =>
        store.schedule.dueTimers({ shards: allShards, before, limit: 10 });

      await store.timers.touch([timer], now);

      expect(await dueBefore(now + delayMs)).toEqual([]);
      expect(await dueBefore(now + delayMs + 1)).toEqual([putOff(timer, now)]);
    });

    it('makes a claim conflict that was read before it', async () => {
      const store = await setup();
      const timer = makeWatchdog();
      await store.timers.create([timer]);

      await store.timers.touch([timer], now);

      expect(await store.schedule.claim([claimOf(timer)])).toBe('conflict');
    });

    it('is what workers and changes read from then on', async () => {
      const store = await setup();
      const timer = makeWatchdog();
      await store.timers.create([timer]);
      await store.timers.touch([timer], now);

      const ref = { namespace: timer.namespace, id: timer.id, uid: timer.uid, version: 1 };
      const definitions = await store.delivery.definitions([ref]);
      const seen = await store.timers.change(timer, (current) => ({ change: null, reply: current!.timer }));

      expect([...definitions.values()]).toEqual([putOff(timer, now).definition]);
      expect(seen).toEqual(putOff(timer, now));
    });

    it('never brings it forward, nor sets its clock back', async () => {
      const store = await setup();
      const timer = makeWatchdog();
      await store.timers.create([timer]);
      await store.timers.touch([timer], now);

      expect(await store.timers.touch([timer], now - 5_000)).toEqual([putOff(timer, now)]);

      expect(await readTimer(store, timer)).toEqual(putOff(timer, now));
    });

    it('leaves an instant alone that was set later than the delay reaches', async () => {
      const store = await setup();
      const timer = makeWatchdog({}, { at: baseTime + 10 * delayMs });
      await store.timers.create([timer]);

      expect(await store.timers.touch([timer], now)).toEqual([{ ...timer, updatedAt: now, changedAt: now }]);
    });

    it('answers each of a batch in order, null where there is nothing to put off', async () => {
      const store = await setup();
      const [a, b] = [makeWatchdog({ id: 'a' }), makeWatchdog({ id: 'b', namespace: 'other' })];
      const plain = makeTimer({ id: 'plain' });
      await store.timers.create([a, b, plain]);

      const touched = await store.timers.touch([b, plain, { namespace: 'default', id: 'b' }, a], now);

      expect(touched).toEqual([putOff(b, now), null, null, putOff(a, now)]);
      expect(await store.timers.touch([], now)).toEqual([]);
    });

    it('of one timer twice in a batch is one', async () => {
      const store = await setup();
      const timer = makeWatchdog();
      await store.timers.create([timer]);

      expect(await store.timers.touch([timer, timer], now)).toEqual([putOff(timer, now), putOff(timer, now)]);
    });

    it('of a thousand puts each off by its own delay', async () => {
      const store = await setup();
      const timers = makeTimers(1_000).map(({ id }, i) => makeWatchdog({ id }, { delayMs: delayMs + i }));
      await store.timers.create(timers);

      const touched = await store.timers.touch(timers, now);

      expect(touched).toEqual(timers.map((timer) => putOff(timer, now)));
    });

    it('ten times at once is as good as the last of them', async () => {
      const store = await setup();
      const timer = makeWatchdog();
      await store.timers.create([timer]);
      const instants = [3, 9, 1, 7, 5, 0, 8, 2, 6, 4].map((ms) => now + ms);

      const answers = await Promise.all(instants.map((instant) => store.timers.touch([timer], instant)));

      for (const [i, [touched]] of answers.entries())
        expect(touched!.wakeAt).toBeGreaterThanOrEqual(instants[i]! + delayMs);
      expect(await readTimer(store, timer)).toEqual(putOff(timer, now + 9));
    });
  });

  describe('nothing is touched where a timer', () => {
    const refused: [string, Timer][] = [
      ['is paused', makeWatchdog({ state: 'paused' })],
      ['is cancelled', makeWatchdog({ state: 'cancelled' })],
      ['is completed', makeWatchdog({ state: 'completed', next: null })],
      ['is due at this very instant', makeWatchdog({}, { at: now })],
      ['is overdue', makeWatchdog({}, { at: now - 1 })],
      ['is no delay', makeTimer({ next: { scheduledFor: now + 1, dueAt: now + 1 } })],
      ['has jitter', makeWatchdog({}, { jitterMs: 5_000 })],
      ['has a beginning', makeWatchdog({}, { startAt: baseTime })],
      ['has an end', makeWatchdog({}, { endAt: baseTime + 10 * delayMs })],
      ['has exclusions', makeWatchdog({}, { exclusions: { dates: ['2031-01-01'] } })],
      ['recurs', recurring()],
    ];

    it.each(refused)('%s', async (_what, timer) => {
      const store = await setup();
      await store.timers.create([timer]);

      expect(await store.timers.touch([timer], now)).toEqual([null]);

      expect(await readTimer(store, timer)).toEqual(timer);
    });

    it('is claimed', async () => {
      const store = await setup();
      const timer = makeWatchdog();
      await createClaimed(store, timer);
      const claimed = await readTimer(store, timer);

      expect(await store.timers.touch([timer], now)).toEqual([null]);

      expect(await readTimer(store, timer)).toEqual(claimed);
    });

    it('is not there', async () => {
      const store = await setup();

      expect(await store.timers.touch([{ namespace: 'default', id: 'x' }], now)).toEqual([null]);
      expect(await store.timers.read({ namespace: 'default', id: 'x' })).toBeNull();
    });
  });

  describe('a touch at the same time as', () => {
    it('a claim: either it is put off or it is claimed', async () => {
      const store = await setup();
      const timers = makeTimers(10).map(({ id }) => makeWatchdog({ id }));
      await store.timers.create(timers);

      const outcomes = await Promise.all(
        timers.map(async (timer) => {
          const [claimed, [touched]] = await Promise.all([
            store.schedule.claim([claimOf(timer)]),
            store.timers.touch([timer], now),
          ]);
          return { isClaimed: claimed !== 'conflict', isTouched: touched !== null };
        }),
      );

      for (const [i, { isClaimed, isTouched }] of outcomes.entries()) {
        expect(isClaimed).toBe(!isTouched);
        const timer = await readTimer(store, timers[i]!);
        expect(timer.wakeAt === now + delayMs).toBe(isTouched);
        expect(timer.runs).toBe(isClaimed ? 1 : 0);
      }
    });

    it('a cancel: the timer is cancelled, whichever came first', async () => {
      const store = await setup();
      const timers = makeTimers(10).map(({ id }) => makeWatchdog({ id }));
      await store.timers.create(timers);

      await Promise.all(
        timers.flatMap((timer) => [
          store.timers.touch([timer], now),
          store.timers.change(timer, cancelDecision),
        ]),
      );

      for (const timer of timers)
        expect(await readTimer(store, timer)).toMatchObject({
          state: 'cancelled',
          next: null,
          generation: 2,
        });
    });
  });
}

/** A delay of a minute from `baseTime` on, or what the schedule's changes make of it. */
function makeWatchdog(changes: Partial<Timer> = {}, schedule: Partial<Schedule> = {}): Timer {
  const at = baseTime + delayMs;
  const definition = makeDefinition({ schedule: { kind: 'at', at, delayMs, ...schedule } as Schedule });
  const instant = 'at' in schedule ? (schedule.at ?? at) : at;
  return makeTimer({ next: { scheduledFor: instant, dueAt: instant }, definition, ...changes });
}

function recurring(): Timer {
  const schedule = { kind: 'every', intervalMs: delayMs, anchor: baseTime } as const;
  return makeTimer({
    next: { scheduledFor: baseTime + delayMs, dueAt: baseTime + delayMs },
    definition: makeDefinition({ schedule }),
  });
}

/** What a touch makes of a watchdog. */
function putOff(timer: Timer, instant: number): Timer {
  const { definition } = timer;
  if (definition.schedule.kind !== 'at') throw new Error('no watchdog');
  const at = instant + definition.schedule.delayMs!;
  return {
    ...timer,
    definition: { ...definition, schedule: { ...definition.schedule, at } },
    next: { scheduledFor: at, dueAt: at },
    wakeAt: at,
    updatedAt: instant,
    changedAt: instant,
  };
}
