/** Contract of ScheduleStore, first half: due timers, claims, closing and retention. */
import { describe, expect, it } from 'vitest';
import { baseTime, dayMs, makeExecution, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import {
  allShards,
  changeOf,
  checkAt,
  claimOf,
  createClaimed,
  createRunning,
  expireAt,
  makeTimers,
  readExecution,
  readTimer,
  settledAt,
  settlementOf,
} from './steps.js';

export function scheduleContract(open: OpenStore): void {
  const setup = () => useStore(open);
  const dueIn = (ms: number) => ({ scheduledFor: baseTime + ms, dueAt: baseTime + ms });

  describe('due timers', () => {
    const due = { shards: allShards, before: baseTime + 2_000, limit: 100 };

    it('are the active ones to be looked at before an instant, oldest first', async () => {
      const store = await setup();
      await store.timers.create([
        makeTimer({ id: 'c', next: dueIn(1_500) }),
        makeTimer({ id: 'a', next: dueIn(500) }),
        makeTimer({ id: 'b', next: null, wakeAt: baseTime + 700 }),
        makeTimer({ id: 'at the bound', next: dueIn(2_000) }),
        makeTimer({ id: 'paused', state: 'paused', next: dueIn(600) }),
        makeTimer({ id: 'closed', state: 'completed', next: null, wakeAt: baseTime }),
      ]);

      const found = await store.schedule.dueTimers(due);

      expect(found.map((timer) => timer.id)).toEqual(['a', 'b', 'c']);
    });

    it('are read whole', async () => {
      const store = await setup();
      const timer = makeTimer({ tags: ['x'], metadata: { k: 'v' } });
      await store.timers.create([timer]);

      expect(await store.schedule.dueTimers(due)).toEqual([timer]);
    });

    it('are those of the asked shards', async () => {
      const store = await setup();
      const timers = makeTimers(20);
      await store.timers.create(timers);
      const shards = [...new Set(timers.map((timer) => timer.shard))].slice(0, 2);

      const found = await store.schedule.dueTimers({ ...due, shards });

      const expected = timers.filter((timer) => shards.includes(timer.shard)).map((timer) => timer.id);
      expect(found.map((timer) => timer.id).sort()).toEqual(expected);
      expect(await store.schedule.dueTimers({ ...due, shards: [] })).toEqual([]);
    });

    it('begin at the lower bound where there is one', async () => {
      const store = await setup();
      await store.timers.create([1, 2, 3].map((ms) => makeTimer({ id: `t${ms}`, next: dueIn(ms) })));

      const found = await store.schedule.dueTimers({ ...due, from: baseTime + 2, before: baseTime + 3 });

      expect(found.map((timer) => timer.id)).toEqual(['t2']);
    });

    it('are no more than the limit, the oldest of them', async () => {
      const store = await setup();
      await store.timers.create([5, 3, 1, 4, 2].map((ms) => makeTimer({ id: `t${ms}`, next: dueIn(ms) })));

      const found = await store.schedule.dueTimers({ ...due, limit: 2 });

      expect(found.map((timer) => timer.id)).toEqual(['t1', 't2']);
    });
  });

  describe('a claim', () => {
    it('makes the execution appear and moves the timer to its next occurrence', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);
      const claim = claimOf(timer, { next: dueIn(9_000), wakeAt: baseTime + 9_000 });

      expect(await store.schedule.claim([claim])).toEqual({ existed: new Set() });

      expect(await readExecution(store, claim.executions[0]!)).toEqual(claim.executions[0]!);
      expect(await readTimer(store, timer)).toEqual({
        ...timer,
        next: dueIn(9_000),
        wakeAt: baseTime + 9_000,
        lastScheduledFor: timer.next!.scheduledFor,
        runs: 1,
      });
    });

    it('of the last occurrence leaves the timer without one, to be looked at again', async () => {
      const store = await setup();
      const timer = makeTimer();
      await createClaimed(store, timer);

      expect(await readTimer(store, timer)).toMatchObject({ state: 'active', next: null, wakeAt: checkAt });
    });

    it('takes a thousand timers at once', async () => {
      const store = await setup();
      const timers = makeTimers(1_000);
      await store.timers.create(timers);

      expect(await store.schedule.claim(timers.map((timer) => claimOf(timer)))).toEqual({
        existed: new Set(),
      });

      expect(await store.executions.list({ namespace: 'default', before: null, limit: 2_000 })).toHaveLength(
        1_000,
      );
      const due = { shards: allShards, before: baseTime + 60_000, limit: 10 };
      expect(await store.schedule.dueTimers(due)).toEqual([]);
    });

    it.each([
      ['generation', { generation: 2 }],
      ['next occurrence', { next: dueIn(1_001) }],
      ['uid', { uid: 'another' }],
    ])('conflicts and writes nothing when one timer has another %s', async (_what, changed) => {
      const store = await setup();
      const timers = makeTimers(3);
      await store.timers.create(timers);
      const odd = timers[1]!;
      await store.timers.change(odd, () => ({
        change: changeOf(odd, { timer: { ...odd, ...changed } }),
        reply: null,
      }));
      const before = await Promise.all(timers.map((timer) => readTimer(store, timer)));

      expect(await store.schedule.claim(timers.map((timer) => claimOf(timer)))).toBe('conflict');

      expect(await Promise.all(timers.map((timer) => readTimer(store, timer)))).toEqual(before);
      expect(await store.executions.list({ namespace: 'default', before: null, limit: 10 })).toEqual([]);
    });

    it('conflicts when the occurrence was claimed already', async () => {
      const store = await setup();
      const timer = makeTimer();
      await createClaimed(store, timer);

      expect(await store.schedule.claim([claimOf(timer)])).toBe('conflict');
    });

    it('conflicts when the timer is gone', async () => {
      const store = await setup();

      expect(await store.schedule.claim([claimOf(makeTimer())])).toBe('conflict');
    });

    it('is won by one of two schedulers', async () => {
      const store = await setup();
      const timers = makeTimers(5);
      await store.timers.create(timers);
      const claimsOf = (holder: string) =>
        timers.map((timer) => claimOf(timer, { executions: [makeExecution(timer, { holder })] }));

      const answers = await Promise.all(
        ['s-1', 's-2'].map((holder) => store.schedule.claim(claimsOf(holder))),
      );

      expect(answers.filter((answer) => answer !== 'conflict')).toHaveLength(1);
      const winner = answers[0] === 'conflict' ? 's-2' : 's-1';
      const listed = await store.executions.list({ namespace: 'default', before: null, limit: 10 });
      expect(listed.map((execution) => execution.holder)).toEqual(Array(5).fill(winner));
      expect(await readTimer(store, timers[0]!)).toMatchObject({ runs: 1 });
    });

    it('only moves the timer on where the execution exists, and says so', async () => {
      const store = await setup();
      const [timer, other] = [makeTimer(), makeTimer()];
      const running = await createRunning(store, timer);
      const setBack = { ...(await readTimer(store, timer)), next: timer.next, wakeAt: timer.wakeAt };
      await store.timers.change(timer, () => ({
        change: changeOf(setBack, { timer: setBack }),
        reply: null,
      }));
      await store.timers.create([other]);
      const again = claimOf(setBack, { next: dueIn(9_000), wakeAt: baseTime + 9_000 });

      const answer = await store.schedule.claim([again, claimOf(other)]);

      expect(answer).toEqual({ existed: new Set([running.id]) });
      expect(await readExecution(store, running)).toEqual(running);
      expect(await readTimer(store, timer)).toEqual({
        ...setBack,
        next: dueIn(9_000),
        wakeAt: baseTime + 9_000,
      });
      expect(await readTimer(store, other)).toMatchObject({ runs: 1, next: null });
    });
  });

  describe('retention', () => {
    const later = expireAt + dayMs;

    it('removes what has ended and is past its time, and nothing else', async () => {
      const store = await setup();
      const timer = makeTimer();
      const ended = await createRunning(store, timer);
      await store.delivery.settle([settlementOf(ended)]);
      const open = await createRunning(store);

      expect(await store.schedule.removeExpired(expireAt - 1, 100)).toBe(0);
      expect(await store.schedule.removeExpired(later, 100)).toBeGreaterThanOrEqual(2);

      expect(await store.executions.read('default', ended.id)).toBeNull();
      expect(await store.timers.read(timer)).toBeNull();
      expect(await readExecution(store, open)).toEqual(open);
      expect(await store.schedule.removeExpired(later, 100)).toBe(0);
    });

    it('takes the attempts along', async () => {
      const store = await setup();
      const timer = makeTimer();
      const ended = await createRunning(store, timer);
      await store.delivery.settle([settlementOf(ended)]);
      await store.schedule.removeExpired(later, 100);

      await createRunning(store, timer);

      expect((await store.executions.read('default', ended.id))!.attempts).toEqual([]);
    });

    it('takes a closed timer together with the definitions it had', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);
      const closed = { ...timer, state: 'cancelled', next: null, wakeAt: expireAt } as const;
      await store.timers.change(timer, () => ({
        change: changeOf(closed, { retire: { ...timer.definition, version: 7 } }),
        reply: null,
      }));

      expect(await store.schedule.removeExpired(later, 100)).toBeGreaterThanOrEqual(1);

      const ref = { namespace: timer.namespace, id: timer.id, uid: timer.uid, version: 7 };
      expect(await store.delivery.definitions([ref])).toEqual(new Map());
      expect(await store.timers.counts()).toMatchObject({ cancelled: 0 });
    });

    it('works in bites of the asked size', async () => {
      const store = await setup();
      const timer = makeTimer();
      const insert = [1, 2, 3, 4, 5].map((ms) =>
        makeExecution({ ...timer, next: dueIn(ms) }, { state: 'skipped', settledAt, wakeAt: expireAt }),
      );
      await store.timers.change(timer, () => ({ change: changeOf(timer, { timer, insert }), reply: null }));
      const left = async () =>
        (await store.executions.list({ namespace: 'default', before: null, limit: 10 })).length;

      await store.schedule.removeExpired(later, 2);
      expect(await left()).toBe(3);
      await store.schedule.removeExpired(later, 2);
      await store.schedule.removeExpired(later, 2);
      expect(await left()).toBe(0);
    });
  });
}
