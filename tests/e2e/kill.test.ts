/**
 * kill -9 of each part in turn while 200 timers a second fall due, counted at the receiver. Nothing may be missing,
 * nothing early, nothing called twice except where a worker died between a call and its record.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaderOf } from '../support/schedulers.js';
import { startTestStack, type Stack } from '../support/stack.js';
import { quantile, TimerLoad, type Account } from '../support/timer-load.js';

interface Row {
  part: string;
  due: number;
  missing: number;
  early: number;
  doubled: number;
  p50: number;
  p99: number;
  longest: number;
}

describe('kill -9 while 200 timers a second fall due', { timeout: 180_000 }, () => {
  let stack: Stack;
  const table: Row[] = [];
  beforeAll(async () => {
    stack = await startTestStack({ apis: 2, schedulers: 2, workers: 2, zookeepers: 1 });
  }, 180_000);
  afterAll(async () => {
    console.table(table);
    await stack?.stop();
  }, 60_000);

  const partOf =
    (id: string): (() => Promise<string>) =>
    () =>
      Promise.resolve(id);
  const cases: [string, () => Promise<string>][] = [
    ['nothing', partOf('')],
    ['an API', partOf('api-1')],
    ['the active scheduler', () => leaderOf(stack)],
    ['a worker', partOf('worker-1')],
    ['RabbitMQ', partOf('rabbitmq-1')],
    ['MongoDB', partOf('mongodb-1')],
    ['ZooKeeper', partOf('zookeeper-1')],
  ];

  it.each(cases)('loses, hurries and doubles nothing when %s is killed', async (name, choose) => {
    const urls = stack
      .parts()
      .filter(({ role }) => role === 'api')
      .map(({ url }) => url!);
    const load = await TimerLoad.open({
      urls,
      perSecond: 200,
      seconds: 12,
      aheadMs: 3_000,
      answerMs: 10,
      batch: 20,
    });
    const before = pids(stack);
    const created = load.create();
    await pause(6_000);
    const victim = await choose();
    const killedAt = Date.now();
    if (victim) {
      const replaced = stack.replaced(victim);
      await stack.kill(victim, 'SIGKILL');
      await replaced;
    }
    await created;
    await load.settled(90_000);
    // What is doubled may come after the last first call: let one lease and one look go by.
    await pause(6_000);
    const account = load.account();
    await load.close();
    table.push(rowOf(name, account));

    expect(account.acknowledged).toBe(2_400);
    expect(account.missing).toEqual([]);
    expect(account.early).toEqual([]);
    const unexplained = [...account.doubled.values()].filter(
      ([first]) => !(victim === 'worker-1' && Math.abs(first!.at - killedAt) < 2_000),
    );
    expect(unexplained).toEqual([]);
    const after = pids(stack);
    for (const [id, pid] of before) {
      if (id === victim) expect(after.get(id)).not.toBe(pid);
      else expect([id, after.get(id)]).toEqual([id, pid]);
    }
  });
});

function pids(stack: Stack): Map<string, number | null> {
  return new Map(stack.parts().map(({ id, pid }) => [id, pid]));
}

function rowOf(part: string, { acknowledged, missing, early, doubled, lateness }: Account): Row {
  return {
    part,
    due: acknowledged,
    missing: missing.length,
    early: early.length,
    doubled: doubled.size,
    p50: quantile(lateness, 0.5),
    p99: quantile(lateness, 0.99),
    longest: quantile(lateness, 1),
  };
}
