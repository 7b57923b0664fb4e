/**
 * Whose turn it is, on MongoDB, when a start or a settle is cut off between any two of its writes, or another process
 * writes between them.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { MongoClient } from 'mongodb';
import type { Started } from '../../shared/store/store.js';
import type { Execution } from '../../shared/timers/execution.js';
import { eventually } from '../support/eventually.js';
import { mongoUrl, onDatabase } from '../support/mongodb.js';
import { losesReplies, setupWorld, type Case, type World } from './store/faulty-link.js';
import { recheckAt, runnerOf, settlementOf, startOf, wonBy } from './store/steps.js';
import { createTurns, refusedTo, type Limiting, type Turns } from './store/turns.js';

const worker = 'worker-1~aaaa';

/** Where a start takes its turn, or is refused it: one case for each of its writes. */
const cases: Record<string, (world: World) => Promise<Case>> = {
  async 'the turn that a start takes'(world) {
    const { turns, call } = await turnCase(world, 'bufferOne', [{}]);
    return {
      text: 'indexOfArray',
      call,
      written: async () => (await turns.turn()).busy === 0,
      answer: wonBy(turns.executions[0]!),
      again: wonBy(turns.executions[0]!),
      check: async () => expect((await turns.now(turns.executions[0]!)).state).toBe('running'),
    };
  },

  async 'the start of who has taken its turn'(world) {
    const { turns, call } = await turnCase(world, 'cancelOther', [{}]);
    return {
      text: 'running',
      call,
      written: async () => (await turns.now(turns.executions[0]!)).state === 'running',
      answer: wonBy(turns.executions[0]!),
      again: wonBy(turns.executions[0]!),
      check: async () => expect(await turns.turn()).toEqual({ busy: 0, buffered: null }),
    };
  },

  'the place that a start takes behind another': (world) =>
    refusedCase(world, 'bufferOne', {
      text: ({ first }) => atHead(first.id),
      written: async ({ turns }) => (await turns.turn()).buffered === 1,
    }),

  'the deferral of a start': (world) =>
    refusedCase(world, 'bufferAll', {
      text: () => 'deferred',
      written: async ({ turns, second }) => (await turns.now(second)).state === 'deferred',
    }),

  'the skip of a start': (world) =>
    refusedCase(world, 'skip', {
      text: () => 'skipped',
      written: async ({ turns, second }) => (await turns.now(second)).state === 'skipped',
    }),

  'the stop that a start tells an older one': (world) =>
    refusedCase(world, 'cancelOther', {
      text: ({ first }) => atHead(first.id),
      written: async ({ turns, first }) => (await turns.now(first)).abort,
    }),

  'the waking of a settle': (world) =>
    passingCase(world, {
      text: '$dueAt',
      written: async ({ turns, second }) => (await turns.now(second)).wakeAt === second.dueAt,
      again: ({ timer }) => new Set([timer.shard]),
    }),

  'the turn that a settle passes on': (world) =>
    passingCase(world, {
      text: 'indexOfArray',
      written: async ({ turns }) => (await turns.turn()).busy === 1,
      again: () => new Set(),
    }),
};

const isRunning: Partial<Execution> = { state: 'running', holder: 'worker-9~zzzz', attempt: 1 };

async function turnCase(
  { store, beside }: World,
  policy: Limiting,
  executions: Partial<Execution>[],
): Promise<{ turns: Turns; call(): Promise<Started> }> {
  const turns = await createTurns(beside, policy, { executions });
  const start = startOf(turns.executions.at(-1)!, { overlap: policy });
  return { turns, call: () => store.delivery.start([start], runnerOf(worker)) };
}

interface Pair {
  turns: Turns;
  first: Execution;
  second: Execution;
}

interface Refusal {
  text(pair: Pair): string;
  written(pair: Pair): Promise<boolean>;
}

/** The first one runs, the second one is to start. */
async function refusedCase(world: World, policy: Limiting, { text, written }: Refusal): Promise<Case> {
  const { turns, call } = await turnCase(world, policy, [isRunning, {}]);
  const [first, second] = [turns.executions[0]!, turns.executions[1]!];
  await turns.change({ busy: first.id });
  const pair = { turns, first, second };
  return {
    text: text(pair),
    call,
    written: () => written(pair),
    answer: refusedTo(second),
    again: refusedTo(second),
    async check() {
      const isPlaced = policy === 'bufferOne' || policy === 'cancelOther';
      const state = policy === 'skip' ? 'skipped' : 'deferred';
      expect(await turns.turn()).toEqual({ busy: 0, buffered: isPlaced ? 1 : null });
      expect(await turns.now(second)).toMatchObject({ state, reason: 'overlap', attempt: 0 });
      expect((await turns.now(first)).abort).toBe(policy === 'cancelOther');
    },
  };
}

interface Passing {
  text: string;
  written(pair: Pair): Promise<boolean>;
  again(turns: Turns): Set<number>;
}

/** The first one ends, and the second one waits for that. */
async function passingCase({ store, beside }: World, { text, written, again }: Passing): Promise<Case> {
  const waits = { state: 'deferred', reason: 'overlap', holder: null, wakeAt: recheckAt } as const;
  const turns = await createTurns(beside, 'bufferAll', { executions: [isRunning, waits] });
  const [first, second] = [turns.executions[0]!, turns.executions[1]!];
  await turns.change({ busy: first.id });
  return {
    text,
    call: () => store.delivery.settle([{ ...settlementOf(first), overlap: true }]),
    written: () => written({ turns, first, second }),
    answer: new Set([turns.timer.shard]),
    again: again(turns),
    async check() {
      expect(await turns.turn()).toEqual({ busy: 1, buffered: null });
      expect((await turns.now(second)).wakeAt).toBe(second.dueAt);
    },
  };
}

/** How an array looks on the wire whose first element is this id. */
function atHead(id: string): string {
  return `\u00020\u0000${String.fromCharCode(id.length + 1)}\u0000\u0000\u0000${id}`;
}

losesReplies(cases);

describe('one that is about to wait', () => {
  it.each(['bufferOne', 'bufferAll', 'cancelOther'] as const)(
    'under %s is woken when the one that has the turn ends in between',
    async (policy) => {
      const world = await setupWorld();
      const { turns, call } = await turnCase(world, policy, [isRunning, {}]);
      const [first, second] = [turns.executions[0]!, turns.executions[1]!];
      await turns.change({ busy: first.id });
      const unlock = await lock(world, second);

      const answer = call();
      await eventually('it looked, and its deferral waits', () => isBlocked(world));
      await turns.settle(first);
      await unlock();

      // Should it have taken too long, it was begun anew, and found the turn free.
      const { won } = await answer;
      const { wakeAt, dueAt } = await turns.now(second);
      expect(won.has(second.id) || wakeAt === dueAt).toBe(true);
    },
  );
});

/** Lets nobody write the row of this execution until the answer is called. */
async function lock({ database }: World, { id }: Execution): Promise<() => Promise<void>> {
  const client = new MongoClient(mongoUrl());
  onTestFinished(() => client.close());
  const session = client.startSession();
  session.startTransaction();
  const rows = client.db(database).collection<{ _id: string }>('executions');
  await rows.updateOne({ _id: id }, { $set: { locked: true } }, { session });
  return () => session.abortTransaction();
}

/** Whether an update of executions meets the lock again and again. */
async function isBlocked({ database }: World): Promise<boolean> {
  const blocked = { ns: `${database}.executions`, op: 'update', writeConflicts: { $gt: 0 } };
  return onDatabase('admin', (admin) => admin.aggregate([{ $currentOp: {} }, { $match: blocked }]).hasNext());
}
