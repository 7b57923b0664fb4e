/** Contract of ScheduleStore.claim where a timer is claimed with several executions, or with records of what is left out. */
import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../shared/store/store.js';
import { claimTimer } from '../../../shared/timers/claim.js';
import type { Execution } from '../../../shared/timers/execution.js';
import type { Timer } from '../../../shared/timers/timer.js';
import { baseTime, dayMs, makeDefinition, makeExecution, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import {
  allShards,
  changeOf,
  checkAt,
  claimOf,
  claimerOf,
  createRunning,
  expireAt,
  readExecution,
  readTimer,
  settledAt,
} from './steps.js';

export function misfireContract(open: OpenStore): void {
  const setup = () => useStore(open);
  const dueIn = (ms: number) => ({ scheduledFor: baseTime + ms, dueAt: baseTime + ms });
  const executionAt = (timer: Timer, ms: number, changes: Partial<Execution> = {}) =>
    makeExecution({ ...timer, next: dueIn(ms) }, changes);
  const skipped: Partial<Execution> = {
    state: 'skipped',
    reason: 'too-late',
    holder: null,
    settledAt,
    wakeAt: expireAt,
  };

  describe('a claim of several executions', () => {
    it('makes all of them appear as they are, and counts each', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);
      const executions = [
        executionAt(timer, 1_000, { ...skipped, covers: { to: baseTime + 3_000, count: 3 } }),
        executionAt(timer, 4_000, { clockOffsetMs: 7 }),
        executionAt(timer, 5_000, { state: 'deferred', reason: 'catch-up', holder: null }),
      ];
      const claim: Claim = { timer, executions, next: dueIn(6_000), wakeAt: baseTime + 6_000 };

      expect(await store.schedule.claim([claim])).toEqual({ existed: new Set() });

      for (const execution of executions) expect(await readExecution(store, execution)).toEqual(execution);
      expect(await readTimer(store, timer)).toEqual({
        ...timer,
        next: dueIn(6_000),
        wakeAt: baseTime + 6_000,
        lastScheduledFor: baseTime + 5_000,
        runs: 2,
      });
    });

    it('counts nothing where all of it is left out', async () => {
      const store = await setup();
      const timer = makeTimer({ runs: 4, lastScheduledFor: baseTime });
      await store.timers.create([timer]);
      const record = executionAt(timer, 1_000, { ...skipped, covers: { to: baseTime + 3_000, count: 3 } });

      await store.schedule.claim([claimOf(timer, { executions: [record] })]);

      expect(await readTimer(store, timer)).toMatchObject({
        next: null,
        runs: 4,
        lastScheduledFor: baseTime,
      });
    });

    it('counts those alone that are new, and names the others', async () => {
      const store = await setup();
      const timer = makeTimer({ next: dueIn(1_000) });
      await store.timers.create([timer]);
      const there = [
        executionAt(timer, 1_000, skipped),
        executionAt(timer, 3_000, { state: 'running', attempt: 1 }),
      ];
      await store.timers.change(timer, () => ({
        change: changeOf(timer, { timer, insert: there }),
        reply: null,
      }));
      const executions = [1_000, 2_000, 3_000].map((ms) => executionAt(timer, ms));

      const answer = await store.schedule.claim([claimOf(timer, { executions })]);

      expect(answer).toEqual({ existed: new Set(there.map(({ id }) => id)) });
      for (const execution of there) expect(await readExecution(store, execution)).toEqual(execution);
      expect(await readExecution(store, executions[1]!)).toEqual(executions[1]);
      expect(await readTimer(store, timer)).toMatchObject({ runs: 1, lastScheduledFor: baseTime + 2_000 });
    });

    it('only moves the timer on where all of them exist', async () => {
      const store = await setup();
      const timer = makeTimer({ next: dueIn(1_000) });
      await store.timers.create([timer]);
      const executions = [1_000, 2_000].map((ms) => executionAt(timer, ms));
      await store.timers.change(timer, () => ({
        change: changeOf(timer, { timer, insert: executions }),
        reply: null,
      }));
      const claim = claimOf(timer, { executions, next: dueIn(9_000), wakeAt: baseTime + 9_000 });

      expect(await store.schedule.claim([claim])).toEqual({
        existed: new Set(executions.map(({ id }) => id)),
      });

      expect(await readTimer(store, timer)).toEqual({
        ...timer,
        next: dueIn(9_000),
        wakeAt: baseTime + 9_000,
      });
    });

    it('writes none of them when another timer of the batch conflicts', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);
      const executions = [1_000, 2_000].map((ms) => executionAt(timer, ms));

      expect(await store.schedule.claim([claimOf(timer, { executions }), claimOf(makeTimer())])).toBe(
        'conflict',
      );

      expect(await store.executions.list({ namespace: 'default', before: null, limit: 10 })).toEqual([]);
      expect(await readTimer(store, timer)).toEqual(timer);
    });

    it('takes a thousand of one timer', async () => {
      const store = await setup();
      const timer = makeTimer();
      await store.timers.create([timer]);
      const executions = Array.from({ length: 1_000 }, (_, i) => executionAt(timer, 1_000 + i));

      expect(await store.schedule.claim([claimOf(timer, { executions })])).toEqual({ existed: new Set() });

      expect(await readTimer(store, timer)).toMatchObject({
        runs: 1_000,
        lastScheduledFor: baseTime + 1_999,
      });
    });
  });

  describe('an outage of a day', () => {
    const now = baseTime + dayMs;
    const timerOf = (policy: 'skip' | 'all') =>
      makeTimer({
        next: dueIn(10_000),
        definition: makeDefinition({
          schedule: { kind: 'every', intervalMs: 10_000, anchor: baseTime },
          misfire: { policy, windowMs: 60_000, max: 3 },
        }),
      });

    it('is made up for by one of two schedulers, once', async () => {
      const store = await setup();
      const timer = timerOf('all');
      await store.timers.create([timer]);
      const claimBy = (holder: string): Claim => {
        const { executions, ...rest } = claimTimer(timer, { now, expireAt });
        return { timer, executions: executions.map((execution) => ({ ...execution, holder })), ...rest };
      };

      const answers = await Promise.all(
        ['s-1', 's-2'].map((holder) => store.schedule.claim([claimBy(holder)])),
      );

      expect(answers.filter((answer) => answer === 'conflict')).toHaveLength(1);
      const listed = await store.executions.list({ namespace: 'default', before: null, limit: 10 });
      expect(listed.map(({ state, reason, covers }) => [state, reason, covers?.count ?? null])).toEqual([
        ['deferred', 'catch-up', null],
        ['deferred', 'catch-up', null],
        ['claimed', null, null],
        ['skipped', 'over-max', 8_637],
      ]);
      expect(new Set(listed.map(({ holder }) => holder)).size).toBe(1);
      expect(await readTimer(store, timer)).toMatchObject({
        runs: 3,
        next: { scheduledFor: now + 10_000, dueAt: now + 10_000 },
        lastScheduledFor: now,
      });
    });

    it('is caught up one after the other, each claimed again for its own time', async () => {
      const store = await setup();
      const timer = timerOf('all');
      await store.timers.create([timer]);
      await store.schedule.claim([{ timer, ...claimTimer(timer, { now, expireAt }) }]);

      const due = await store.schedule.dueExecutions({ shards: allShards, before: now + 1_000, limit: 10 });
      const claimed = await store.schedule.reclaim(due, claimerOf('s-1'));

      expect(due.map(({ wakeAt }) => wakeAt - now)).toEqual([100, 200]);
      expect(claimed.map(({ callAt }) => callAt - now).sort()).toEqual([100, 200]);
    });

    it('that is left out to the last occurrence leaves a timer that closes', async () => {
      const store = await setup();
      const timer = makeTimer({
        next: dueIn(10_000),
        definition: makeDefinition({
          schedule: { kind: 'every', intervalMs: 10_000, anchor: baseTime, endAt: baseTime + 60_000 },
          misfire: { policy: 'skip', windowMs: 0, max: 1 },
        }),
      });
      await store.timers.create([timer]);
      await store.schedule.claim([{ timer, ...claimTimer(timer, { now, expireAt }) }]);
      const finished = await readTimer(store, timer);

      await store.schedule.closeFinished([finished], { now, checkAt, expireAt });

      expect(await readTimer(store, timer)).toMatchObject({ state: 'completed', runs: 0 });
    });
  });

  describe('an instant that ran before its timer was set back to it', () => {
    it('is not run again, though the claim brings a later one with it', async () => {
      const store = await setup();
      const timer = makeTimer();
      const running = await createRunning(store, timer);
      const setBack = { ...(await readTimer(store, timer)), next: timer.next, wakeAt: timer.wakeAt };
      await store.timers.change(timer, () => ({
        change: changeOf(setBack, { timer: setBack }),
        reply: null,
      }));
      const executions = [makeExecution(timer), executionAt(timer, 2_000)];

      expect(await store.schedule.claim([claimOf(setBack, { executions })])).toEqual({
        existed: new Set([running.id]),
      });

      expect(await readExecution(store, running)).toEqual(running);
      expect(await readTimer(store, timer)).toMatchObject({ runs: 2, lastScheduledFor: baseTime + 2_000 });
    });
  });
}
