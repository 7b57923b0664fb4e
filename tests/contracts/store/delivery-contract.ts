/** Contract of DeliveryStore but for `settle`: start, defer and definitions. */
import { describe, expect, it } from 'vitest';
import { definitionKey } from '../../../shared/store/store.js';
import { baseTime, makeDefinition, makeExecution, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import {
  changeOf,
  claimerOf,
  claimOf,
  createClaimed,
  createRetrying,
  createRunning,
  makeTimers,
  readExecution,
  runnerOf,
  settlementOf,
  startOf,
  wonBy,
} from './steps.js';

export function deliveryContract(open: OpenStore): void {
  const setup = () => useStore(open);
  const [worker, other] = ['worker-1~aaaa', 'worker-2~bbbb'];

  describe('a start', () => {
    it('makes a claimed execution running by its runner, the attempt counted', async () => {
      const store = await setup();
      const claimed = await createClaimed(store);

      expect(await store.delivery.start([startOf(claimed)], runnerOf(worker))).toEqual(wonBy(claimed));

      expect(await readExecution(store, claimed)).toEqual({
        ...claimed,
        state: 'running',
        holder: worker,
        attempt: 1,
        wakeAt: baseTime + 60_000,
      });
    });

    it('takes a second attempt after the execution was claimed again', async () => {
      const store = await setup();
      const [claimed] = await store.schedule.reclaim([await createRetrying(store)], claimerOf('s-1'));

      expect(await store.delivery.start([startOf(claimed!)], runnerOf(worker))).toEqual(wonBy(claimed!));

      expect(await readExecution(store, claimed!)).toMatchObject({ state: 'running', attempt: 2, lost: 0 });
    });

    it.each([
      ['generation', { generation: 2 }],
      ['claim number', { claim: 2 }],
      ['attempt count', { attempt: 1 }],
    ])('is refused under another %s', async (_what, changes) => {
      const store = await setup();
      const claimed = await createClaimed(store);

      expect(await store.delivery.start([startOf(claimed, changes)], runnerOf(worker))).toEqual(wonBy());

      expect(await readExecution(store, claimed)).toEqual(claimed);
    });

    it('answers the winners of a mixed batch only', async () => {
      const store = await setup();
      const [good, stale] = await Promise.all(makeTimers(2).map((timer) => createClaimed(store, timer)));
      const missing = { ...startOf(good!), id: 'missing' };

      const won = await store.delivery.start(
        [startOf(good!), startOf(stale!, { claim: 7 }), missing],
        runnerOf(worker),
      );

      expect(won).toEqual(wonBy(good!));
    });

    it('answers the same when the same runner repeats it, and changes nothing', async () => {
      const store = await setup();
      const running = await createRunning(store, makeTimer(), worker);
      const start = startOf({ ...running, attempt: 0 });

      expect(await store.delivery.start([start], runnerOf(worker))).toEqual(wonBy(running));

      expect(await readExecution(store, running)).toEqual(running);
    });

    it('says when the first one said that it ends, however much later it is repeated', async () => {
      const store = await setup();
      const running = await createRunning(store, makeTimer(), worker);
      const later = startOf({ ...running, attempt: 0 }, { until: running.wakeAt + 20_000 });

      const { won } = await store.delivery.start([later], runnerOf(worker));

      expect(won.get(running.id)).toBe(running.wakeAt);
    });

    it('is lost to another runner once it is won', async () => {
      const store = await setup();
      const running = await createRunning(store, makeTimer(), worker);

      expect(await store.delivery.start([startOf({ ...running, attempt: 0 })], runnerOf(other))).toEqual(
        wonBy(),
      );

      expect(await readExecution(store, running)).toEqual(running);
    });

    it('of an attempt that is settled is lost, to its own runner too', async () => {
      const store = await setup();
      const retrying = await createRetrying(store);
      await store.schedule.reclaim([retrying], claimerOf('s-1'));

      expect(await store.delivery.start([startOf({ ...retrying, attempt: 0 })], runnerOf(worker))).toEqual(
        wonBy(),
      );
    });

    it('is lost once the execution has ended, to its own runner too', async () => {
      const store = await setup();
      const running = await createRunning(store, makeTimer(), worker);
      await store.delivery.settle([settlementOf(running)]);
      const ended = await readExecution(store, running);

      expect(await store.delivery.start([startOf({ ...running, attempt: 0 })], runnerOf(worker))).toEqual(
        wonBy(),
      );

      expect(await readExecution(store, running)).toEqual(ended);
    });

    it('is refused to a late copy of a message whose execution was deferred', async () => {
      const store = await setup();
      const claimed = await createClaimed(store);
      await store.delivery.defer([{ ...startOf(claimed), until: baseTime + 4_000, reason: 'host-busy' }]);
      const deferred = await readExecution(store, claimed);

      expect(await store.delivery.start([startOf(claimed)], runnerOf(worker))).toEqual(wonBy());

      expect(await readExecution(store, claimed)).toEqual(deferred);
    });

    it.each([
      ['later claim', { claim: 1 }, { claim: 2 }],
      ['later attempt', { attempt: 0 }, { attempt: 2 }],
      ['later generation', { generation: 1 }, { generation: 2 }],
    ])('is lost to its own runner while that runs a %s of it', async (_what, stale, later) => {
      const store = await setup();
      const timer = makeTimer();
      const running = makeExecution(timer, { state: 'running', holder: worker, attempt: 1, ...later });
      await store.timers.change(timer, () => ({
        change: changeOf(timer, { insert: [running] }),
        reply: null,
      }));

      const start = startOf({ ...running, attempt: 0, ...stale });
      expect(await store.delivery.start([start], runnerOf(worker))).toEqual(wonBy());
    });

    it('is won once, however many runners try', async () => {
      const store = await setup();
      const claimed = await Promise.all(makeTimers(5).map((timer) => createClaimed(store, timer)));
      const starts = claimed.map((execution) => startOf(execution));

      const answers = await Promise.all(
        ['w-1', 'w-2', 'w-3'].map((runner) => store.delivery.start(starts, runnerOf(runner))),
      );

      expect(answers.flatMap(({ won }) => [...won.keys()]).sort()).toEqual(
        claimed.map(({ id }) => id).sort(),
      );
    });

    it('takes a thousand at once', async () => {
      const store = await setup();
      const timers = makeTimers(1_000);
      await store.timers.create(timers);
      const claims = timers.map((timer) => claimOf(timer));
      await store.schedule.claim(claims);

      const { won } = await store.delivery.start(
        claims.flatMap(({ executions }) => executions).map((execution) => startOf(execution)),
        runnerOf(worker),
      );

      expect(won.size).toBe(1_000);
    });
  });

  describe('a deferral', () => {
    const deferral = { until: baseTime + 4_000, reason: 'host-busy' };

    it('makes a claimed execution wait, without spending an attempt', async () => {
      const store = await setup();
      const claimed = await createClaimed(store);

      await store.delivery.defer([{ ...startOf(claimed), ...deferral }]);

      expect(await readExecution(store, claimed)).toMatchObject({
        state: 'deferred',
        reason: 'host-busy',
        wakeAt: baseTime + 4_000,
        deferrals: 1,
        attempt: 0,
        claim: 1,
        settledAt: null,
      });
    });

    it('is counted once when it is repeated', async () => {
      const store = await setup();
      const claimed = await createClaimed(store);

      await store.delivery.defer([{ ...startOf(claimed), ...deferral }]);
      await store.delivery.defer([{ ...startOf(claimed), ...deferral }]);

      expect(await readExecution(store, claimed)).toMatchObject({ state: 'deferred', deferrals: 1 });
    });

    it.each([
      ['generation', { generation: 2 }],
      ['claim number', { claim: 2 }],
    ])('is refused under another %s', async (_what, changes) => {
      const store = await setup();
      const claimed = await createClaimed(store);

      await store.delivery.defer([{ ...startOf(claimed, changes), ...deferral }]);

      expect(await readExecution(store, claimed)).toEqual(claimed);
    });

    it('is refused once the execution runs', async () => {
      const store = await setup();
      const running = await createRunning(store);

      await store.delivery.defer([{ ...startOf(running), ...deferral }]);

      expect(await readExecution(store, running)).toEqual(running);
    });
  });

  describe('definitions', () => {
    it('come from the row or its history, missing ones left out', async () => {
      const store = await setup();
      const timer = makeTimer();
      const [first, second] = [timer.definition, makeDefinition({ version: 2 })];
      await store.timers.create([timer]);
      await store.timers.change(timer, () => ({
        change: changeOf({ ...timer, definition: second }, { retire: first }),
        reply: null,
      }));
      const ref = { namespace: timer.namespace, id: timer.id, uid: timer.uid };

      const found = await store.delivery.definitions([
        { ...ref, version: 1 },
        { ...ref, version: 2 },
        { ...ref, version: 3 },
        { ...ref, uid: 'another', version: 2 },
      ]);

      expect(found).toEqual(
        new Map([
          [definitionKey({ ...ref, version: 1 }), first],
          [definitionKey({ ...ref, version: 2 }), second],
        ]),
      );
    });

    it('stay when the timer closes', async () => {
      const store = await setup();
      const timer = makeTimer();
      const running = await createRunning(store, timer);
      await store.delivery.settle([settlementOf(running)]);
      const ref = { namespace: timer.namespace, id: timer.id, uid: timer.uid, version: 1 };

      expect([...(await store.delivery.definitions([ref])).values()]).toEqual([timer.definition]);
    });
  });
}
