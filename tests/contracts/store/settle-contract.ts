/** Contract of DeliveryStore.settle: the record first, then the state, then the timer; repeating finishes it. */
import { describe, expect, it } from 'vitest';
import type { Execution } from '../../../shared/timers/execution.js';
import type { Verdict } from '../../../shared/timers/outcome.js';
import type { Store } from '../../../shared/store/store.js';
import { baseTime, makeExecution, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import {
  allShards,
  cancelDecision,
  changeOf,
  claimOf,
  claimerOf,
  createRetrying,
  createRunning,
  expireAt,
  lostAttempt,
  makeTimers,
  readExecution,
  readTimer,
  recordOf,
  runnerOf,
  settledAt,
  settlementOf,
  startOf,
} from './steps.js';

export function settleContract(open: OpenStore): void {
  const setup = () => useStore(open);
  const retryAt = baseTime + 3_000;
  const retry: Verdict = { state: 'retrying', at: retryAt, reason: 'status 500' };

  describe('settling an attempt', () => {
    it('keeps its record and ends a successful execution', async () => {
      const store = await setup();
      const running = await createRunning(store);

      await store.delivery.settle([settlementOf(running)]);

      expect(await readAttempts(store, running)).toEqual([recordOf(running)]);
      expect(await readExecution(store, running)).toMatchObject({
        state: 'succeeded',
        reason: null,
        settledAt,
        wakeAt: expireAt,
        attempt: 1,
        lost: 0,
      });
    });

    it('ends a failed execution with its reason', async () => {
      const store = await setup();
      const running = await createRunning(store);
      const verdict: Verdict = { state: 'failed', reason: 'status 404' };
      const error = { code: 'status', message: 'status 404' } as const;

      await store.delivery.settle([
        settlementOf(running, { outcome: 'failed', status: 404, error, verdict }),
      ]);

      expect(await readExecution(store, running)).toMatchObject({
        state: 'failed',
        reason: 'status 404',
        settledAt,
        wakeAt: expireAt,
      });
      expect((await readAttempts(store, running))[0]).toMatchObject({ status: 404, error, verdict });
    });

    it('makes an execution wait for its next attempt', async () => {
      const store = await setup();
      const running = await createRunning(store);

      await store.delivery.settle([settlementOf(running, { outcome: 'failed', verdict: retry })]);

      expect(await readExecution(store, running)).toMatchObject({
        state: 'retrying',
        settledAt: null,
        wakeAt: retryAt,
        attempt: 1,
        claim: 1,
        lost: 0,
      });
      const due = { shards: allShards, before: retryAt + 1, limit: 10 };
      expect((await store.schedule.dueExecutions(due)).map(({ id }) => id)).toEqual([running.id]);
    });

    it('cancels a final execution instead of trying it again', async () => {
      const store = await setup();
      const timer = makeTimer();
      const running = await createRunning(store, timer);
      await store.timers.change(timer, cancelDecision);

      await store.delivery.settle([settlementOf(running, { outcome: 'failed', verdict: retry })]);

      expect(await readExecution(store, running)).toMatchObject({
        state: 'cancelled',
        settledAt,
        wakeAt: expireAt,
        final: true,
      });
    });

    it('lets a final execution succeed', async () => {
      const store = await setup();
      const timer = makeTimer();
      const running = await createRunning(store, timer);
      await store.timers.change(timer, cancelDecision);

      await store.delivery.settle([settlementOf(running)]);

      expect((await readExecution(store, running)).state).toBe('succeeded');
    });

    it('settles each of a thousand by its own verdict', async () => {
      const store = await setup();
      const timers = makeTimers(1_000);
      await store.timers.create(timers);
      const claims = timers.map((timer) => claimOf(timer));
      await store.schedule.claim(claims);
      const executions = claims.flatMap((claim) => claim.executions);
      await store.delivery.start(
        executions.map((execution) => startOf(execution)),
        runnerOf('w-1'),
      );
      const verdicts: Verdict[] = [{ state: 'succeeded' }, { state: 'failed', reason: 'status 404' }, retry];

      await store.delivery.settle(
        executions.map((execution, i) =>
          settlementOf({ ...execution, attempt: 1 }, { verdict: verdicts[i % 3]! }),
        ),
      );

      const countOf = async (state: Execution['state']) =>
        (await store.executions.list({ namespace: 'default', state, before: null, limit: 1_000 })).length;
      expect(await countOf('succeeded')).toBe(334);
      expect(await countOf('failed')).toBe(333);
      expect(await countOf('retrying')).toBe(333);
      expect(await store.timers.counts()).toMatchObject({ active: 333, completed: 667 });
    });
  });

  describe('a lost attempt', () => {
    it('is counted, and tried again at the time of its verdict', async () => {
      const store = await setup();
      const running = await createRunning(store);

      await store.delivery.settle([settlementOf(running, lostAttempt)]);

      expect(await readExecution(store, running)).toMatchObject({
        state: 'retrying',
        lost: 1,
        attempt: 1,
        wakeAt: baseTime + 4_000,
      });
    });

    it('keeps the result that comes in late beside its record', async () => {
      const store = await setup();
      const running = await createRunning(store);
      await store.delivery.settle([settlementOf(running, lostAttempt)]);
      const after = await readExecution(store, running);

      await store.delivery.settle([settlementOf(running)]);

      const finishedAt = recordOf(running).receipt.finishedAt;
      expect(await readAttempts(store, running)).toEqual([
        recordOf(running, { ...lostAttempt, lateOutcome: { outcome: 'succeeded', status: 200, finishedAt } }),
      ]);
      expect(await readExecution(store, running)).toEqual(after);
    });

    it('is no late result of itself when its settle is repeated', async () => {
      const store = await setup();
      const running = await createRunning(store);

      await store.delivery.settle([settlementOf(running, lostAttempt)]);
      await store.delivery.settle([settlementOf(running, lostAttempt)]);

      expect(await readAttempts(store, running)).toEqual([recordOf(running, lostAttempt)]);
      expect((await readExecution(store, running)).lost).toBe(1);
    });

    it('is none where the result was recorded before: the recorded verdict counts', async () => {
      const store = await setup();
      const running = await createRunning(store);
      await store.delivery.settle([settlementOf(running)]);

      await store.delivery.settle([settlementOf(running, lostAttempt)]);

      expect(await readAttempts(store, running)).toEqual([recordOf(running)]);
      expect(await readExecution(store, running)).toMatchObject({ state: 'succeeded', lost: 0 });
    });

    it('and its result at the same time: one record decides, and the execution follows it', async () => {
      const store = await setup();
      const running = await Promise.all(makeTimers(6).map((timer) => createRunning(store, timer)));

      await Promise.all(
        running.flatMap((execution) => [
          store.delivery.settle([settlementOf(execution)]),
          store.delivery.settle([settlementOf(execution, lostAttempt)]),
        ]),
      );

      for (const execution of running) {
        const [record, ...more] = await readAttempts(store, execution);
        expect(more).toEqual([]);
        const lost = record!.outcome === 'lost';
        expect(await readExecution(store, execution)).toMatchObject({
          state: lost ? 'retrying' : 'succeeded',
          lost: lost ? 1 : 0,
        });
      }
    });
  });

  describe('settling twice', () => {
    it('changes nothing', async () => {
      const store = await setup();
      const running = await createRunning(store);
      await store.delivery.settle([settlementOf(running)]);
      const before = await store.executions.read('default', running.id);

      await store.delivery.settle([{ ...settlementOf(running), now: settledAt + 1, expireAt: expireAt + 1 }]);

      expect(await store.executions.read('default', running.id)).toEqual(before);
    });

    it('does not touch the attempt that follows', async () => {
      const store = await setup();
      const retrying = await createRetrying(store);
      const [claimed] = await store.schedule.reclaim([retrying], claimerOf('s-1'));
      await store.delivery.start([startOf(claimed!)], runnerOf('w-2'));
      const second = await readExecution(store, retrying);

      await store.delivery.settle([settlementOf(retrying, { verdict: { state: 'succeeded' } })]);

      expect(await readExecution(store, retrying)).toEqual(second);
    });

    it('within one batch is settling once', async () => {
      const store = await setup();
      const running = await createRunning(store);

      await store.delivery.settle([settlementOf(running), settlementOf(running, lostAttempt)]);

      expect(await readAttempts(store, running)).toEqual([recordOf(running)]);
      expect((await readExecution(store, running)).state).toBe('succeeded');
    });

    it('finishes an earlier settle of which only the record was written', async () => {
      const store = await setup();
      const timer = makeTimer({ next: null });
      const running = makeExecution(timer, { state: 'running', attempt: 1 });
      await store.delivery.settle([settlementOf(running)]);
      await store.timers.change(timer, () => ({
        change: changeOf(timer, { timer, insert: [running] }),
        reply: null,
      }));

      await store.delivery.settle([settlementOf(running, lostAttempt)]);

      expect(await readExecution(store, running)).toMatchObject({ state: 'succeeded', lost: 0 });
      expect(await readTimer(store, timer)).toMatchObject({ state: 'completed' });
    });
  });
}

async function readAttempts(store: Store, { namespace, id }: Execution) {
  return (await store.executions.read(namespace, id))!.attempts;
}
