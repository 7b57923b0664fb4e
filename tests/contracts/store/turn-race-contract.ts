/** Contract of starts and settles at the same time, where executions of a timer must not run side by side. */
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../shared/store/store.js';
import type { Execution } from '../../../shared/timers/execution.js';
import { cancelTimer } from '../../../shared/timers/cancellation.js';
import { useStore, type OpenStore } from './opened-store.js';
import { checkAt, expireAt, readTimer, runnerOf, settledAt, startOf } from './steps.js';
import { createTurns, limiting, type Limiting, type Turns } from './turns.js';

const five = Array<object>(5).fill({});

export function turnRaceContract(open: OpenStore): void {
  const setup = () => useStore(open);
  const statesOf = async ({ executions, now }: Turns) =>
    (await Promise.all(executions.map(now))).map(({ state }) => state);

  describe.each(limiting)('starts at the same time under %s', (policy) => {
    it.each([
      ['in one batch', 1],
      ['in two batches', 2],
      ['one by one', 5],
    ])('%s: one runs, and each of the others follows the policy', async (_what, batches) => {
      const store = await setup();
      const turns = await createTurns(store, policy, { executions: five });
      const starts = turns.executions.map((execution) => startOf(execution, { overlap: policy }));

      const answers = await Promise.all(
        Array.from({ length: batches }, (_, batch) =>
          store.delivery.start(
            starts.filter((_start, i) => i % batches === batch),
            runnerOf(`w-${batch}`),
          ),
        ),
      );

      const [won, refused] = [
        answers.flatMap((a) => [...a.won.keys()]),
        answers.flatMap((a) => [...a.refused]),
      ];
      const ids = turns.executions.map(({ id }) => id);
      expect(won).toHaveLength(1);
      for (const id of ids.filter((one) => ![...won, ...refused].includes(one))) {
        // Lost: a newer one has taken its place while it asked.
        expect(policy).toBe('cancelOther');
        expect(['aborted', 'skipped']).toContain((await store.executions.read('default', id))!.state);
      }
      expect(await turns.turn()).toMatchObject({ busy: ids.indexOf(won[0]!) });
      await expectFollowed(policy, turns);
    });

    it('of one execution by two runners: one wins, and the other has lost', async () => {
      const store = await setup();
      const turns = await createTurns(store, policy, { executions: [{}] });

      const answers = await Promise.all(['w-1', 'w-2'].map((w) => turns.start(turns.executions[0]!, w)));

      expect(answers.map(({ won }) => won.size).sort()).toEqual([0, 1]);
      expect(answers.map(({ refused }) => refused.size)).toEqual([0, 0]);
      expect(await turns.now(turns.executions[0]!)).toMatchObject({ state: 'running', attempt: 1 });
    });

    it('of many timers: one of each runs', async () => {
      const store = await setup();
      const timers = await Promise.all(
        Array.from({ length: 8 }, () => createTurns(store, policy, { executions: [{}, {}, {}] })),
      );

      await Promise.all(
        [0, 1, 2].map((place) =>
          store.delivery.start(
            timers.map(({ executions }) => startOf(executions[place]!, { overlap: policy })),
            runnerOf(`w-${place}`),
          ),
        ),
      );

      for (const turns of timers)
        expect((await statesOf(turns)).filter((state) => state === 'running')).toHaveLength(1);
    });

    it('and the end of the one that has the turn: nobody is left waiting for nothing', async () => {
      const store = await setup();
      const timers = await Promise.all(
        Array.from({ length: 6 }, () =>
          createTurns(store, policy, { executions: [{}, {}], timer: { next: null, wakeAt: checkAt } }),
        ),
      );
      for (const { executions, start } of timers) await start(executions[0]!);

      await Promise.all(
        timers.flatMap(({ executions, start, settle }, i) =>
          i % 2 === 0
            ? [settle(executions[0]!), start(executions[1]!)]
            : [start(executions[1]!), settle(executions[0]!)],
        ),
      );

      for (const turns of timers) await expectToEnd(store, turns);
    });

    it('and a cancel: what started is final, the others have ended', async () => {
      const store = await setup();
      const timers = await Promise.all(
        Array.from({ length: 6 }, () => createTurns(store, policy, { executions: [{}, {}] })),
      );

      await Promise.all(
        timers.flatMap(({ executions, start, timer }) => [
          ...executions.map((execution) => start(execution)),
          store.timers.change(timer, (current) => ({
            change: cancelTimer(current!, { now: settledAt, expireAt }),
            reply: null,
          })),
        ]),
      );

      for (const { executions, now } of timers)
        for (const execution of await Promise.all(executions.map(now)))
          expect([true, 'cancelled', 'skipped', 'aborted']).toContain(
            execution.state === 'running' ? execution.final : execution.state,
          );
    });
  });

  describe('the ends of all that ran, at the same time', () => {
    it('pass the turn on once', async () => {
      const store = await setup();
      const turns = await createTurns(store, 'bufferAll', { executions: five });
      for (const execution of turns.executions) await turns.start(execution);

      await Promise.all([1, 2, 3, 4].map(() => turns.settle(turns.executions[0]!)));

      expect(await turns.turn()).toEqual({ busy: 1, buffered: null });
      const due = (await Promise.all(turns.executions.map(turns.now))).filter(
        ({ state, wakeAt, dueAt }) => state === 'deferred' && wakeAt === dueAt,
      );
      expect(due.map(({ id }) => id)).toEqual([turns.executions[1]!.id]);
    });
  });
}

/** What has become of five that came in any order. */
async function expectFollowed(policy: Limiting, turns: Turns): Promise<void> {
  const executions = await Promise.all(turns.executions.map(turns.now));
  const inState = (state: Execution['state']) => executions.filter((execution) => execution.state === state);
  const [running] = inState('running');
  const waiting = inState('deferred');
  const { buffered } = await turns.turn();
  const placeOf = (execution: Execution | undefined) => (execution ? executions.indexOf(execution) : null);
  expect(inState('running')).toHaveLength(1);
  // Aborted: it had taken the turn, and before it ran a newer one came.
  const aborted = policy === 'cancelOther' ? inState('aborted') : [];
  expect(waiting.length + inState('skipped').length + aborted.length).toBe(4);
  switch (policy) {
    case 'skip':
      return expect(waiting).toEqual([]);
    case 'bufferOne':
      expect(waiting).toHaveLength(1);
      return expect(buffered).toBe(placeOf(waiting[0]));
    case 'bufferAll':
      return expect(waiting).toHaveLength(4);
    case 'cancelOther': {
      const newest = executions.at(-1)!;
      expect(waiting).toEqual(newest === running ? [] : [newest]);
      expect(running!.abort).toBe(newest !== running);
      return expect(buffered).toBe(placeOf(waiting[0]));
    }
  }
}

/** The first has ended, the second was about to start: it is skipped, runs, or is due and has the turn. */
async function expectToEnd(store: Store, turns: Turns): Promise<void> {
  const [first, second] = await Promise.all(turns.executions.map(turns.now));
  expect(['succeeded', 'aborted']).toContain(first!.state);
  expect(['skipped', 'running', 'deferred']).toContain(second!.state);
  if (second!.state === 'deferred') {
    expect(second!.wakeAt).toBe(second!.dueAt);
    expect((await turns.start(await turns.reclaim(second!))).won.size).toBe(1);
  }
  if (second!.state !== 'skipped') await turns.settle(second!);
  expect(await readTimer(store, turns.timer)).toMatchObject({ state: 'completed', buffered: null });
}
