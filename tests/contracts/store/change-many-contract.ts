/** Contract of TimerStore.changeMany: what holds for one change holds for each of many. */
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../shared/store/store.js';
import type { Current } from '../../../shared/timers/change.js';
import { uuidV7 } from '../../../shared/base/ids.js';
import { endOfPause } from '../../../shared/timers/change-record.js';
import { baseTime, makeDefinition, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import {
  cancelDecision,
  changeOf,
  createClaimed,
  createRetrying,
  createRunning,
  makeTimers,
  readExecution,
  readTimer,
  settlementOf,
} from './steps.js';

export function changeManyContract(open: OpenStore): void {
  const setup = () => useStore(open);
  const see = (current: Current | null): Decision<Current | null> => ({ change: null, reply: current });

  describe('a change of many', () => {
    it('sees of each what a change of it alone would see, in order, and null where there is none', async () => {
      const store = await setup();
      const [idle, ended, retired] = [makeTimer(), makeTimer({ runs: 1 }), makeTimer({ runs: 1 })];
      await store.timers.create([idle]);
      await store.delivery.settle([settlementOf(await createRunning(store, ended))]);
      await createRetrying(store, retired);
      const claimed = makeTimer();
      await createClaimed(store, claimed);
      const keys = [retired, { namespace: 'default', id: 'nobody' }, idle, ended, claimed];

      const many = await store.timers.changeMany(keys, see);

      const single = [];
      for (const key of keys) single.push(await store.timers.change(key, see));
      expect(many).toEqual(single);
      expect(many[1]).toBeNull();
      expect(many[0]!.lastStartedFor).not.toBeNull();
    });

    it('writes each of them whole, with its executions, its old definition and its record', async () => {
      const store = await setup();
      const timers = makeTimers(3);
      const executions = [];
      for (const timer of timers) executions.push(await createClaimed(store, timer));
      const replacement = makeDefinition({ version: 2 });

      const replies = await store.timers.changeMany(timers, (current, { id }) => {
        const { timer, open } = current!;
        const generation = timer.generation + 1;
        const change = changeOf(timer, {
          timer: { ...timer, definition: replacement, generation },
          retire: timer.definition,
          withdraw: open.map((execution) => execution.id),
          insert: [{ ...open[0]!, id: `${timer.uid}-1`, scheduledFor: 1 }],
        });
        return { change, reply: id, record: endOfPause(current!, change, baseTime) };
      });

      expect(replies).toEqual(timers.map(({ id }) => id));
      for (const [i, timer] of timers.entries()) {
        expect(await readTimer(store, timer)).toMatchObject({ generation: 2, definition: replacement });
        expect(await store.executions.read('default', executions[i]!.id)).toBeNull();
        expect(await store.executions.read('default', `${timer.uid}-1`)).not.toBeNull();
        const ref = { ...timer, version: 1 };
        expect([...(await store.delivery.definitions([ref])).values()]).toEqual([timer.definition]);
      }
      const records = await store.changes.list({ namespace: 'default', before: null, limit: 9 });
      expect(records.map(({ resourceId }) => resourceId).sort()).toEqual(replies.sort());
    });

    it('leaves those alone of which it decides so', async () => {
      const store = await setup();
      const timers = makeTimers(4);
      await store.timers.create(timers);

      await store.timers.changeMany(timers, (current, { id }) => ({
        change: id === timers[2]!.id ? changeOf(current!.timer) : null,
        reply: null,
      }));

      const generations = [];
      for (const timer of timers) generations.push((await readTimer(store, timer)).generation);
      expect(generations).toEqual([1, 1, 2, 1]);
    });

    it('stamps what runs and ends what waits, as a cancel of one does', async () => {
      const store = await setup();
      const [running, retrying] = [await createRunning(store), await createRetrying(store)];
      const keys = [running, retrying].map(({ namespace, timerId: id }) => ({ namespace, id }));

      await store.timers.changeMany(keys, cancelDecision);

      expect(await readExecution(store, running)).toEqual({ ...running, final: true });
      expect(await readExecution(store, retrying)).toMatchObject({ state: 'cancelled' });
    });

    it('loses no change to others that are made at the same time', async () => {
      const store = await setup();
      const timers = makeTimers(20);
      await store.timers.create(timers);
      const grow = (current: Current | null): Decision<null> => ({
        change: changeOf(current!.timer),
        reply: null,
      });

      await Promise.all([
        store.timers.changeMany(timers, grow),
        store.timers.changeMany([...timers].reverse(), grow),
        ...timers.slice(0, 5).map((timer) => store.timers.change(timer, grow)),
      ]);

      const generations = [];
      for (const timer of timers) generations.push((await readTimer(store, timer)).generation);
      expect(generations).toEqual(timers.map((_timer, i) => (i < 5 ? 4 : 3)));
    });

    it('of none is nothing', async () => {
      const store = await setup();
      expect(await store.timers.changeMany([], () => ({ change: null, reply: uuidV7(baseTime) }))).toEqual(
        [],
      );
    });
  });
}
