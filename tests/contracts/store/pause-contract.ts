/** Contract of pausing and resuming across the store: nothing of a paused timer starts, and nothing is forgotten. */
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../shared/store/store.js';
import { cancelTimer } from '../../../shared/timers/cancellation.js';
import type { Change, Current } from '../../../shared/timers/change.js';
import type { Execution } from '../../../shared/timers/execution.js';
import { pauseTimer, resumeTimer } from '../../../shared/timers/pause.js';
import { never, type Timer, type TimerKey } from '../../../shared/timers/timer.js';
import { baseTime, makeDefinition, makeExecution, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import {
  allShards,
  changeOf,
  checkAt,
  claimerOf,
  claimOf,
  createClaimed,
  createRetrying,
  createRunning,
  expireAt,
  lostAttempt,
  makeTimers,
  readExecution,
  readTimer,
  runnerOf,
  settledAt,
  settlementOf,
  startOf,
  wonBy,
} from './steps.js';

const retryAt = baseTime + 3_000;
const retry = { state: 'retrying', at: retryAt, reason: 'status 500' } as const;

export function pauseContract(open: OpenStore): void {
  const setup = () => useStore(open);
  const due = { shards: allShards, before: never, limit: 100 };
  const keyOf = ({ namespace, timerId }: Execution): TimerKey => ({ namespace, id: timerId });
  const dueIn = (ms: number) => ({ scheduledFor: baseTime + ms, dueAt: baseTime + ms });

  describe('timers whose pause ends', () => {
    const asked = { shards: allShards, before: baseTime + 2_000, limit: 100 };
    const paused = (id: string, wakeAt: number, changes: Partial<Timer> = {}) =>
      makeTimer({ id, state: 'paused', wakeAt: baseTime + wakeAt, ...changes });

    it('are the paused ones to be looked at before an instant, oldest first, and no others', async () => {
      const store = await setup();
      await store.timers.create([
        paused('c', 1_500),
        paused('a', 500),
        paused('at the bound', 2_000),
        paused('for ever', 0, { wakeAt: never }),
        makeTimer({ id: 'active', wakeAt: baseTime }),
        makeTimer({ id: 'closed', state: 'cancelled', wakeAt: baseTime }),
      ]);

      const found = await store.schedule.duePauses(asked);

      expect(found.map(({ id }) => id)).toEqual(['a', 'c']);
      expect((await store.schedule.duePauses({ ...asked, limit: 1 })).map(({ id }) => id)).toEqual(['a']);
      expect((await store.schedule.dueTimers(asked)).map(({ id }) => id)).toEqual(['active']);
    });

    it('are read whole, those of the asked shards only', async () => {
      const store = await setup();
      const pause = { reason: 'night', until: baseTime + 500, since: baseTime };
      const [one, other] = [paused('a', 500, { pause, shard: 3 }), paused('b', 500, { pause, shard: 4 })];
      await store.timers.create([one, other]);

      expect(await store.schedule.duePauses({ ...asked, shards: [3, 9] })).toEqual([one]);
      expect(await store.schedule.duePauses({ ...asked, shards: [] })).toEqual([]);
    });
  });

  describe('a pause', () => {
    it('withdraws what was claimed for later: its start is lost', async () => {
      const store = await setup();
      const claimed = await createClaimed(store);

      await pause(store, keyOf(claimed), { now: baseTime });

      expect(await store.delivery.start([startOf(claimed)], runnerOf('w-1'))).toEqual(wonBy());
      expect(await store.executions.read('default', claimed.id)).toBeNull();
    });

    it('leaves out what was due and had not started', async () => {
      const store = await setup();
      const claimed = await createClaimed(store);

      await pause(store, keyOf(claimed), { now: settledAt });

      expect(await store.delivery.start([startOf(claimed)], runnerOf('w-1'))).toEqual(wonBy());
      expect(await readExecution(store, claimed)).toMatchObject({ state: 'skipped', reason: 'paused' });
    });

    it('holds what waits: it is not due and is not claimed', async () => {
      const store = await setup();
      const retrying = await createRetrying(store);

      await pause(store, keyOf(retrying));

      const held = await readExecution(store, retrying);
      expect(held).toMatchObject({ state: 'retrying', held: true, callAt: retryAt, wakeAt: never });
      expect(await store.schedule.dueExecutions(due)).toEqual([]);
      expect(await store.schedule.reclaim([retrying], claimerOf('s-1'))).toEqual([]);
      expect(await readExecution(store, retrying)).toEqual(held);
    });

    it('holds what was claimed for another attempt: its start is lost', async () => {
      const store = await setup();
      const [claimed] = await store.schedule.reclaim([await createRetrying(store)], claimerOf('s-1'));

      await pause(store, keyOf(claimed!));

      expect(await store.delivery.start([startOf(claimed!)], runnerOf('w-1'))).toEqual(wonBy());
      expect(await readExecution(store, claimed!)).toMatchObject({
        state: 'retrying',
        held: true,
        callAt: retryAt,
      });
    });

    it.each([
      ['an attempt that failed', { outcome: 'failed', verdict: retry }, { callAt: retryAt, lost: 0 }],
      ['an attempt that was lost', lostAttempt, { callAt: baseTime + 4_000, lost: 1 }],
    ] as const)('holds what runs once it has settled %s', async (_what, record, expected) => {
      const store = await setup();
      const running = await createRunning(store);
      await pause(store, keyOf(running));

      await store.delivery.settle([settlementOf(running, record)]);

      const held = await readExecution(store, running);
      expect(held).toMatchObject({ state: 'retrying', held: true, wakeAt: never, ...expected });
      expect(await store.schedule.dueExecutions(due)).toEqual([]);
      expect(await store.schedule.reclaim([held], claimerOf('s-1'))).toEqual([]);
    });

    it('lets what runs succeed, and does not close the timer', async () => {
      const store = await setup();
      const timer = makeTimer();
      const running = await createRunning(store, timer);
      await pause(store, timer);

      await store.delivery.settle([settlementOf(running)]);

      expect(await readExecution(store, running)).toMatchObject({ state: 'succeeded', settledAt });
      expect(await readTimer(store, timer)).toMatchObject({ state: 'paused', wakeAt: never });
    });

    it('keeps a timer out of what is due, however late it is', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);

      await pause(store, timer, { now: baseTime });

      expect(await store.schedule.dueTimers(due)).toEqual([]);
      expect(await store.schedule.claim([claimOf(timer)])).toBe('conflict');
    });
  });

  describe('resuming', () => {
    it('releases what was held, due when it would have been', async () => {
      const store = await setup();
      const retrying = await createRetrying(store);
      await pause(store, keyOf(retrying));

      await resume(store, keyOf(retrying), baseTime + 2_700);

      expect(await readExecution(store, retrying)).toMatchObject({ held: false, wakeAt: retryAt });
      expect(await store.schedule.reclaim([retrying], claimerOf('s-1'))).toMatchObject([
        { state: 'claimed', claim: 2, callAt: retryAt },
      ]);
    });

    it('releases what settled while it was held, not before the pause is over', async () => {
      const store = await setup();
      const running = await createRunning(store);
      await pause(store, keyOf(running));
      await store.delivery.settle([settlementOf(running, { outcome: 'failed', verdict: retry })]);

      await resume(store, keyOf(running), baseTime + 8_000);

      const [found] = await store.schedule.dueExecutions(due);
      expect(found).toMatchObject({ id: running.id, held: false, wakeAt: baseTime + 8_000 });
    });

    it('lets what still runs be tried again as if nothing had been', async () => {
      const store = await setup();
      const running = await createRunning(store);
      await pause(store, keyOf(running));
      await resume(store, keyOf(running), baseTime + 2_700);

      await store.delivery.settle([settlementOf(running, { outcome: 'failed', verdict: retry })]);

      expect(await readExecution(store, running)).toMatchObject({
        state: 'retrying',
        held: false,
        wakeAt: retryAt,
      });
    });

    it('records what lay between, and goes on after it', async () => {
      const store = await setup();
      const schedule = { kind: 'every', intervalMs: 1_000, anchor: baseTime } as const;
      const timer = makeTimer({ definition: makeDefinition({ schedule }) });
      await store.timers.create([timer]);
      await pause(store, timer, { now: baseTime + 500 });

      await resume(store, timer, baseTime + 4_500);

      expect(await readTimer(store, timer)).toMatchObject({
        state: 'active',
        pause: null,
        next: dueIn(5_000),
      });
      const [record, ...more] = await store.executions.list({
        namespace: 'default',
        before: null,
        limit: 10,
      });
      expect(record).toMatchObject({
        state: 'skipped',
        reason: 'paused',
        covers: { to: baseTime + 4_000, count: 4 },
      });
      expect(more).toEqual([]);
    });
  });

  describe('cancelling a paused timer', () => {
    it('ends what was held', async () => {
      const store = await setup();
      const timer = makeTimer();
      const retrying = await createRetrying(store, timer);
      await pause(store, timer);

      await write(store, timer, (current) => cancelTimer(current, { now: settledAt, expireAt }));

      expect(await readExecution(store, retrying)).toMatchObject({
        state: 'cancelled',
        settledAt,
        wakeAt: expireAt,
      });
      expect(await store.schedule.duePauses(due)).toEqual([]);
    });

    it('leaves what runs to its end, and it is not repeated', async () => {
      const store = await setup();
      const timer = makeTimer();
      const running = await createRunning(store, timer);
      await pause(store, timer);
      await write(store, timer, (current) => cancelTimer(current, { now: settledAt, expireAt }));

      await store.delivery.settle([settlementOf(running, { outcome: 'failed', verdict: retry })]);

      expect(await readExecution(store, running)).toMatchObject({
        state: 'cancelled',
        held: true,
        final: true,
      });
    });
  });

  describe('a pause at the same time as', () => {
    it('a claim: nothing of the timer is left to start', async () => {
      const store = await setup();
      const timers = makeTimers(8);
      await store.timers.create(timers);

      await Promise.all(
        timers.flatMap((timer) => [
          store.schedule.claim([claimOf(timer)]),
          pause(store, timer, { now: baseTime }),
        ]),
      );

      expect(await store.executions.list({ namespace: 'default', before: null, limit: 10 })).toEqual([]);
      for (const timer of timers)
        expect(await readTimer(store, timer)).toMatchObject({ state: 'paused', runs: 0, next: timer.next });
    });

    it('a start: either it runs and is held, or it is left out and never starts', async () => {
      const store = await setup();
      const claimed = await Promise.all(makeTimers(8).map((timer) => createClaimed(store, timer)));

      const started = await Promise.all(
        claimed.map(async (execution) => {
          const [{ won }] = await Promise.all([
            store.delivery.start([startOf(execution)], runnerOf('w-1')),
            pause(store, keyOf(execution), { now: settledAt }),
          ]);
          return won.has(execution.id);
        }),
      );

      for (const [i, execution] of claimed.entries())
        expect(await readExecution(store, execution)).toMatchObject(
          started[i] ? { state: 'running', held: true } : { state: 'skipped', attempt: 0 },
        );
    });

    it('a settle: what is to be tried again is held', async () => {
      const store = await setup();
      const running = await Promise.all(makeTimers(8).map((timer) => createRunning(store, timer)));

      await Promise.all(
        running.flatMap((execution) => [
          store.delivery.settle([settlementOf(execution, { outcome: 'failed', verdict: retry })]),
          pause(store, keyOf(execution)),
        ]),
      );

      for (const execution of running)
        expect(await readExecution(store, execution)).toMatchObject({
          state: 'retrying',
          held: true,
          callAt: retryAt,
          wakeAt: never,
        });
    });

    it('a claim of what is to be tried again: it is held all the same', async () => {
      const store = await setup();
      const retrying = await Promise.all(makeTimers(8).map((timer) => createRetrying(store, timer)));

      const [won] = await Promise.all([
        store.schedule.reclaim(retrying, claimerOf('s-1')),
        ...retrying.map((execution) => pause(store, keyOf(execution))),
      ]);

      const starts = won.map((execution) => startOf(execution));
      expect(await store.delivery.start(starts, runnerOf('w-1'))).toEqual(wonBy());
      for (const execution of retrying)
        expect(await readExecution(store, execution)).toMatchObject({
          state: 'retrying',
          held: true,
          callAt: retryAt,
          wakeAt: never,
        });
    });
  });

  describe('an execution that is held', () => {
    it('ends as its verdict says, and keeps the timer open until then', async () => {
      const store = await setup();
      const timer = makeTimer({ next: null, wakeAt: checkAt });
      const held = makeExecution(timer, { state: 'running', attempt: 1, held: true });
      await store.timers.change(timer, () => ({
        change: changeOf(timer, { timer, insert: [held] }),
        reply: null,
      }));
      await store.schedule.closeFinished([timer], { now: settledAt, checkAt, expireAt });
      expect((await readTimer(store, timer)).state).toBe('active');

      await store.delivery.settle([
        settlementOf(held, { verdict: { state: 'failed', reason: 'status 404' } }),
      ]);

      expect(await readExecution(store, held)).toMatchObject({
        state: 'failed',
        settledAt,
        wakeAt: expireAt,
      });
      expect((await readTimer(store, timer)).state).toBe('completed');
    });
  });
}

async function write(store: Store, key: TimerKey, decide: (current: Current) => Change): Promise<void> {
  await store.timers.change(key, (current) => ({ change: decide(current!), reply: null }));
}

function pause(store: Store, key: TimerKey, { now = baseTime + 2_500 } = {}): Promise<void> {
  return write(store, key, (current) =>
    pauseTimer(current, { reason: null, until: null }, { now, expireAt }),
  );
}

function resume(store: Store, key: TimerKey, now: number): Promise<void> {
  return write(store, key, (current) => resumeTimer(current, { now, expireAt }));
}
