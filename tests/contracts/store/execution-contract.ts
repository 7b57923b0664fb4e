/** Contract of ExecutionStore: reading executions with their attempts. */
import { describe, expect, it } from 'vitest';
import type { ExecutionQuery } from '../../../shared/store/queries.js';
import type { Store } from '../../../shared/store/store.js';
import type { Execution } from '../../../shared/timers/execution.js';
import type { Timer } from '../../../shared/timers/timer.js';
import { baseTime, makeExecution, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import {
  changeOf,
  claimerOf,
  createRetrying,
  createRunning,
  recordOf,
  runnerOf,
  settlementOf,
  startOf,
} from './steps.js';

export function executionContract(open: OpenStore): void {
  const setup = () => useStore(open);
  const all: ExecutionQuery = { namespace: 'default', before: null, limit: 100 };

  describe('executions', () => {
    it('are read by namespace and id, with their attempts in order', async () => {
      const store = await setup();
      const retrying = await createRetrying(store);
      const [claimed] = await store.schedule.reclaim([retrying], claimerOf('s-1'));
      await store.delivery.start([startOf(claimed!)], runnerOf('worker-2~bbbb'));
      const second = recordOf({ ...claimed!, attempt: 2 });
      await store.delivery.settle([{ ...settlementOf(claimed!), record: second }]);

      const found = await store.executions.read('default', retrying.id);

      expect(found!.attempts.map((attempt) => [attempt.n, attempt.outcome])).toEqual([
        [1, 'failed'],
        [2, 'succeeded'],
      ]);
      expect(found!.attempts[1]).toEqual(second);
      expect(await store.executions.read('other', retrying.id)).toBeNull();
    });

    it('are listed newest first, page by page, none twice and none left out', async () => {
      const store = await setup();
      const instants = [1, 2, 2, 2, 3].map((ms) => baseTime + ms);
      for (const instant of instants) await createAt(store, [instant]);

      const pages: Execution[][] = [];
      let before: ExecutionQuery['before'] = null;
      do {
        const page: Execution[] = await store.executions.list({ ...all, before, limit: 2 });
        pages.push(page);
        before = page.at(-1) ?? null;
      } while (before);

      expect(pages.map((page) => page.length)).toEqual([2, 2, 1, 0]);
      expect(pages.flat().map((execution) => execution.scheduledFor)).toEqual(instants.toReversed());
      expect(new Set(pages.flat().map((execution) => execution.id)).size).toBe(5);
    });

    it('are listed with their attempts', async () => {
      const store = await setup();
      const running = await createRunning(store);
      await store.delivery.settle([settlementOf(running)]);
      await createAt(store, [baseTime]);

      const listed = await store.executions.list(all);

      expect(listed.map((execution) => execution.attempts)).toEqual([[recordOf(running)], []]);
    });

    it('are filtered by namespace, timer and state', async () => {
      const store = await setup();
      const timer = await createAt(store, [baseTime + 1, baseTime + 2]);
      const running = await createRunning(store);
      await createRunning(store, makeTimer({ namespace: 'other' }));

      const ofTimer = await store.executions.list({ ...all, timerId: timer.id });
      const runningOnes = await store.executions.list({ ...all, state: 'running' });
      const neither = await store.executions.list({ ...all, timerId: timer.id, state: 'running' });

      expect(ofTimer.map((execution) => execution.scheduledFor)).toEqual([baseTime + 2, baseTime + 1]);
      expect(runningOnes.map((execution) => execution.id)).toEqual([running.id]);
      expect(neither).toEqual([]);
    });
  });
}

/** A timer with one claimed execution at each instant. */
async function createAt(store: Store, instants: number[]): Promise<Timer> {
  const timer = makeTimer();
  const insert = instants.map((at) => makeExecution({ ...timer, next: { scheduledFor: at, dueAt: at } }));
  await store.timers.change(timer, () => ({ change: changeOf(timer, { timer, insert }), reply: null }));
  return timer;
}
