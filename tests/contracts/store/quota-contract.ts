/** Contract of QuotaStore: tokens that are taken are gone for everybody, and come back by the store's own clock. */
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../shared/store/store.js';
import { eventually } from '../../support/eventually.js';
import { changeOf, makeTimers } from './steps.js';
import { useStore, type OpenStore } from './opened-store.js';

/** So slow that nothing comes back while a test runs. */
const slow = { perSecond: 1 / 86_400, burst: 10 };

export function quotaContract(open: OpenStore): void {
  const setup = () => useStore(open);

  describe('quotas', () => {
    it('give out what a bucket has, which is full at first, and no more', async () => {
      const store = await setup();

      expect(await take(store, 4)).toEqual({ granted: 4, level: expect.closeTo(6, 1) as number });
      expect(await take(store, 8)).toEqual({ granted: 6, level: expect.closeTo(0, 1) as number });
      expect(await take(store, 1)).toMatchObject({ granted: 0 });
    });

    it('take back what was not used, up to what a bucket holds', async () => {
      const store = await setup();
      await take(store, 5);

      await take(store, -3);
      expect((await take(store, 0)).level).toBeCloseTo(8, 1);
      await take(store, -30);
      expect((await take(store, 0)).level).toBeCloseTo(10, 1);
    });

    it('fill the bucket again, so many a second', async () => {
      const store = await setup();
      const ask = { namespace: 'shop', perSecond: 20, burst: 3 };
      await store.quotas.take([{ ...ask, want: 3 }]);

      await eventually('the bucket is full', async () => {
        const [grant] = await store.quotas.take([{ ...ask, want: 0 }]);
        return grant!.level === 3;
      });
    });

    it('keep the buckets of namespaces apart, and answer in order', async () => {
      const store = await setup();

      const grants = await store.quotas.take([
        { ...slow, namespace: 'shop', want: 10 },
        { ...slow, namespace: 'bank', want: 3 },
      ]);

      expect(grants.map(({ granted }) => granted)).toEqual([10, 3]);
      expect(await take(store, 1)).toMatchObject({ granted: 0 });
    });

    it('never give a token to two that ask at once', async () => {
      const store = await setup();

      const grants = await Promise.all(Array.from({ length: 8 }, () => take(store, 3)));

      expect(grants.reduce((sum, { granted }) => sum + granted, 0)).toBe(10);
    });

    it('count the timers of a namespace that are not closed, up to a limit', async () => {
      const store = await setup();
      const timers = makeTimers(6);
      await store.timers.create([...timers, { ...timers[0]!, namespace: 'other' }]);
      const [closed, paused] = timers;
      for (const [timer, state] of [
        [closed!, 'cancelled'],
        [paused!, 'paused'],
      ] as const)
        await store.timers.change(timer, () => ({
          change: changeOf(timer, { timer: { ...timer, state } }),
          reply: null,
        }));

      const { namespace } = timers[0]!;
      expect(await store.quotas.countOpen(namespace, 100)).toBe(5);
      expect(await store.quotas.countOpen(namespace, 3)).toBe(3);
      expect(await store.quotas.countOpen('nobody', 100)).toBe(0);
    });
  });
}

async function take(store: Store, want: number) {
  const [grant] = await store.quotas.take([{ ...slow, namespace: 'shop', want }]);
  return grant!;
}
