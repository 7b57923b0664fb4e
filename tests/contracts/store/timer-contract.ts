/** Contract of TimerStore but for `change`: create, read, list and count. */
import { describe, expect, it } from 'vitest';
import type { TimerQuery } from '../../../shared/store/queries.js';
import { baseTime, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import { makeTimers } from './steps.js';

export function timerContract(open: OpenStore): void {
  const setup = () => useStore(open);

  describe('timers', () => {
    it('reads back a timer as it was created', async () => {
      const store = await setup();
      const timer = makeTimer({
        tags: ['billing', 'eu'],
        metadata: { customer: 'c-1' },
        idempotencyKey: 'key-1',
        lastScheduledFor: baseTime,
        runs: 3,
        manualRuns: 2,
        busy: 'an execution',
        buffered: 'another one',
        state: 'paused',
        pause: { reason: 'night', until: baseTime + 9_000, since: baseTime },
      });

      expect(await store.timers.create([timer])).toEqual([null]);

      expect(await store.timers.read(timer)).toEqual(timer);
    });

    it('reads back a timer without next occurrence', async () => {
      const store = await setup();
      const timer = makeTimer({ next: null });

      await store.timers.create([timer]);

      expect(await store.timers.read(timer)).toEqual(timer);
    });

    it('answers null for a timer that is not there, or only in another namespace', async () => {
      const store = await setup();
      await store.timers.create([makeTimer({ namespace: 'a', id: 'x' })]);

      expect(await store.timers.read({ namespace: 'b', id: 'x' })).toBeNull();
    });

    it('leaves a timer that is there alone and answers it', async () => {
      const store = await setup();
      const first = makeTimer({ id: 'x' });
      const second = makeTimer({ id: 'x', digest: 'other' });
      const fresh = makeTimer({ id: 'y' });
      await store.timers.create([first]);

      expect(await store.timers.create([second, fresh])).toEqual([first, null]);

      expect(await store.timers.read(first)).toEqual(first);
      expect(await store.timers.read(fresh)).toEqual(fresh);
    });

    it('creates the first of two equal ids in one batch and answers it to the second', async () => {
      const store = await setup();
      const first = makeTimer({ id: 'x' });
      const second = makeTimer({ id: 'x' });

      expect(await store.timers.create([first, second])).toEqual([null, first]);
    });

    it('creates one of many concurrent timers of one id', async () => {
      const store = await setup();
      const contenders = Array.from({ length: 8 }, () => makeTimer({ id: 'x' }));

      const answers = await Promise.all(contenders.map((timer) => store.timers.create([timer])));

      const created = contenders.filter((_, i) => answers[i]![0] === null);
      expect(created).toHaveLength(1);
      expect(answers.flat().filter((answer) => answer !== null)).toEqual(Array(7).fill(created[0]));
    });

    it('creates a thousand at once', async () => {
      const store = await setup();

      const answers = await store.timers.create(makeTimers(1_000));

      expect(answers).toEqual(Array(1_000).fill(null));
      expect((await store.timers.counts()).active).toBe(1_000);
    });

    it('takes an empty batch', async () => {
      const store = await setup();

      expect(await store.timers.create([])).toEqual([]);
    });

    it('counts timers of all namespaces by state', async () => {
      const store = await setup();
      await store.timers.create([
        makeTimer(),
        makeTimer({ namespace: 'other' }),
        makeTimer({ state: 'completed', next: null }),
      ]);

      expect(await store.timers.counts()).toEqual({ active: 2, paused: 0, completed: 1, cancelled: 0 });
    });
  });

  describe('listing timers', () => {
    const all: TimerQuery = { namespace: 'default', after: null, limit: 100 };
    const dueIn = (ms: number) => ({ scheduledFor: baseTime + ms, dueAt: baseTime + ms });
    const ids = (timers: { id: string }[]) => timers.map((timer) => timer.id);

    it('goes through them page by page in the order of their ids', async () => {
      const store = await setup();
      await store.timers.create([
        ...makeTimers(5).reverse(),
        makeTimer({ namespace: 'other', id: 't-0002' }),
      ]);

      const first = await store.timers.list({ ...all, limit: 2 });
      const second = await store.timers.list({ ...all, limit: 2, after: { id: 't-0001', at: 0 } });
      const third = await store.timers.list({ ...all, limit: 2, after: { id: 't-0003', at: 0 } });

      expect([first, second, third].map(ids)).toEqual([
        ['t-0000', 't-0001'],
        ['t-0002', 't-0003'],
        ['t-0004'],
      ]);
    });

    it('orders ids by their code points, capitals first', async () => {
      const store = await setup();
      await store.timers.create(['b', 'B', '_', 'a', '-', '1'].map((id) => makeTimer({ id })));

      expect(ids(await store.timers.list(all))).toEqual(['-', '1', 'B', '_', 'a', 'b']);
    });

    it('filters by state', async () => {
      const store = await setup();
      await store.timers.create([makeTimer({ id: 'a' }), makeTimer({ id: 'p', state: 'paused' })]);

      expect(ids(await store.timers.list({ ...all, state: 'paused' }))).toEqual(['p']);
    });

    it('filters by tag, one of several, in this namespace only', async () => {
      const store = await setup();
      await store.timers.create([
        makeTimer({ id: 'a', tags: ['x', 'y'] }),
        makeTimer({ id: 'b', tags: ['xy'] }),
        makeTimer({ id: 'c', tags: ['y'] }),
        makeTimer({ id: 'd', namespace: 'other', tags: ['y'] }),
      ]);

      expect(ids(await store.timers.list({ ...all, tag: 'y' }))).toEqual(['a', 'c']);
    });

    it('follows the tags of a changed timer', async () => {
      const store = await setup();
      const timer = makeTimer({ id: 'a', tags: ['old'] });
      await store.timers.create([timer]);

      await store.timers.change(timer, () => ({
        change: {
          timer: { ...timer, generation: 2, tags: ['new'] },
          retire: null,
          insert: [],
          update: [],
          withdraw: [],
          expireAt: baseTime,
        },
        reply: null,
      }));

      expect(ids(await store.timers.list({ ...all, tag: 'old' }))).toEqual([]);
      expect(ids(await store.timers.list({ ...all, tag: 'new' }))).toEqual(['a']);
    });

    it('filters by the beginning of the id, taken literally', async () => {
      const store = await setup();
      await store.timers.create(['a_1', 'aX1', 'a_2', 'ba_1', 'A_1'].map((id) => makeTimer({ id })));

      expect(ids(await store.timers.list({ ...all, idPrefix: 'a_' }))).toEqual(['a_1', 'a_2']);
      expect(ids(await store.timers.list({ ...all, idPrefix: 'a_', after: { id: 'a_1', at: 0 } }))).toEqual([
        'a_2',
      ]);
    });

    it('filters by the next due time, both bounds exclusive', async () => {
      const store = await setup();
      await store.timers.create([
        makeTimer({ id: 'a', next: dueIn(1_000) }),
        makeTimer({ id: 'b', next: dueIn(2_000) }),
        makeTimer({ id: 'c', next: dueIn(3_000) }),
        makeTimer({ id: 'd', next: null }),
      ]);

      expect(ids(await store.timers.list({ ...all, dueBefore: baseTime + 2_000 }))).toEqual(['a']);
      expect(ids(await store.timers.list({ ...all, dueAfter: baseTime + 2_000 }))).toEqual(['c']);
      const between = { dueAfter: baseTime + 1_000, dueBefore: baseTime + 3_000 };
      expect(ids(await store.timers.list({ ...all, ...between }))).toEqual(['b']);
    });

    it('joins filters by and', async () => {
      const store = await setup();
      await store.timers.create([
        makeTimer({ id: 'a', tags: ['x'] }),
        makeTimer({ id: 'b', tags: ['x'], state: 'paused' }),
        makeTimer({ id: 'c', state: 'paused' }),
      ]);

      expect(ids(await store.timers.list({ ...all, tag: 'x', state: 'paused' }))).toEqual(['b']);
    });
  });
}
