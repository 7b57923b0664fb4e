/** Contract of DeliveryStore.settle for executions that a change or a newer one has stamped while they ran. */
import { describe, expect, it } from 'vitest';
import type { Execution } from '../../../shared/timers/execution.js';
import type { Verdict } from '../../../shared/timers/outcome.js';
import { never } from '../../../shared/timers/timer.js';
import { baseTime, makeExecution, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import {
  changeOf,
  expireAt,
  lostAttempt,
  readExecution,
  recordOf,
  settledAt,
  settlementOf,
} from './steps.js';

const retry = { state: 'retrying', at: baseTime + 3_000, reason: 'status 500' } as const;
const ended = { holder: null, settledAt, wakeAt: expireAt };

export function stampContract(open: OpenStore): void {
  const setup = async (stamps: Partial<Execution>) => {
    const store = await useStore(open);
    const timer = makeTimer();
    const running = makeExecution(timer, { state: 'running', attempt: 1, ...stamps });
    await store.timers.change(timer, () => ({
      change: changeOf(timer, { timer, insert: [running] }),
      reply: null,
    }));
    return { store, running };
  };

  describe('an attempt that was aborted', () => {
    it('ends its execution as aborted, with the reason, and leaves its record', async () => {
      const { store, running } = await setup({ abort: true });
      const verdict: Verdict = { state: 'aborted', reason: 'a newer one took its place' };
      const changes = { outcome: 'aborted', status: null, verdict } as const;

      await store.delivery.settle([settlementOf(running, changes)]);

      const found = await store.executions.read('default', running.id);
      expect(found).toMatchObject({ state: 'aborted', reason: verdict.reason, ...ended });
      expect(found!.attempts).toEqual([recordOf(running, changes)]);
    });
  });

  describe('instead of being tried again an execution', () => {
    const stamps: [string, Partial<Execution>, Partial<Execution>][] = [
      ['ends as aborted where it is to be aborted', { abort: true }, { state: 'aborted', ...ended }],
      ['ends as cancelled where it is final', { final: true }, { state: 'cancelled', ...ended }],
      ['ends as cancelled where it is both', { final: true, abort: true }, { state: 'cancelled', ...ended }],
      [
        'ends all the same where it is held too',
        { abort: true, held: true },
        { state: 'aborted', held: true, ...ended },
      ],
      [
        'waits for its release where it is held',
        { held: true },
        { state: 'retrying', held: true, callAt: retry.at, wakeAt: never, settledAt: null },
      ],
    ];

    it.each(stamps)('%s', async (_what, stamped, expected) => {
      const { store, running } = await setup(stamped);

      await store.delivery.settle([settlementOf(running, { outcome: 'failed', verdict: retry })]);

      expect(await readExecution(store, running)).toMatchObject({ ...expected, lost: 0 });
    });

    it.each(stamps)('%s, when the attempt is lost too', async (_what, stamped, expected) => {
      const { store, running } = await setup(stamped);

      await store.delivery.settle([settlementOf(running, { ...lostAttempt, verdict: retry })]);

      expect(await readExecution(store, running)).toMatchObject({ ...expected, lost: 1 });
    });
  });

  describe('whatever it is stamped with, an execution', () => {
    const all = { final: true, held: true, abort: true };

    it.each([
      [{ state: 'succeeded' }, { state: 'succeeded', reason: null }],
      [
        { state: 'failed', reason: 'status 404' },
        { state: 'failed', reason: 'status 404' },
      ],
    ] as const)('ends by the verdict $state', async (verdict, expected) => {
      const { store, running } = await setup(all);

      await store.delivery.settle([settlementOf(running, { verdict })]);

      expect(await readExecution(store, running)).toMatchObject({ ...expected, ...ended, ...all });
    });
  });

  describe('the time at which the attempt was made', () => {
    it('stays what it was where it is to be tried again and not held', async () => {
      const { store, running } = await setup({});

      await store.delivery.settle([settlementOf(running, { outcome: 'failed', verdict: retry })]);

      expect(await readExecution(store, running)).toMatchObject({ callAt: running.callAt, wakeAt: retry.at });
    });
  });
}
