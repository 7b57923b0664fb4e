/** Contract of ChangeStore: a change and what is kept of it are one, and what is kept is found again, in order. */
import { describe, expect, it } from 'vitest';
import { firstIdAt, keptChanges, trimEvery } from '../../../shared/store/changes.js';
import type { ChangeQuery } from '../../../shared/store/changes.js';
import type { Store } from '../../../shared/store/store.js';
import type { ChangeRecord } from '../../../shared/timers/change-record.js';
import { uuidV7 } from '../../../shared/base/ids.js';
import type { Timer } from '../../../shared/timers/timer.js';
import { baseTime, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import { changeOf, readTimer } from './steps.js';

export function changeRecordContract(open: OpenStore): void {
  const setup = () => useStore(open);

  describe('the record of changes', () => {
    it('keeps what a change of a timer says of itself', async () => {
      const store = await setup();
      const timer = makeTimer({ tags: ['a'], metadata: { b: 'c' } });
      await store.timers.create([timer]);
      const { uid, createdAt, definition, tags, metadata } = timer;
      const record = recordOf(timer, {
        reason: 'why',
        changes: [{ field: '/tags', before: ['a'], after: null }, { field: '/x' }],
        previous: { uid, createdAt, definition, tags, metadata },
      });

      await store.timers.change(timer, () => ({ change: changeOf(timer), record, reply: null }));

      expect(await list(store)).toEqual([record]);
    });

    it('keeps nothing of what was not changed', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);

      await store.timers.change(timer, () => ({ change: null, record: recordOf(timer), reply: null }));
      await store.timers.change(timer, () => ({ change: changeOf(timer), reply: null }));

      expect(await list(store)).toEqual([]);
    });

    it('changes nothing where the record cannot be kept', async () => {
      const store = await setup();
      const [timer, other] = [makeTimer(), makeTimer()];
      await store.timers.create([timer, other]);
      const record = recordOf(timer);
      await store.timers.change(timer, () => ({ change: changeOf(timer), record, reply: null }));

      const change = store.timers.change(other, () => ({ change: changeOf(other), record, reply: null }));

      await expect(change).rejects.toThrow();
      expect(await readTimer(store, other)).toEqual(other);
    });

    it('tells of a document what was written, and of nothing else', async () => {
      const store = await setup();
      const record = recordOf(makeTimer(), { resource: 'settings', resourceId: 'settings', uid: null });
      const write = (expected: number, told: ChangeRecord) =>
        store.documents.write('settings', { a: 1 }, { expected, record: told });

      expect(await write(0, record)).toBe(1);
      expect(await write(0, recordOf(makeTimer()))).toBeNull();

      expect(await list(store)).toEqual([record]);
      expect(await store.documents.read('settings')).toMatchObject({ version: 1, value: { a: 1 } });
    });

    it('is read from the newest on, page by page, by namespace', async () => {
      const store = await setup();
      const records = await keep(store, [{}, {}, { namespace: 'other' }, {}]);
      const [first, second, , fourth] = records;

      const page = await list(store, { limit: 2 });
      expect(page).toEqual([fourth, second]);
      expect(await list(store, { limit: 2, before: page.at(-1)!.id })).toEqual([first]);
      expect(await list(store, { namespace: 'other' })).toEqual([records[2]]);
    });

    it('is found by what was changed, who changed it, and how', async () => {
      const store = await setup();
      const [cancel, pause, key] = await keep(store, [
        { action: 'cancel', actor: 'ann', resourceId: 'a' },
        { action: 'pause', actor: 'ben', resourceId: 'a' },
        { action: 'create', actor: 'ann', resource: 'key', resourceId: 'k' },
      ]);

      expect(await list(store, { resourceId: 'a', resource: 'timer' })).toEqual([pause, cancel]);
      expect(await list(store, { resourceId: 'a', actor: 'ann' })).toEqual([cancel]);
      expect(await list(store, { resource: 'key' })).toEqual([key]);
      expect(await list(store, { actor: 'ann' })).toEqual([key, cancel]);
      expect(await list(store, { action: 'pause' })).toEqual([pause]);
      expect(await list(store, { action: 'none' })).toEqual([]);
    });

    it('is found by time, from an instant on and before another', async () => {
      const store = await setup();
      const [first, second, third] = await keep(store, [{}, {}, {}]);

      expect(await list(store, { from: second!.at })).toEqual([third, second]);
      expect(await list(store, { until: second!.at })).toEqual([first]);
      expect(await list(store, { from: second!.at, until: third!.at })).toEqual([second]);
      expect(await list(store, { until: third!.at, before: second!.id })).toEqual([first]);
      expect(await list(store, { until: second!.at, before: third!.id })).toEqual([first]);
    });

    it('loses what is from before an instant, the oldest first, so many at a time', async () => {
      const store = await setup();
      const [, , third, fourth] = await keep(store, [{}, { namespace: 'other' }, {}, {}]);

      expect(await store.changes.removeBefore(third!.at, 1)).toBe(1);
      expect(await store.changes.removeBefore(third!.at, 5)).toBe(1);
      expect(await store.changes.removeBefore(third!.at, 5)).toBe(0);

      expect(await list(store)).toEqual([fourth, third]);
      expect(await list(store, { namespace: 'other' })).toEqual([]);
    });

    it(`keeps at least the last ${keptChanges} of one timer, and not many more`, async () => {
      const store = await setup();
      const last = keptChanges + trimEvery;
      const oldest = trimEvery + 1;

      await keep(store, [{ resourceId: 'other', generation: 1 }]);
      const records = [1, oldest - 1, oldest, last - 1].map((generation) => ({
        resourceId: 'x',
        generation,
      }));
      await keep(store, records);
      expect(await list(store, { resourceId: 'x' })).toHaveLength(records.length);
      await keep(store, [{ resourceId: 'x', generation: last, at: baseTime + 60_000 }]);

      const kept = await list(store, { resourceId: 'x' });
      expect(kept.map(({ generation }) => generation)).toEqual([last, last - 1, oldest]);
      expect(await list(store, { resourceId: 'other' })).toHaveLength(1);
    });
  });

  it('an instant begins where its first id does', () => {
    expect(uuidV7(baseTime) >= firstIdAt(baseTime)).toBe(true);
    expect(uuidV7(baseTime) < firstIdAt(baseTime + 1)).toBe(true);
  });
}

function list(store: Store, query: Partial<ChangeQuery> = {}): Promise<ChangeRecord[]> {
  return store.changes.list({ namespace: 'default', before: null, limit: 1_000, ...query });
}

function recordOf(timer: Timer, changes: Partial<ChangeRecord> = {}): ChangeRecord {
  const at = changes.at ?? baseTime;
  return {
    id: uuidV7(at),
    namespace: timer.namespace,
    resource: 'timer',
    resourceId: timer.id,
    uid: timer.uid,
    generation: timer.generation + 1,
    at,
    actor: 'tester',
    action: 'patch',
    reason: null,
    changes: [],
    previous: null,
    ...changes,
  };
}

/** Records of changes of one timer, a second apart. */
async function keep(store: Store, wanted: Partial<ChangeRecord>[]): Promise<ChangeRecord[]> {
  const timer = makeTimer();
  await store.timers.create([timer]);
  const records = wanted.map((changes, i) => recordOf(timer, { at: baseTime + i * 1_000, ...changes }));
  for (const record of records)
    await store.timers.change(timer, () => ({ change: changeOf(timer), record, reply: null }));
  return records;
}
