/** Contract of TimerStore.change against whatever happens at the same time: no change is lost, and nothing slips through. */
import { describe, expect, it } from 'vitest';
import { executionId } from '../../../shared/timers/execution.js';
import { baseTime, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import {
  cancelDecision,
  changeOf,
  claimOf,
  createClaimed,
  createRunning,
  makeTimers,
  readExecution,
  readTimer,
  runnerOf,
  settlementOf,
  startOf,
} from './steps.js';

export function raceContract(open: OpenStore): void {
  const setup = () => useStore(open);

  describe('changes at the same time', () => {
    it('follow one another, and none is lost', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);

      const replies = await Promise.all(
        Array.from({ length: 20 }, () =>
          store.timers.change(timer, (current) => ({
            change: changeOf(current!.timer),
            reply: current!.timer.generation,
          })),
        ),
      );

      expect((await readTimer(store, timer)).generation).toBe(21);
      expect(replies.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    });

    it('create one timer where there is none', async () => {
      const store = await setup();
      const contenders = Array.from({ length: 6 }, () => makeTimer({ id: 'x' }));

      const replies = await Promise.all(
        contenders.map((timer) =>
          store.timers.change(timer, (current) => ({
            change: current ? null : changeOf(timer, { timer }),
            reply: current ? current.timer.uid : null,
          })),
        ),
      );

      const created = contenders.filter((_, i) => replies[i] === null);
      expect(created).toHaveLength(1);
      expect((await readTimer(store, contenders[0]!)).uid).toBe(created[0]!.uid);
    });

    it('and a claim: either the claim conflicts or the change sees what was claimed', async () => {
      const store = await setup();
      const timers = makeTimers(10);
      await store.timers.create(timers);

      const outcomes = await Promise.all(
        timers.map(async (timer, i) => {
          const [claimed, seen] = await race(
            i,
            () => store.schedule.claim([claimOf(timer)]),
            () => store.timers.change(timer, cancelDecision),
          );
          return { conflict: claimed === 'conflict', seen: seen.open.length };
        }),
      );

      for (const { conflict, seen } of outcomes) expect(seen).toBe(conflict ? 0 : 1);
      for (const timer of timers) {
        expect(await readTimer(store, timer)).toMatchObject({ state: 'cancelled', generation: 2 });
        const id = executionId(timer.uid, timer.next!.scheduledFor);
        expect(await store.executions.read(timer.namespace, id)).toBeNull();
      }
    });

    it('and a start: either it runs and is final, or it is withdrawn and never starts', async () => {
      const store = await setup();
      const claimed = await Promise.all(makeTimers(10).map((timer) => createClaimed(store, timer)));

      const started = await Promise.all(
        claimed.map(async (execution, i) => {
          const key = { namespace: execution.namespace, id: execution.timerId };
          const [{ won }] = await race(
            i,
            () => store.delivery.start([startOf(execution)], runnerOf('worker-1~aaaa')),
            () => store.timers.change(key, cancelDecision),
          );
          return won.has(execution.id);
        }),
      );

      for (const [i, execution] of claimed.entries()) {
        const found = await store.executions.read(execution.namespace, execution.id);
        if (started[i]) expect(found).toMatchObject({ state: 'running', final: true });
        else expect(found).toBeNull();
      }
    });

    it('and a settle: what was acknowledged as final is never tried again', async () => {
      const store = await setup();
      const running = await Promise.all(makeTimers(6).map((timer) => createRunning(store, timer)));
      const verdict = { state: 'retrying', at: baseTime + 3_000, reason: 'status 500' } as const;

      await Promise.all(
        running.flatMap((execution) => [
          store.delivery.settle([settlementOf(execution, { outcome: 'failed', status: 500, verdict })]),
          store.timers.change({ namespace: execution.namespace, id: execution.timerId }, cancelDecision),
        ]),
      );

      for (const execution of running)
        expect((await readExecution(store, execution)).state).toBe('cancelled');
    });
  });
}

/** Does both at once; of every other pair the second one is asked first. */
async function race<A, B>(pair: number, one: () => Promise<A>, other: () => Promise<B>): Promise<[A, B]> {
  if (pair % 2 === 0) return Promise.all([one(), other()]);
  const asked = other();
  return Promise.all([one(), asked]);
}
