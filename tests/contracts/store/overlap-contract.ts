/** Contract of DeliveryStore.start where executions of a timer must not run side by side: who is admitted, who is not. */
import { describe, expect, it } from 'vitest';
import type { Execution } from '../../../shared/timers/execution.js';
import { never } from '../../../shared/timers/timer.js';
import { baseTime } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import { expireAt, recheckAt, runnerOf, startedAt, startOf, wonBy } from './steps.js';
import { createTurns, limiting, refusedTo, type Cast, type Limiting } from './turns.js';

const running: Partial<Execution> = { state: 'running', holder: 'worker-9~zzzz', attempt: 1 };
const skipped = { state: 'skipped', reason: 'overlap', holder: null, settledAt: startedAt, wakeAt: expireAt };
const waiting = {
  state: 'deferred',
  reason: 'overlap',
  holder: null,
  wakeAt: recheckAt,
  deferrals: 0,
  attempt: 0,
  settledAt: null,
};

export function overlapContract(open: OpenStore): void {
  const setup = async (policy: Limiting, cast: Cast) => createTurns(await useStore(open), policy, cast);
  /** The first one has the turn, the others are claimed. */
  const setupBusy = async (policy: Limiting, { others = 1, first = running } = {}) => {
    const turns = await setup(policy, { executions: [first, ...Array<object>(others).fill({})] });
    await turns.change({ busy: turns.executions[0]!.id });
    return turns;
  };

  describe.each(limiting)('a start under %s', (policy) => {
    it('is won where nobody has the turn, and takes it', async () => {
      const { executions, start, now, turn } = await setup(policy, { executions: [{}] });

      expect(await start(executions[0]!)).toEqual(wonBy(executions[0]!));

      expect(await now(executions[0]!)).toMatchObject({ state: 'running', attempt: 1 });
      expect(await turn()).toEqual({ busy: 0, buffered: null });
    });

    it('is refused while another one runs, and answers so when it is repeated', async () => {
      const { executions, start, now, turn } = await setupBusy(policy);
      const second = executions[1]!;

      expect(await start(second)).toEqual(refusedTo(second));
      const [after, turnAfter] = [await now(second), await turn()];
      expect(await start(second)).toEqual(refusedTo(second));

      expect(after).toMatchObject(policy === 'skip' ? skipped : waiting);
      expect(turnAfter).toEqual({
        busy: 0,
        buffered: policy === 'bufferOne' || policy === 'cancelOther' ? 1 : null,
      });
      expect(await now(second)).toEqual(after);
      expect(await turn()).toEqual(turnAfter);
    });

    it('is won again by its own runner, and answers nobody else', async () => {
      const { executions, start, turn } = await setup(policy, { executions: [{}] });
      await start(executions[0]!);

      expect(await start(executions[0]!)).toEqual(wonBy(executions[0]!));
      expect(await start(executions[0]!, 'worker-2~bbbb')).toEqual(wonBy());

      expect(await turn()).toEqual({ busy: 0, buffered: null });
    });

    it.each(['succeeded', 'failed', 'aborted', 'cancelled', 'skipped'] as const)(
      'takes the turn over from one that has %s',
      async (state) => {
        const { executions, start, turn } = await setupBusy(policy, { first: { state, attempt: 1 } });

        expect(await start(executions[1]!)).toEqual(wonBy(executions[1]!));

        expect(await turn()).toEqual({ busy: 1, buffered: null });
      },
    );

    it('takes the turn over from one that is not there', async () => {
      const { executions, start, turn } = await setup(policy, {
        executions: [{}],
        timer: { busy: 'withdrawn' },
      });

      expect(await start(executions[0]!)).toEqual(wonBy(executions[0]!));

      expect(await turn()).toEqual({ busy: 0, buffered: null });
    });

    it('is won by the one that has the turn and never started', async () => {
      const { executions, start, now, turn } = await setupBusy(policy, { first: {} });

      expect(await start(executions[0]!)).toEqual(wonBy(executions[0]!));

      expect(await now(executions[0]!)).toMatchObject({ state: 'running', attempt: 1 });
      expect(await turn()).toEqual({ busy: 0, buffered: null });
    });

    it('that is void changes nothing, whoever has the turn', async () => {
      const { executions, start, now, turn } = await setupBusy(policy);
      const second = executions[1]!;

      expect(await start({ ...second, claim: 7 })).toEqual(wonBy());

      expect(await now(second)).toEqual(second);
      expect(await now(executions[0]!)).toEqual(executions[0]);
      expect(await turn()).toEqual({ busy: 0, buffered: null });
    });

    it('looks at its own timer only', async () => {
      const store = await useStore(open);
      const [busy, free] = [
        await createTurns(store, policy, { executions: [running, {}] }),
        await createTurns(store, policy, { executions: [{}] }),
      ];
      await busy.change({ busy: busy.executions[0]!.id });
      const [refused, won] = [busy.executions[1]!, free.executions[0]!];
      const starts = [refused, won].map((execution) => startOf(execution, { overlap: policy }));

      expect(await store.delivery.start(starts, runnerOf('w-1'))).toEqual({
        ...wonBy(won),
        refused: new Set([refused.id]),
      });
    });
  });

  describe.each(['skip', 'bufferOne', 'bufferAll'] as const)('a start under %s', (policy) => {
    it.each([
      ['is to be tried again', { state: 'retrying', attempt: 1 }],
      ['is held', { state: 'retrying', attempt: 1, held: true, wakeAt: never }],
      ['was put off', { state: 'deferred', reason: 'host-busy', deferrals: 1 }],
      ['has not started yet', { state: 'claimed' }],
      ['awaits its acknowledgement', { state: 'awaiting-ack', attempt: 1 }],
    ] as const)('is refused while the one that has the turn %s', async (_what, first) => {
      const { executions, start, now, turn } = await setupBusy(policy, { first });

      expect(await start(executions[1]!)).toEqual(refusedTo(executions[1]!));

      expect((await turn()).busy).toBe(0);
      expect(await now(executions[0]!)).toEqual(executions[0]);
    });
  });

  describe('a start that anything may run beside', () => {
    it('is won, and takes no turn', async () => {
      const store = await useStore(open);
      const { executions, start, turn, change } = await createTurns(store, 'allowAll', {
        executions: [running, {}],
      });
      await change({ busy: executions[0]!.id });

      expect(await start(executions[1]!)).toEqual(wonBy(executions[1]!));

      expect(await turn()).toEqual({ busy: 0, buffered: null });
    });
  });

  describe('the place behind the turn', () => {
    it('is for one under bufferOne: the first that came', async () => {
      const { executions, start, now, turn } = await setupBusy('bufferOne', { others: 2 });
      const [, second, third] = executions;
      await start(second!);

      expect(await start(third!)).toEqual(refusedTo(third!));

      expect(await now(third!)).toMatchObject(skipped);
      expect(await now(second!)).toMatchObject(waiting);
      expect(await turn()).toEqual({ busy: 0, buffered: 1 });
    });

    it.each(['withdrawn', 'ended'])('is free under bufferOne when who had it is %s', async (what) => {
      const turns = await setupBusy('bufferOne', { others: 2 });
      const [, second, third] = turns.executions;
      if (what === 'withdrawn') await turns.change({ buffered: 'withdrawn' });
      else await turns.change({ buffered: second!.id }, [{ ...second!, state: 'skipped' }]);

      expect(await turns.start(third!)).toEqual(refusedTo(third!));

      expect(await turns.now(third!)).toMatchObject(waiting);
      expect(await turns.turn()).toEqual({ busy: 0, buffered: 2 });
    });

    it.each(['bufferOne', 'bufferAll', 'cancelOther'] as const)(
      'is kept under %s by who asks again before its turn has come',
      async (policy) => {
        const turns = await setupBusy(policy);
        const [, second] = turns.executions;
        await turns.start(second!);
        const before = await turns.turn();
        const again = await turns.reclaim(second!);

        expect(await turns.start(again)).toEqual(refusedTo(second!));

        expect(await turns.now(second!)).toMatchObject({ ...waiting, claim: 2 });
        expect(await turns.turn()).toEqual(before);
      },
    );

    it.each(['bufferOne', 'cancelOther'] as const)(
      'is free under %s once who had it has the turn, though nobody passed it on',
      async (policy) => {
        const turns = await setupBusy(policy);
        const [first, second] = turns.executions;
        await turns.start(second!);
        await turns.change({}, [{ ...first!, state: 'cancelled' }]);

        expect(await turns.start(await turns.reclaim(second!))).toEqual(wonBy(second!));

        expect(await turns.turn()).toEqual({ busy: 1, buffered: null });
      },
    );

    it('has room for all under bufferAll', async () => {
      const { executions, start, now, turn } = await setupBusy('bufferAll', { others: 3 });

      for (const execution of executions.slice(1)) await start(execution);

      for (const execution of executions.slice(1)) expect(await now(execution)).toMatchObject(waiting);
      expect(await turn()).toEqual({ busy: 0, buffered: null });
    });

    it('is taken by a newer one under cancelOther, and the older one is skipped', async () => {
      const { executions, start, now, turn } = await setupBusy('cancelOther', { others: 2 });
      const [, second, third] = executions;
      await start(second!);

      expect(await start(third!)).toEqual(refusedTo(third!));

      expect(await now(second!)).toMatchObject(skipped);
      expect(await now(third!)).toMatchObject(waiting);
      expect(await turn()).toEqual({ busy: 0, buffered: 2 });
    });

    it('is not taken by an older one under cancelOther, which is skipped', async () => {
      const { executions, start, now, turn } = await setupBusy('cancelOther', { others: 2 });
      const [, second, third] = executions;
      await start(third!);

      expect(await start(second!)).toEqual(refusedTo(second!));

      expect(await now(second!)).toMatchObject(skipped);
      expect(await now(third!)).toMatchObject(waiting);
      expect(await turn()).toEqual({ busy: 0, buffered: 2 });
    });
  });

  describe('under cancelOther the one that has the turn', () => {
    it.each(['running', 'awaiting-ack'] as const)('is told to stop while it is %s', async (state) => {
      const { executions, start, now } = await setupBusy('cancelOther', { first: { ...running, state } });

      await start(executions[1]!);

      expect(await now(executions[0]!)).toEqual({ ...executions[0], abort: true });
    });

    it.each([
      ['is to be tried again', { state: 'retrying', attempt: 1 }],
      ['is held', { state: 'retrying', attempt: 1, held: true, wakeAt: never }],
      ['was put off', { state: 'deferred', reason: 'host-busy', deferrals: 1 }],
      ['is claimed', { state: 'claimed' }],
    ] as const)('ends at once where it %s, and the newer one runs', async (_what, first) => {
      const { executions, start, now, turn } = await setupBusy('cancelOther', { first });

      expect(await start(executions[1]!)).toEqual(wonBy(executions[1]!));

      expect(await now(executions[0]!)).toMatchObject({
        state: 'aborted',
        reason: 'overlap',
        holder: null,
        settledAt: startedAt,
        wakeAt: expireAt,
      });
      expect(await turn()).toEqual({ busy: 1, buffered: null });
    });

    it('goes on where an older one comes, which is skipped', async () => {
      const turns = await setup('cancelOther', { executions: [{}, running] });
      const [older, newer] = turns.executions;
      await turns.change({ busy: newer!.id });

      expect(await turns.start(older!)).toEqual(refusedTo(older!));

      expect(await turns.now(older!)).toMatchObject(skipped);
      expect(await turns.now(newer!)).toEqual(newer);
      expect(await turns.turn()).toEqual({ busy: 1, buffered: null });
    });
  });

  describe('executions to be stopped', () => {
    it('are told to who runs them', async () => {
      const store = await useStore(open);
      const abort = { ...running, abort: true };
      const { executions } = await createTurns(store, 'cancelOther', {
        executions: [
          { ...abort, holder: 'w-1' },
          { ...abort, holder: 'w-1' },
          { ...abort, holder: 'w-2' },
          { ...running, holder: 'w-1' },
          { ...abort, holder: 'w-1', state: 'aborted', settledAt: baseTime },
          { ...abort, holder: null, state: 'awaiting-ack' },
        ],
      });

      expect((await store.delivery.aborts('w-1')).sort()).toEqual([executions[0]!.id, executions[1]!.id]);
      expect(await store.delivery.aborts('w-3')).toEqual([]);
    });
  });
}
