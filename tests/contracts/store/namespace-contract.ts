/** Contract of what is due where a namespace has a clock of its own: kept in the shard that no scheduler asks for. */
import { describe, expect, it } from 'vitest';
import type { DueQuery, Store } from '../../../shared/store/store.js';
import type { Execution } from '../../../shared/timers/execution.js';
import { testShard } from '../../../shared/timers/timer.js';
import { baseTime, makeExecution, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import { allShards, changeOf, claimerOf, claimOf, readTimer } from './steps.js';

type Look = (
  store: Store,
  query: DueQuery,
) => Promise<{ namespace: string; shard: number; wakeAt: number }[]>;

const looks: [string, Look][] = [
  ['due timers', (store, query) => store.schedule.dueTimers(query)],
  ['pauses that end', (store, query) => store.schedule.duePauses(query)],
  ['due executions', (store, query) => store.schedule.dueExecutions(query)],
  ['overdue executions', (store, query) => store.schedule.overdueExecutions(query)],
];

export function namespaceContract(open: OpenStore): void {
  const setup = () => useStore(open);
  const asked: DueQuery = { shards: allShards, before: baseTime + 1_000, limit: 100 };

  describe.each(looks)('%s', (_what, look) => {
    it('of the test shard are seen by those alone who ask for it', async () => {
      const store = await setup();
      await createDue(store, { namespace: 'real', shard: 63 });
      await createDue(store, { namespace: 'test', shard: testShard });

      const namespaces = async (query: DueQuery) => (await look(store, query)).map((row) => row.namespace);

      expect(await namespaces(asked)).toEqual(['real']);
      expect(await namespaces({ ...asked, shards: [testShard] })).toEqual(['test']);
      expect(await namespaces({ ...asked, shards: [testShard], namespace: 'real' })).toEqual([]);
    });

    it('of one namespace alone may be asked for, oldest first', async () => {
      const store = await setup();
      for (const wakeAt of [3, 1, 2]) {
        await createDue(store, { namespace: 'a', shard: testShard, wakeAt });
        await createDue(store, { namespace: 'b', shard: testShard, wakeAt });
      }
      const query = { ...asked, shards: [testShard], namespace: 'a' };

      const found = await look(store, query);

      expect(found.map(({ namespace, wakeAt }) => [namespace, wakeAt - baseTime])).toEqual([
        ['a', 1],
        ['a', 2],
        ['a', 3],
      ]);
      expect(await look(store, { ...query, limit: 2 })).toHaveLength(2);
      expect(await look(store, { ...query, before: baseTime + 3 })).toHaveLength(2);
      expect(await look(store, { ...query, namespace: 'c' })).toEqual([]);
    });
  });

  describe('an execution that waits for a test clock', () => {
    it('is claimed again for the real time that its own means', async () => {
      const store = await setup();
      const waiting = await createDue(store, { namespace: 'test', shard: testShard, wakeAt: 700 });
      const clockOffsetMs = 500_000;

      const won = await store.schedule.reclaim([waiting], claimerOf('api-1~cccc'), clockOffsetMs);

      expect(won).toMatchObject([
        {
          state: 'claimed',
          callAt: baseTime + 700 - clockOffsetMs,
          clockOffsetMs,
          claimedAt: baseTime + 2_000,
        },
      ]);
    });

    it('keeps the offset of its claim when another takes it over', async () => {
      const store = await setup();
      const waiting = await createDue(store, { namespace: 'test', shard: testShard });
      const claimed = await store.schedule.reclaim([waiting], claimerOf('a'), -7_000);

      const won = await store.schedule.takeOver(claimed, claimerOf('b'));

      expect(won).toMatchObject([{ clockOffsetMs: -7_000, callAt: claimed[0]!.callAt, holder: 'b' }]);
    });
  });

  describe('a timer of the test shard', () => {
    it('is claimed like any other', async () => {
      const store = await setup();
      const timer = makeTimer({ shard: testShard });
      await store.timers.create([timer]);
      const execution = makeExecution(timer, { clockOffsetMs: 5_000 });

      await store.schedule.claim([claimOf(timer, { executions: [execution] })]);

      expect(await readTimer(store, timer)).toMatchObject({ runs: 1, shard: testShard });
    });
  });
}

/** A timer that is due, one whose pause ends, and a waiting and a running execution; answers the one that waits. */
async function createDue(
  store: Store,
  { namespace, shard, wakeAt = 0 }: { namespace: string; shard: number; wakeAt?: number },
): Promise<Execution> {
  const rows = { namespace, shard, wakeAt: baseTime + wakeAt };
  await store.timers.create([makeTimer(rows), makeTimer({ ...rows, state: 'paused' })]);
  const owner = makeTimer({ namespace, shard, state: 'cancelled' });
  const at = (ms: number, changes: Partial<Execution>) =>
    makeExecution({ ...owner, next: { scheduledFor: ms, dueAt: ms } }, { ...changes, wakeAt: rows.wakeAt });
  const waiting = at(1, { state: 'deferred', reason: 'test-clock', holder: null });
  const insert = [waiting, at(2, { state: 'running', attempt: 1 })];
  await store.timers.change(owner, () => ({
    change: changeOf(owner, { timer: owner, insert }),
    reply: null,
  }));
  return waiting;
}
