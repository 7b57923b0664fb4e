/** Contract of ScheduleStore, second half: what is due again, overdue or held, and who takes it. */
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../shared/store/store.js';
import type { Execution, ExecutionState } from '../../../shared/timers/execution.js';
import { baseTime, makeExecution, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import {
  allShards,
  changeOf,
  claimerOf,
  createClaimed,
  createRetrying,
  makeTimers,
  readExecution,
  startOf,
} from './steps.js';

export function rescueContract(open: OpenStore): void {
  const setup = () => useStore(open);
  const due = { shards: allShards, before: baseTime + 5_000, limit: 100 };
  const ids = (executions: Execution[]) => executions.map((execution) => execution.id);

  describe('executions to look at', () => {
    it('are due when retrying or deferred, overdue when claimed, running or awaiting an ack, oldest first', async () => {
      const store = await setup();
      const at = (state: ExecutionState, ms: number) =>
        insertExecution(store, { state, wakeAt: baseTime + ms });
      const [deferred, retrying] = [await at('deferred', 4_000), await at('retrying', 3_000)];
      const [waiting, running, claimed] = [
        await at('awaiting-ack', 4_500),
        await at('running', 4_000),
        await at('claimed', 3_000),
      ];
      for (const state of ['succeeded', 'failed', 'aborted', 'cancelled', 'skipped'] as const)
        await at(state, 1);
      for (const state of ['deferred', 'retrying', 'claimed', 'running'] as const) await at(state, 5_000);

      expect(await store.schedule.dueExecutions(due)).toEqual([retrying, deferred]);
      expect(await store.schedule.overdueExecutions(due)).toEqual([claimed, running, waiting]);
    });

    it('are those of the asked shards, no more than the limit', async () => {
      const store = await setup();
      const retrying: Execution[] = [];
      for (const ms of [3, 1, 2]) {
        retrying.push(await insertExecution(store, { state: 'retrying', wakeAt: baseTime + ms, shard: ms }));
        await insertExecution(store, { state: 'running', wakeAt: baseTime + ms, shard: ms });
      }

      expect(ids(await store.schedule.dueExecutions({ ...due, limit: 2 }))).toEqual(
        ids([retrying[1]!, retrying[2]!]),
      );
      expect(ids(await store.schedule.dueExecutions({ ...due, shards: [2, 3, 9] }))).toEqual(
        ids([retrying[2]!, retrying[0]!]),
      );
      const overdue = await store.schedule.overdueExecutions({ ...due, shards: [1, 3], limit: 1 });
      expect(overdue.map((execution) => execution.shard)).toEqual([1]);
    });

    it('are those that the named incarnations hold, claimed or running', async () => {
      const store = await setup();
      const a = await insertExecution(store, { holder: 'a' });
      const b = await insertExecution(store, { holder: 'b', state: 'running' });
      await insertExecution(store, { holder: 'c' });
      await insertExecution(store, { holder: 'a', state: 'failed' });
      await insertExecution(store, { holder: null });

      const held = await store.schedule.heldBy(['a', 'b', 'x'], 10);

      expect(ids(held).sort()).toEqual(ids([a, b]).sort());
      expect(await store.schedule.heldBy(['a', 'b'], 1)).toHaveLength(1);
      expect(await store.schedule.heldBy([], 10)).toEqual([]);
    });

    it('are those of the asked shards, where some are asked for', async () => {
      const store = await setup();
      const a = await insertExecution(store, { holder: 'a', shard: 3 });
      await insertExecution(store, { holder: 'a', shard: 4 });

      expect(ids(await store.schedule.heldBy(['a'], 10, [3, 5]))).toEqual(ids([a]));
      expect(await store.schedule.heldBy(['a'], 10, [])).toEqual([]);
    });
  });

  describe('claiming again', () => {
    it('makes a retrying execution claimed anew, for the time it waited for', async () => {
      const store = await setup();
      const retrying = await createRetrying(store);

      const won = await store.schedule.reclaim([retrying], claimerOf('s-2'));

      const expected = {
        ...retrying,
        state: 'claimed',
        claim: 2,
        holder: 's-2',
        claimedAt: baseTime + 2_000,
        callAt: baseTime + 3_000,
        wakeAt: baseTime + 12_000,
      };
      expect(won).toEqual([expected]);
      expect(await readExecution(store, retrying)).toEqual(expected);
    });

    it('takes a deferred one too, whose reason is over', async () => {
      const store = await setup();
      const claimed = await createClaimed(store);
      await store.delivery.defer([{ ...startOf(claimed), reason: 'host-busy', until: baseTime + 4_000 }]);
      const deferred = await readExecution(store, claimed);

      const won = await store.schedule.reclaim([deferred], claimerOf('s-2'));

      expect(won).toMatchObject([
        { state: 'claimed', claim: 2, callAt: baseTime + 4_000, reason: null, deferrals: 1 },
      ]);
    });

    it.each([
      ['final', { state: 'retrying', final: true }],
      ['claimed', { state: 'claimed' }],
      ['running', { state: 'running' }],
      ['ended', { state: 'failed' }],
    ] as const)('refuses one that is %s', async (_what, changes) => {
      const store = await setup();
      const execution = await insertExecution(store, changes);

      expect(await store.schedule.reclaim([execution], claimerOf('s-2'))).toEqual([]);

      expect(await readExecution(store, execution)).toEqual(execution);
    });

    it('refuses one that was claimed since it was read', async () => {
      const store = await setup();
      const execution = await insertExecution(store, { state: 'retrying', claim: 2 });

      expect(await store.schedule.reclaim([{ ...execution, claim: 1 }], claimerOf('s-2'))).toEqual([]);

      expect(await readExecution(store, execution)).toEqual(execution);
    });

    it('refuses one that the same holder claimed later on', async () => {
      const store = await setup();
      const execution = await insertExecution(store, { state: 'claimed', holder: 's-2', claim: 5 });

      const asRead: Execution = { ...execution, state: 'retrying', claim: 2 };
      expect(await store.schedule.reclaim([asRead], claimerOf('s-2'))).toEqual([]);
    });

    it('gives two contenders disjoint winners that together are all', async () => {
      const store = await setup();
      const retrying: Execution[] = [];
      for (let i = 0; i < 10; i++) retrying.push(await insertExecution(store, { state: 'retrying' }));

      const [one, other] = await Promise.all([
        store.schedule.reclaim(retrying.slice(0, 7), claimerOf('s-1')),
        store.schedule.reclaim(retrying.slice(3), claimerOf('s-2')),
      ]);

      expect(ids([...one, ...other]).sort()).toEqual(ids(retrying).sort());
      for (const won of one) expect((await readExecution(store, won)).holder).toBe('s-1');
      for (const won of other) expect((await readExecution(store, won)).holder).toBe('s-2');
    });
  });

  describe('taking over', () => {
    it('gives a claimed execution another holder under the same claim number', async () => {
      const store = await setup();
      const claimed = await createClaimed(store);

      const won = await store.schedule.takeOver([claimed], claimerOf('s-2'));

      const expected = { ...claimed, holder: 's-2', wakeAt: baseTime + 12_000 };
      expect(won).toEqual([expected]);
      expect(await readExecution(store, claimed)).toEqual(expected);
    });

    it.each([
      ['running', { state: 'running' }],
      ['retrying', { state: 'retrying' }],
      ['ended', { state: 'failed' }],
    ] as const)('refuses one that is %s', async (_what, changes) => {
      const store = await setup();
      const execution = await insertExecution(store, changes);

      expect(await store.schedule.takeOver([execution], claimerOf('s-2'))).toEqual([]);

      expect(await readExecution(store, execution)).toEqual(execution);
    });

    it('refuses one that was claimed again since it was read, and takes the others', async () => {
      const store = await setup();
      const again = await insertExecution(store, { claim: 2 });
      const same = await insertExecution(store, { claim: 1 });

      const won = await store.schedule.takeOver([{ ...again, claim: 1 }, same], claimerOf('s-2'));

      expect(ids(won)).toEqual([same.id]);
      expect(await readExecution(store, again)).toEqual(again);
    });

    it('tells a contender of everything that it holds in the end', async () => {
      const store = await setup();
      const claimed = await Promise.all(makeTimers(6).map((timer) => createClaimed(store, timer)));

      const won = await Promise.all(
        ['s-1', 's-2'].map((s) => store.schedule.takeOver(claimed, claimerOf(s))),
      );

      for (const execution of claimed) {
        const { holder } = await readExecution(store, execution);
        expect(['s-1', 's-2']).toContain(holder);
        expect(ids(won[holder === 's-1' ? 0 : 1]!)).toContain(execution.id);
      }
    });
  });

  describe('handing back', () => {
    it('leaves a claimed execution without holder, to be looked at now', async () => {
      const store = await setup();
      const claimed = await createClaimed(store, makeTimer(), { holder: 's-1' });

      await store.schedule.handBack([claimed], 's-1', baseTime + 100);

      expect(await readExecution(store, claimed)).toEqual({
        ...claimed,
        holder: null,
        wakeAt: baseTime + 100,
      });
    });

    it.each([
      ['held by another', { holder: 's-2' }],
      ['claimed again', { claim: 2 }],
      ['running', { state: 'running' }],
    ] as const)('leaves one alone that is %s', async (_what, changes) => {
      const store = await setup();
      const execution = await insertExecution(store, { holder: 's-1', ...changes });

      await store.schedule.handBack([{ id: execution.id, claim: 1 }], 's-1', baseTime + 100);

      expect(await readExecution(store, execution)).toEqual(execution);
    });
  });
}

/** An execution in any state, of a timer of its own. */
async function insertExecution(store: Store, changes: Partial<Execution>): Promise<Execution> {
  const timer = makeTimer();
  const execution = makeExecution(timer, changes);
  await store.timers.change(timer, () => ({
    change: changeOf(timer, { timer, insert: [execution] }),
    reply: null,
  }));
  return execution;
}
