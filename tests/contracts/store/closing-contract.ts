/** When a timer closes: it has no next occurrence and none of its executions is open. By settle, or by closeFinished. */
import { describe, expect, it } from 'vitest';
import { baseTime, makeExecution, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import {
  cancelDecision,
  changeOf,
  checkAt,
  claimOf,
  createRetrying,
  createRunning,
  expireAt,
  makeTimers,
  readExecution,
  readTimer,
  runnerOf,
  settlementOf,
  startOf,
} from './steps.js';

export function closingContract(open: OpenStore): void {
  const setup = () => useStore(open);
  const dueIn = (ms: number) => ({ scheduledFor: baseTime + ms, dueAt: baseTime + ms });

  describe('the timer of what is settled', () => {
    it('closes with its last execution and is kept for the retention', async () => {
      const store = await setup();
      const timer = makeTimer();

      await store.delivery.settle([settlementOf(await createRunning(store, timer))]);

      expect(await readTimer(store, timer)).toMatchObject({
        state: 'completed',
        generation: 1,
        wakeAt: expireAt,
        runs: 1,
      });
      expect(await store.timers.counts()).toMatchObject({ active: 0, completed: 1 });
    });

    it('stays open while the execution is to be tried again', async () => {
      const store = await setup();
      const timer = makeTimer();

      await createRetrying(store, timer);

      expect(await readTimer(store, timer)).toMatchObject({ state: 'active', wakeAt: checkAt });
    });

    it('stays open while it has a next occurrence', async () => {
      const store = await setup();
      const timer = makeTimer();
      const execution = makeExecution(timer);
      const next = { scheduledFor: baseTime + 9_000, dueAt: baseTime + 9_000 };
      await store.timers.create([timer]);
      await store.schedule.claim([claimOf(timer, { next, wakeAt: next.dueAt })]);
      await store.delivery.start([startOf(execution)], runnerOf('w-1'));

      await store.delivery.settle([settlementOf(await readExecution(store, execution))]);

      expect(await readTimer(store, timer)).toMatchObject({ state: 'active', next, wakeAt: next.dueAt });
    });

    it('closes with the last of several executions, not before', async () => {
      const store = await setup();
      const timer = makeTimer();
      const first = await createRunning(store, timer);
      const later = { scheduledFor: baseTime + 2_000, dueAt: baseTime + 2_000 };
      const second = makeExecution({ ...timer, next: later }, { state: 'running', attempt: 1 });
      await store.timers.change(timer, (current) => ({
        change: changeOf(current!.timer, { timer: { ...current!.timer, runs: 2 }, insert: [second] }),
        reply: null,
      }));

      await store.delivery.settle([settlementOf(first)]);
      expect((await readTimer(store, timer)).state).toBe('active');
      await store.delivery.settle([settlementOf(second)]);
      expect((await readTimer(store, timer)).state).toBe('completed');
    });

    it('closes when all of its executions end in one batch', async () => {
      const store = await setup();
      const timer = makeTimer();
      const first = await createRunning(store, timer);
      const later = { scheduledFor: baseTime + 2_000, dueAt: baseTime + 2_000 };
      const second = makeExecution({ ...timer, next: later }, { state: 'running', attempt: 1 });
      await store.timers.change(timer, (current) => ({
        change: changeOf(current!.timer, { timer: { ...current!.timer, runs: 2 }, insert: [second] }),
        reply: null,
      }));

      await store.delivery.settle([first, second].map((execution) => settlementOf(execution)));

      expect((await readTimer(store, timer)).state).toBe('completed');
    });

    it('stays cancelled when it was', async () => {
      const store = await setup();
      const timer = makeTimer();
      const running = await createRunning(store, timer);
      await store.timers.change(timer, cancelDecision);

      await store.delivery.settle([settlementOf(running)]);

      expect((await readTimer(store, timer)).state).toBe('cancelled');
    });

    it('is not closed by an execution of the uid it had before', async () => {
      const store = await setup();
      const old = makeTimer({ id: 'x' });
      const running = await createRunning(store, old);
      const anew = makeTimer({ id: 'x', next: null });
      await store.timers.change(old, () => ({ change: changeOf(anew, { timer: anew }), reply: null }));

      await store.delivery.settle([settlementOf(running)]);

      expect(await readTimer(store, anew)).toEqual(anew);
    });
  });

  describe('closing finished timers', () => {
    const times = { now: baseTime + 7_000, checkAt: checkAt + 1, expireAt };

    it('closes those without an open execution and looks at the others again', async () => {
      const store = await setup();
      const [done, busy] = makeTimers(2, { next: null });
      await store.timers.create([done!, busy!]);
      const open = makeExecution(busy!);
      await store.timers.change(busy!, () => ({
        change: changeOf(busy!, { timer: busy!, insert: [open] }),
        reply: null,
      }));

      await store.schedule.closeFinished([done!, busy!], times);

      expect(await readTimer(store, done!)).toMatchObject({
        state: 'completed',
        wakeAt: expireAt,
        generation: 1,
      });
      expect(await readTimer(store, busy!)).toMatchObject({ state: 'active', wakeAt: checkAt + 1 });
    });

    it('leaves a timer alone that has a next occurrence, another state or another uid by now', async () => {
      const store = await setup();
      const asRead = makeTimers(3, { next: null });
      const now = [
        makeTimer({ ...asRead[0]!, next: dueIn(9_000) }),
        makeTimer({ ...asRead[1]!, state: 'cancelled' }),
        makeTimer({ ...asRead[2]!, uid: 'another' }),
      ];
      await store.timers.create(now);

      await store.schedule.closeFinished(asRead, times);

      expect(await Promise.all(now.map((timer) => readTimer(store, timer)))).toEqual(now);
    });
  });
}
