/** A planned restart of each part, one after the other, while timers fall due: nothing is lost and nobody else restarts. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestStack, type Stack } from '../support/stack.js';
import { TimerLoad } from '../support/timer-load.js';

describe('a planned restart while 50 timers a second fall due', { timeout: 120_000 }, () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startTestStack({ apis: 2, schedulers: 2, workers: 2 });
  }, 180_000);
  afterAll(async () => {
    await stack?.stop();
  }, 60_000);

  it.each(['api-1', 'scheduler-1', 'scheduler-2', 'worker-1', 'worker-2'])(
    'of %s loses and doubles nothing',
    async (id) => {
      const urls = stack
        .parts()
        .filter(({ role }) => role === 'api')
        .map(({ url }) => url!);
      const load = await TimerLoad.open({ urls, perSecond: 50, seconds: 6, aheadMs: 2_500, answerMs: 20 });
      const others = () =>
        stack
          .parts()
          .filter((part) => part.id !== id)
          .map(({ id: other, pid }) => [other, pid]);
      const before = others();
      const created = load.create();
      await pause(3_000);
      const replaced = stack.replaced(id);
      await stack.kill(id, 'SIGTERM');
      await replaced;
      await created;
      await load.settled(30_000);
      await pause(2_000);
      const { acknowledged, missing, early, doubled } = load.account();
      await load.close();
      expect({ acknowledged, missing, early, doubled: [...doubled.keys()] }).toEqual({
        acknowledged: 300,
        missing: [],
        early: [],
        doubled: [],
      });
      expect(others()).toEqual(before);
    },
  );
});
