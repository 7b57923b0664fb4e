import { expect, it } from 'vitest';
import { CarillonError } from '../../../../shared/base/errors.js';
import { openSqliteStore } from '../../../../shared/store/sqlite/sqlite-store.js';
import { timedStore } from '../../../../shared/store/timed-store.js';
import { makeTimer } from '../../../support/factories.js';
import { ManualClock } from '../../../support/manual-clock.js';

async function setup() {
  const counts = new Map<string, number>();
  const onCall = (call: string) => counts.set(call, (counts.get(call) ?? 0) + 1);
  const opened = await openSqliteStore({ path: ':memory:' });
  const store = timedStore(opened, { clock: new ManualClock(), onCall });
  const count = (call: string) => counts.get(call) ?? 0;
  return { store, count };
}

it('counts each call of a store under its port and name, and answers what the store answers', async () => {
  const { store, count } = await setup();
  const timer = makeTimer();
  expect(await store.timers.create([timer])).toEqual([null]);
  expect(await store.timers.read(timer)).toMatchObject({ uid: timer.uid });
  expect(await store.timers.read(timer)).toMatchObject({ uid: timer.uid });
  expect(count('timers.create')).toBe(1);
  expect(count('timers.read')).toBe(2);
  expect(count('timers.list')).toBe(0);
});

it('counts a call that fails, and lets the failure through', async () => {
  const { store, count } = await setup();
  await store.close();
  await expect(store.timers.create([makeTimer()])).rejects.toThrow(CarillonError);
  expect(count('timers.create')).toBe(1);
});

it('is no promise, and has no part that the store has not', async () => {
  const { store } = await setup();
  expect(await Promise.resolve(store)).toBe(store);
  expect('nothing' in store.timers).toBe(false);
  expect((store.timers as unknown as Record<string, unknown>)['nothing']).toBeUndefined();
});
