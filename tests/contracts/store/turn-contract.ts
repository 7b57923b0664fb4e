/** Contract of DeliveryStore.settle where executions of a timer must not run side by side: who has the turn next. */
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../shared/store/store.js';
import type { Execution } from '../../../shared/timers/execution.js';
import { never, type Timer } from '../../../shared/timers/timer.js';
import { baseTime } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import { checkAt, lostAttempt, readTimer, recheckAt, settlementOf, wonBy } from './steps.js';
import { createTurns, limiting, refusedTo, type Limiting } from './turns.js';

const running: Partial<Execution> = { state: 'running', holder: 'worker-1~aaaa', attempt: 1 };
const waits: Partial<Execution> = { state: 'deferred', reason: 'overlap', holder: null, wakeAt: recheckAt };
const held: Partial<Execution> = { ...waits, held: true, callAt: recheckAt, wakeAt: never };
const retry = { state: 'retrying', at: baseTime + 3_000, reason: 'status 500' } as const;

export function turnContract(open: OpenStore): void {
  const setup = async () => useStore(open);
  /** The first one runs and has the turn; `buffered` is the place of the one that the timer names. */
  const setupTurn = async (
    store: Store,
    others: Partial<Execution>[],
    { buffered = null, policy = 'bufferAll' }: { buffered?: number | null; policy?: Limiting } = {},
  ) => {
    const turns = await createTurns(store, policy, { executions: [running, ...others] });
    const idAt = (place: number | null) => (place === null ? null : turns.executions[place]!.id);
    await turns.change({ busy: idAt(0), buffered: idAt(buffered) });
    return turns;
  };

  describe('when the one that has the turn ends', () => {
    it('the one that is buffered is next, due at once', async () => {
      const turns = await setupTurn(await setup(), [waits, waits], { buffered: 2, policy: 'bufferOne' });
      const [first, older, buffered] = turns.executions;

      expect(await turns.settle(first!)).toEqual(new Set([turns.timer.shard]));

      expect(await turns.turn()).toEqual({ busy: 2, buffered: null });
      expect(await turns.now(buffered!)).toEqual({ ...buffered, wakeAt: buffered!.dueAt });
      expect(await turns.now(older!)).toEqual(older);
    });

    it('else the oldest that waits is next', async () => {
      const turns = await setupTurn(await setup(), [
        { ...waits, reason: 'host-busy' },
        waits,
        { state: 'claimed' },
        waits,
      ]);
      const [first, putOff, oldest, , youngest] = turns.executions;

      expect(await turns.settle(first!)).toEqual(new Set([turns.timer.shard]));

      expect(await turns.turn()).toEqual({ busy: 2, buffered: null });
      expect((await turns.now(oldest!)).wakeAt).toBe(oldest!.dueAt);
      expect(await turns.now(putOff!)).toEqual(putOff);
      expect(await turns.now(youngest!)).toEqual(youngest);
    });

    it('else nobody is', async () => {
      const turns = await setupTurn(await setup(), [{ state: 'claimed' }]);

      expect(await turns.settle(turns.executions[0]!)).toEqual(new Set());

      expect(await turns.turn()).toEqual({ busy: null, buffered: null });
    });

    it('whoever is buffered no more is passed over', async () => {
      const turns = await setupTurn(await setup(), [{ state: 'skipped' }, waits], { buffered: 1 });

      await turns.settle(turns.executions[0]!);

      expect(await turns.turn()).toEqual({ busy: 2, buffered: null });
    });

    it('the next one wins its start, and keeps the others out until then', async () => {
      const turns = await setupTurn(await setup(), [waits, {}]);
      const [first, next, newcomer] = turns.executions;
      await turns.settle(first!);

      expect(await turns.start(newcomer!)).toEqual(refusedTo(newcomer!));
      expect(await turns.start(await turns.reclaim(next!))).toEqual(wonBy(next!));

      expect(await turns.turn()).toEqual({ busy: 1, buffered: null });
    });

    it('a next one that is claimed again already is left as it is', async () => {
      const turns = await setupTurn(await setup(), [waits], { buffered: 1, policy: 'bufferOne' });
      const claimed = await turns.reclaim(turns.executions[1]!);

      expect(await turns.settle(turns.executions[0]!)).toEqual(new Set());

      expect(await turns.now(claimed)).toEqual(claimed);
      expect(await turns.start(claimed)).toEqual(wonBy(claimed));
    });

    it('a next one that waits for something else too goes no earlier than that', async () => {
      const putOff = { ...waits, reason: 'host-busy', wakeAt: baseTime + 9_000 };
      const turns = await setupTurn(await setup(), [putOff], { buffered: 1, policy: 'bufferOne' });

      expect(await turns.settle(turns.executions[0]!)).toEqual(new Set());

      expect(await turns.turn()).toEqual({ busy: 1, buffered: null });
      expect((await turns.now(turns.executions[1]!)).wakeAt).toBe(baseTime + 9_000);
    });

    it.each(['buffered', 'the oldest'])(
      '%s waits on where it is held, and is due once released',
      async (who) => {
        const turns = await setupTurn(await setup(), [held], { buffered: who === 'buffered' ? 1 : null });
        const [first, next] = turns.executions;

        expect(await turns.settle(first!)).toEqual(new Set());

        expect(await turns.turn()).toEqual({ busy: 1, buffered: null });
        expect(await turns.now(next!)).toEqual({ ...next, callAt: next!.dueAt });
      },
    );

    it('a lost attempt that is not repeated ends it too', async () => {
      const turns = await setupTurn(await setup(), [waits]);
      const verdict = { state: 'failed', reason: 'worker gone' } as const;

      await turns.settle(turns.executions[0]!, { ...lostAttempt, verdict });

      expect(await turns.turn()).toEqual({ busy: 1, buffered: null });
    });

    it('one that was to be stopped ends instead of being repeated, and the next one is due', async () => {
      const turns = await setupTurn(await setup(), [waits], { buffered: 1, policy: 'cancelOther' });
      const [first, next] = turns.executions;
      await turns.change({}, [{ ...first!, abort: true }]);

      expect(await turns.settle(first!, { outcome: 'failed', verdict: retry })).toEqual(
        new Set([turns.timer.shard]),
      );

      expect((await turns.now(first!)).state).toBe('aborted');
      expect((await turns.now(next!)).wakeAt).toBe(next!.dueAt);
    });

    it('those of several timers in one batch are passed on each', async () => {
      const store = await setup();
      const all = await Promise.all([1, 2, 3].map(() => setupTurn(store, [waits])));
      const settlements = all.map(({ executions }) => ({ ...settlementOf(executions[0]!), overlap: true }));

      expect(await store.delivery.settle(settlements)).toEqual(new Set(all.map(({ timer }) => timer.shard)));

      for (const { turn } of all) expect(await turn()).toEqual({ busy: 1, buffered: null });
    });
  });

  describe('the turn stays where it is', () => {
    it.each([
      ['while the one that has it is to be tried again', { outcome: 'failed', verdict: retry }],
      ['while a lost attempt is to be repeated', lostAttempt],
    ] as const)('%s', async (_what, record) => {
      const turns = await setupTurn(await setup(), [waits], { buffered: 1 });

      expect(await turns.settle(turns.executions[0]!, record)).toEqual(new Set());

      expect(await turns.turn()).toEqual({ busy: 0, buffered: 1 });
      expect(await turns.now(turns.executions[1]!)).toEqual(turns.executions[1]);
    });

    it('when one ends that does not have it', async () => {
      const turns = await setupTurn(await setup(), [running, waits], { buffered: 2 });

      expect(await turns.settle(turns.executions[1]!)).toEqual(new Set());

      expect(await turns.turn()).toEqual({ busy: 0, buffered: 2 });
    });

    it('when a settle is repeated after it was passed on', async () => {
      const turns = await setupTurn(await setup(), [waits, waits]);
      const [first, next] = turns.executions;
      await turns.settle(first!);
      const claimed = await turns.reclaim(next!);

      await turns.settle(first!);

      expect(await turns.turn()).toEqual({ busy: 1, buffered: null });
      expect(await turns.now(next!)).toEqual(claimed);
    });

    it('when the execution that ends is of the uid that the timer had before', async () => {
      const store = await setup();
      const turns = await setupTurn(store, []);
      const anew: Timer = { ...turns.timer, uid: 'another', busy: turns.executions[0]!.id };
      await turns.change(anew);

      await turns.settle(turns.executions[0]!);

      expect(await readTimer(store, anew)).toMatchObject({ busy: anew.busy });
    });
  });

  describe('a settle that is repeated', () => {
    it('passes the turn on where an earlier one has only ended the execution', async () => {
      const store = await setup();
      const turns = await setupTurn(store, [waits]);
      const [first, next] = turns.executions;
      await turns.settle(first!);
      await turns.change({ busy: first!.id }, [next!]);

      expect(await turns.settle({ ...first!, attempt: 1 })).toEqual(new Set([turns.timer.shard]));

      expect(await turns.turn()).toEqual({ busy: 1, buffered: null });
      expect((await turns.now(next!)).wakeAt).toBe(next!.dueAt);
    });
  });

  describe.each(limiting)('a finished timer under %s', (policy) => {
    it('closes when the last of its executions has ended, those refused included', async () => {
      const store = await setup();
      const turns = await createTurns(store, policy, {
        executions: [{}, {}],
        timer: { next: null, wakeAt: checkAt },
      });
      const [first, second] = turns.executions;
      await turns.start(first!);
      await turns.start(second!);

      await turns.settle(first!);
      if (policy !== 'skip') {
        expect((await readTimer(store, turns.timer)).state).toBe('active');
        await turns.start(await turns.reclaim(second!));
        await turns.settle(second!);
      }

      expect(await readTimer(store, turns.timer)).toMatchObject({ state: 'completed', busy: null });
    });
  });

  describe('under bufferAll', () => {
    it('those that wait run one after the other, oldest first', async () => {
      const store = await setup();
      const turns = await createTurns(store, 'bufferAll', { executions: [{}, {}, {}, {}, {}] });
      const order: string[] = [];
      for (const execution of turns.executions) await turns.start(execution);

      while (order.length < turns.executions.length) {
        const { busy } = await turns.turn();
        const now = await turns.now(turns.executions[busy!]!);
        if (now.state === 'deferred') expect(await turns.start(await turns.reclaim(now))).toEqual(wonBy(now));
        order.push(now.id);
        await turns.settle(now);
      }

      expect(await turns.turn()).toEqual({ busy: null, buffered: null });
      expect(order).toEqual(turns.executions.map(({ id }) => id));
    });
  });
}
