/** Contract of KeyStore: keys change under their version, together with the record of the change. */
import { describe, expect, it } from 'vitest';
import type { ApiKey } from '../../../shared/store/keys.js';
import type { Store } from '../../../shared/store/store.js';
import type { ChangeRecord } from '../../../shared/timers/change-record.js';
import { uuidV7 } from '../../../shared/base/ids.js';
import { baseTime, makeKey } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';

const most = 100;

export function keyContract(open: OpenStore): void {
  const setup = () => useStore(open);

  describe('keys', () => {
    it('are read as they were made, and those that are missing left out', async () => {
      const store = await setup();
      const keys = [
        makeKey({ description: 'for the till', expiresAt: baseTime + 9_000 }),
        makeKey({ id: idOf(2), role: 'admin', namespaces: ['*'], previous: { digest: 'old', until: 7 } }),
      ];

      for (const key of keys) expect(await create(store, key)).toBe(true);

      expect(sorted(await store.keys.read([idOf(1), idOf(2), idOf(3)]))).toEqual(keys);
      expect(await actionsOf(store)).toEqual(['create', 'create']);
    });

    it('may be made twice by the same call, and are one', async () => {
      const store = await setup();

      expect(await create(store, makeKey())).toBe(true);
      expect(await create(store, makeKey())).toBe(true);

      expect(await store.keys.list({ within: null, after: null, limit: 9 })).toHaveLength(1);
      expect(await actionsOf(store)).toEqual(['create']);
    });

    it('are not made where as many name one of the namespaces', async () => {
      const store = await setup();
      await create(store, makeKey({ namespaces: ['bank', 'shop'] }));
      await create(store, makeKey({ id: idOf(2), namespaces: ['shop'] }));
      const third = makeKey({ id: idOf(3), namespaces: ['shop', 'zoo'] });

      expect(await store.keys.create(third, { most: 2, record: recordOf('create') })).toBe(false);
      const other = { ...third, namespaces: ['bank'] };
      expect(await store.keys.create(other, { most: 2, record: recordOf('create') })).toBe(true);
    });

    it('are listed in the order of their ids, page by page', async () => {
      const store = await setup();
      for (const n of [3, 1, 2]) await create(store, makeKey({ id: idOf(n) }));

      const first = await store.keys.list({ within: null, after: null, limit: 2 });
      const second = await store.keys.list({ within: null, after: first[1]!.id, limit: 2 });

      expect([first, second].map((page) => page.map(({ id }) => id))).toEqual([
        [idOf(1), idOf(2)],
        [idOf(3)],
      ]);
    });

    it('are listed for whoever has all of their namespaces', async () => {
      const store = await setup();
      const all = [['shop'], ['bank', 'shop'], ['bank'], ['*']];
      for (const [n, namespaces] of all.entries()) await create(store, makeKey({ id: idOf(n), namespaces }));

      const seen = async (within: string[] | null) =>
        (await store.keys.list({ within, after: null, limit: 9 })).map(({ namespaces }) => namespaces);

      expect(await seen(['shop'])).toEqual([['shop']]);
      expect(await seen(['bank', 'shop'])).toEqual([['shop'], ['bank', 'shop'], ['bank']]);
      expect(await seen([])).toEqual([]);
      expect(await seen(null)).toEqual(all);
    });

    it('are replaced under their version only, but for their last use', async () => {
      const store = await setup();
      await create(store, makeKey());
      await store.keys.markUsed([{ id: idOf(1), at: baseTime + 5 }]);
      const rotated = makeKey({ digest: 'new', previous: { digest: 'digest', until: baseTime + 9 } });

      expect(await store.keys.replace(rotated, recordOf('rotate'))).toBe(true);
      expect(await store.keys.replace(makeKey({ digest: 'late' }), recordOf('rotate'))).toBe(false);

      expect(await store.keys.read([idOf(1)])).toEqual([
        { ...rotated, version: 2, lastUsedAt: baseTime + 5 },
      ]);
      expect(await actionsOf(store)).toEqual(['create', 'rotate']);
    });

    it('are removed under their version only', async () => {
      const store = await setup();
      await create(store, makeKey());
      const key = { id: idOf(1), version: 1 };

      expect(await store.keys.remove({ ...key, version: 2 }, recordOf('revoke'))).toBe(false);
      expect(await store.keys.remove(key, recordOf('revoke'))).toBe(true);
      expect(await store.keys.remove(key, recordOf('revoke'))).toBe(false);

      expect(await store.keys.read([idOf(1)])).toEqual([]);
      expect(await actionsOf(store)).toEqual(['create', 'revoke']);
    });

    it('are rotated by one of two that try at once', async () => {
      const store = await setup();
      await create(store, makeKey());

      const won = await Promise.all(
        ['a', 'b', 'c'].map((digest) => store.keys.replace(makeKey({ digest }), recordOf('rotate'))),
      );

      expect(won.filter(Boolean)).toHaveLength(1);
      const [key] = await store.keys.read([idOf(1)]);
      expect(key).toMatchObject({ version: 2, digest: ['a', 'b', 'c'][won.indexOf(true)] });
    });

    it('keep the latest use they were told of, and none where they are gone', async () => {
      const store = await setup();
      await create(store, makeKey());

      await store.keys.markUsed([
        { id: idOf(1), at: baseTime + 9 },
        { id: idOf(2), at: baseTime },
      ]);
      await store.keys.markUsed([{ id: idOf(1), at: baseTime + 3 }]);

      expect(await store.keys.read([idOf(1), idOf(2)])).toEqual([makeKey({ lastUsedAt: baseTime + 9 })]);
    });
  });
}

function idOf(n: number): string {
  return `car_${String(n).padStart(16, '0')}`;
}

function create(store: Store, key: ApiKey): Promise<boolean> {
  return store.keys.create(key, { most, record: recordOf('create') });
}

function recordOf(action: string): ChangeRecord {
  return {
    id: uuidV7(baseTime),
    namespace: 'shop',
    resource: 'key',
    resourceId: idOf(1),
    uid: null,
    generation: 1,
    at: baseTime,
    actor: 'someone',
    action,
    reason: null,
    changes: [],
    previous: null,
  };
}

async function actionsOf(store: Store): Promise<string[]> {
  const records = await store.changes.list({ namespace: 'shop', before: null, limit: 9 });
  return records.map(({ action }) => action).sort();
}

function sorted(keys: ApiKey[]): ApiKey[] {
  return keys.toSorted((a, b) => a.id.localeCompare(b.id));
}
