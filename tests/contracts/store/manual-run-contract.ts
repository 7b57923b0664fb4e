/** Contract of running a timer by hand across the store: the same request again is the same run, and counts as no claim. */
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../shared/store/store.js';
import { runTimer } from '../../../shared/timers/manual-run.js';
import type { TimerKey } from '../../../shared/timers/timer.js';
import { baseTime, makeDefinition, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import { allShards, expireAt, readTimer, runnerOf, settlementOf, startOf, wonBy } from './steps.js';
import { createTurns, refusedTo } from './turns.js';

const now = baseTime + 500;

export function manualRunContract(open: OpenStore): void {
  const setup = () => useStore(open);
  const executionsOf = (store: Store) =>
    store.executions.list({ namespace: 'default', before: null, limit: 10 });

  describe('a run by hand', () => {
    it('is there to be published at once, and moves nothing of the schedule', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);

      await run(store, timer, 'r-1');

      const overdue = await store.schedule.overdueExecutions({
        shards: allShards,
        before: now + 1,
        limit: 10,
      });
      expect(overdue).toMatchObject([
        { id: `${timer.uid}-rr-1`, state: 'claimed', holder: null, scheduledFor: now },
      ]);
      expect(await readTimer(store, timer)).toEqual({ ...timer, manualRuns: 1, updatedAt: now });
    });

    it('asked for again while it waits, runs or has ended is the same run', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);
      await run(store, timer, 'r-1');
      const [claimed] = await executionsOf(store);
      const seen = [];

      for (const step of [
        () => Promise.resolve(),
        () => store.delivery.start([startOf(claimed!)], runnerOf('w-1')),
        () => store.delivery.settle([settlementOf({ ...claimed!, attempt: 1 })]),
      ]) {
        await step();
        const [before] = await executionsOf(store);
        await run(store, timer, 'r-1');
        expect(await executionsOf(store)).toEqual([before]);
        seen.push(before!.state);
      }

      expect(seen).toEqual(['claimed', 'running', 'succeeded']);
    });

    it('asked for many times at once is one run for each request', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);
      const requests = ['r-1', 'r-2', 'r-1', 'r-2', 'r-1', 'r-2'];

      await Promise.all(requests.map((request) => run(store, timer, request)));

      expect((await executionsOf(store)).map(({ id }) => id).sort()).toEqual([
        `${timer.uid}-rr-1`,
        `${timer.uid}-rr-2`,
      ]);
    });

    it('is refused like any other while another one has the turn', async () => {
      const store = await setup();
      const definition = makeDefinition({ overlap: 'skip' });
      const turns = await createTurns(store, 'skip', { executions: [{}], timer: { definition } });
      await turns.start(turns.executions[0]!);
      await run(store, turns.timer, 'r-1');
      const manual = (await executionsOf(store)).find(({ id }) => id.endsWith('-rr-1'))!;

      expect(await turns.start(manual)).toEqual(refusedTo(manual));
      expect(await turns.start(turns.executions[0]!)).toEqual(wonBy(turns.executions[0]!));
    });
  });
}

async function run(store: Store, key: TimerKey, request: string): Promise<void> {
  await store.timers.change(key, (current) => ({
    change: runTimer(current!, request, { now, expireAt }),
    reply: null,
  }));
}
