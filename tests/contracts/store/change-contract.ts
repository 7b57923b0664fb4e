/** Contract of TimerStore.change: a timer and its open executions move together, whatever happens at the same time. */
import { describe, expect, it } from 'vitest';
import type { Change, Current } from '../../../shared/store/store.js';
import type { Execution } from '../../../shared/timers/execution.js';
import { baseTime, makeDefinition, makeExecution, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import {
  cancelDecision,
  cancelledAt,
  changeOf,
  createClaimed,
  createRetrying,
  createRunning,
  expireAt,
  readExecution,
  readTimer,
} from './steps.js';

export function changeContract(open: OpenStore): void {
  const setup = () => useStore(open);
  const dueIn = (ms: number) => ({ scheduledFor: baseTime + ms, dueAt: baseTime + ms });

  describe('a change', () => {
    it('sees null where there is no timer', async () => {
      const store = await setup();

      const reply = await store.timers.change({ namespace: 'default', id: 'x' }, (current) => ({
        change: null,
        reply: current,
      }));

      expect(reply).toBeNull();
    });

    it('creates a timer where there is none', async () => {
      const store = await setup();
      const timer = makeTimer();

      await store.timers.change(timer, () => ({ change: changeOf(timer, { timer }), reply: null }));

      expect(await readTimer(store, timer)).toEqual(timer);
    });

    it('sees the timer and its open executions only', async () => {
      const store = await setup();
      const timer = makeTimer();
      const running = await createRunning(store, timer);
      await createRunning(store);
      const later = { scheduledFor: baseTime + 9_000, dueAt: baseTime + 9_000 };
      const claimed = makeExecution({ ...timer, next: later });
      const ended = makeExecution({ ...timer, next: { scheduledFor: 1, dueAt: 1 } }, { state: 'skipped' });
      await store.timers.change(timer, (current) => ({
        change: changeOf(current!.timer, { insert: [claimed, ended] }),
        reply: null,
      }));

      const seen = await store.timers.change(timer, (current) => ({ change: null, reply: current! }));

      expect(seen.timer.uid).toBe(timer.uid);
      expect(seen.open.sort((a, b) => a.scheduledFor - b.scheduledFor)).toEqual([running, claimed]);
    });

    it('sees the newest occurrence that has an attempt, ended or not', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);
      const see = (): Promise<Current> =>
        store.timers.change(timer, (current) => ({ change: null, reply: current! }));
      const at = (scheduledFor: number, changes: Partial<Execution>): Execution =>
        makeExecution({ ...timer, next: { scheduledFor, dueAt: scheduledFor } }, changes);
      expect((await see()).lastStartedFor).toBeNull();

      await store.timers.change(timer, (current) => ({
        change: changeOf(current!.timer, {
          insert: [
            at(baseTime + 1, { state: 'running', attempt: 1 }),
            at(baseTime + 2, { state: 'succeeded', attempt: 2 }),
            at(baseTime + 3, { state: 'claimed' }),
          ],
        }),
        reply: null,
      }));

      expect((await see()).lastStartedFor).toBe(baseTime + 2);
    });

    it('writes nothing when it decides on nothing', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);

      const reply = await store.timers.change(timer, () => ({ change: null, reply: 'as it was' }));

      expect(reply).toBe('as it was');
      expect(await readTimer(store, timer)).toEqual(timer);
    });

    it('writes nothing when it throws, and passes the error on', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);
      const error = new Error('refused');

      const changing = store.timers.change(timer, () => {
        throw error;
      });

      await expect(changing).rejects.toBe(error);
      expect(await readTimer(store, timer)).toEqual(timer);
    });

    it('writes the whole row', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);
      const changed = makeTimer({
        ...timer,
        state: 'paused',
        generation: 2,
        definition: makeDefinition({ version: 2 }),
        next: null,
        tags: ['t'],
        metadata: { k: 'v' },
        runs: 7,
        changedAt: baseTime + 5,
      });

      await store.timers.change(timer, () => ({ change: changeOf(timer, { timer: changed }), reply: null }));

      expect(await readTimer(store, timer)).toEqual(changed);
      expect(await store.timers.counts()).toMatchObject({ active: 0, paused: 1 });
    });

    it('deletes what it withdraws', async () => {
      const store = await setup();
      const timer = makeTimer();
      const claimed = await createClaimed(store, timer);

      await store.timers.change(timer, (current) => ({
        change: changeOf(current!.timer, { withdraw: [claimed.id] }),
        reply: null,
      }));

      expect(await store.executions.read(claimed.namespace, claimed.id)).toBeNull();
    });

    it('writes what it updates whole', async () => {
      const store = await setup();
      const timer = makeTimer();
      const retrying = await createRetrying(store, timer);
      const changed: Execution = {
        ...retrying,
        state: 'cancelled',
        reason: 'cancelled by hand',
        holder: 'h',
        callAt: 1,
        wakeAt: expireAt,
        deferrals: 2,
        final: true,
        held: true,
        abort: true,
        covers: { to: baseTime + 9_000, count: 3 },
        clockOffsetMs: 77,
        settledAt: cancelledAt,
      };

      await store.timers.change(timer, (current) => ({
        change: changeOf(current!.timer, { update: [changed] }),
        reply: null,
      }));

      expect(await readExecution(store, retrying)).toEqual(changed);
      expect((await store.executions.read('default', retrying.id))!.attempts).toHaveLength(1);
    });

    it('stamps what runs and leaves it running', async () => {
      const store = await setup();
      const timer = makeTimer();
      const running = await createRunning(store, timer);

      await store.timers.change(timer, cancelDecision);

      expect(await readExecution(store, running)).toEqual({ ...running, final: true });
    });

    it('withdraws, updates and inserts at once', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);
      const at = (ms: number) => makeExecution({ ...timer, next: dueIn(ms) });
      const [gone, stays, updated, fresh] = [at(1), at(2), at(3), at(4)];
      const write = (parts: Partial<Change>) =>
        store.timers.change(timer, (current) => ({ change: changeOf(current!.timer, parts), reply: null }));
      await write({ insert: [gone, stays, updated] });

      await write({ withdraw: [gone.id], update: [{ ...updated, held: true }], insert: [fresh] });

      expect(await store.executions.read('default', gone.id)).toBeNull();
      expect(await readExecution(store, stays)).toEqual(stays);
      expect(await readExecution(store, updated)).toEqual({ ...updated, held: true });
      expect(await readExecution(store, fresh)).toEqual(fresh);
    });

    it('inserts executions and leaves those alone whose id exists', async () => {
      const store = await setup();
      const timer = makeTimer();
      const running = await createRunning(store, timer);
      const fresh = makeExecution(
        { ...timer, next: { scheduledFor: baseTime, dueAt: baseTime } },
        { holder: null },
      );

      await store.timers.change(timer, (current) => ({
        change: changeOf(current!.timer, { insert: [makeExecution(timer, { claim: 9 }), fresh] }),
        reply: null,
      }));

      expect(await readExecution(store, running)).toEqual(running);
      expect(await readExecution(store, fresh)).toEqual(fresh);
    });

    it('inserts nothing when all of it is there', async () => {
      const store = await setup();
      const timer = makeTimer();
      const running = await createRunning(store, timer);

      await store.timers.change(timer, (current) => ({
        change: changeOf(current!.timer, { insert: [makeExecution(timer)] }),
        reply: null,
      }));

      expect(await readExecution(store, running)).toEqual(running);
      expect((await readTimer(store, timer)).generation).toBe(2);
    });

    it('may withdraw an execution and insert it anew under its new generation', async () => {
      const store = await setup();
      const timer = makeTimer();
      const claimed = await createClaimed(store, timer);
      const anew = { ...claimed, generation: 2, holder: null };

      await store.timers.change(timer, (current) => ({
        change: changeOf(current!.timer, { withdraw: [claimed.id], insert: [anew] }),
        reply: null,
      }));

      expect(await readExecution(store, claimed)).toEqual(anew);
    });

    it('keeps the definition that it replaces', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);
      const replacement = makeDefinition({ version: 2 });

      await store.timers.change(timer, () => ({
        change: changeOf({ ...timer, definition: replacement }, { retire: timer.definition }),
        reply: null,
      }));

      const refs = [1, 2].map((version) => ({
        namespace: timer.namespace,
        id: timer.id,
        uid: timer.uid,
        version,
      }));
      const found = await store.delivery.definitions(refs);
      expect([...found.values()]).toEqual([timer.definition, replacement]);
    });

    it('replaces a closed timer by one of another uid, whose executions are its own', async () => {
      const store = await setup();
      const old = makeTimer({ id: 'x' });
      const running = await createRunning(store, old);
      await store.timers.change(old, cancelDecision);
      const anew = makeTimer({ id: 'x' });

      await store.timers.change(old, () => ({
        change: changeOf(anew, { timer: anew, retire: old.definition }),
        reply: null,
      }));

      const seen = await store.timers.change(old, (current) => ({ change: null, reply: current! }));
      expect(seen).toEqual({ timer: anew, open: [], lastStartedFor: null });
      const ref = { namespace: old.namespace, id: old.id, uid: old.uid, version: 1 };
      expect([...(await store.delivery.definitions([ref])).values()]).toEqual([old.definition]);
      expect(await readExecution(store, running)).toMatchObject({ state: 'running', uid: old.uid });
    });
  });
}
