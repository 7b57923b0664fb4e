/**
 * Schedulers that share a ring: one comes, one is killed, one is stopped while 200 timers a second fall due, counted at
 * the receiver. Nothing may be missing, early or called twice, and only what a killed one held may be late.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followerOf, leaderOf, ringSettles, schedulersOf } from '../support/schedulers.js';
import { startTestStack, type Stack } from '../support/stack.js';
import { quantile, TimerLoad, type Account } from '../support/timer-load.js';

describe('four schedulers that share a ring', { timeout: 180_000 }, () => {
  let stack: Stack;
  let shape = 'shared';
  const table: object[] = [];
  beforeAll(async () => {
    stack = await startTestStack({
      apis: 1,
      schedulers: 5,
      workers: 2,
      environment: () => ({ CARILLON_RING: shape }),
    });
    // The fifth one is the newcomer of the tests: it is down until they start it.
    await end('scheduler-5', 'SIGTERM');
    await ringSettles(stack, 4);
  }, 240_000);
  afterAll(async () => {
    console.table(table);
    await stack?.stop();
  }, 60_000);

  const cases: [string, number, () => Promise<unknown>][] = [
    ['nothing happens', 4, () => Promise.resolve()],
    ['one is added', 5, async () => stack.restarts(true, 'scheduler-5')],
    ['one is stopped', 4, () => end('scheduler-5', 'SIGTERM')],
    ['all become a leader and its standbys', 4, () => changeTo('leader')],
    ['all share again', 4, () => changeTo('shared')],
    ['a follower is killed', 3, async () => end(await followerOf(stack), 'SIGKILL')],
    ['the leader is killed', 2, async () => end(await leaderOf(stack), 'SIGKILL')],
  ];

  it.each(cases)('lose, hurry and double nothing when %s', async (name, left, act) => {
    const urls = stack.parts().flatMap(({ role, url }) => (role === 'api' ? [url!] : []));
    const load = await TimerLoad.open({ urls, perSecond: 200, seconds: 16, aheadMs: 3_000, batch: 20 });
    const created = load.create();
    await pause(5_000);
    await act();
    await created;
    await load.settled(60_000);
    await ringSettles(stack, left);
    const account = load.account();
    await load.close();
    table.push(rowOf(name, account));

    expect(account.acknowledged).toBe(3_200);
    expect(account.missing).toEqual([]);
    expect(account.early).toEqual([]);
    expect([...account.doubled]).toEqual([]);
  });

  async function end(id: string, signal: NodeJS.Signals): Promise<void> {
    stack.restarts(false, id);
    await stack.kill(id, signal);
  }

  /** Restarts all that run, one after another. */
  async function changeTo(next: string): Promise<void> {
    shape = next;
    for (const id of schedulersOf(stack).slice(0, 4)) {
      const replaced = stack.replaced(id);
      await stack.kill(id, 'SIGTERM');
      await replaced;
    }
  }
});

function rowOf(what: string, { acknowledged, missing, early, doubled, lateness }: Account): object {
  return {
    what,
    due: acknowledged,
    missing: missing.length,
    early: early.length,
    doubled: doubled.size,
    p50: quantile(lateness, 0.5),
    p99: quantile(lateness, 0.99),
    longest: quantile(lateness, 1),
  };
}
