/** The MongoDB store when the link to the server fails it: replies that are lost, a server that is away or silent. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMongoStore } from '../../shared/store/mongo/mongo-store.js';
import type { Decision, Started, Store } from '../../shared/store/store.js';
import type { Execution } from '../../shared/timers/execution.js';
import type { Timer } from '../../shared/timers/timer.js';
import { eventually } from '../support/eventually.js';
import { baseTime, makeDefinition, makeExecution, makeTimer } from '../support/factories.js';
import {
  dropDatabase,
  mongoUrl,
  hasOpenTransaction,
  primaryAddress,
  randomDatabase,
} from '../support/mongodb.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import {
  changeOf,
  claimOf,
  createClaimed,
  createRunning,
  readExecution,
  readTimer,
  recheckAt,
  recordOf,
  runnerOf,
  settlementOf,
  startOf,
  wonBy,
} from './store/steps.js';
import { createTurns, refusedTo, type Limiting, type Turns } from './store/turns.js';

interface World {
  /** Reaches the server through the link. */
  store: Store;
  link: TcpProxy;
  /** Reaches the same database past the link. */
  beside: Store;
  database: string;
}

async function setup(): Promise<World> {
  const database = randomDatabase();
  const link = await startTcpProxy(await primaryAddress());
  const store = await openMongoStore({ url: urlThrough(link), database });
  const beside = await openMongoStore({ url: mongoUrl(), database });
  onTestFinished(async () => {
    link.heal();
    await store.close();
    await beside.close();
    await link.close();
    await dropDatabase(database);
  });
  return { store, link, beside, database };
}

/** Without directConnection the driver would learn the members' own addresses and go past the link. */
function urlThrough({ port }: TcpProxy): string {
  return `mongodb://127.0.0.1:${port}/?directConnection=true`;
}

const worker = 'worker-1~aaaa';
const unavailable = { code: 'store-unavailable', retryable: true };

/** A call of which one reply is lost. */
interface Case {
  /** In the request whose reply is lost. */
  text: string;
  call(): Promise<unknown>;
  /** True once the server has done what that request asks. */
  written(): Promise<boolean>;
  answer: unknown;
  /** What a repeat is answered after the call was given up. */
  again: unknown;
  /** How things stand in the end, whichever way they came there. */
  check(): Promise<void>;
}

const cases: Record<string, (world: World) => Promise<Case>> = {
  async 'a create'({ store, beside }) {
    const timer = makeTimer();
    return {
      text: 'insert',
      call: () => store.timers.create([timer]),
      written: async () => (await beside.timers.read(timer)) !== null,
      answer: [null],
      again: [null],
      check: async () => expect(await readTimer(beside, timer)).toEqual(timer),
    };
  },

  async 'a claim'({ store, beside }) {
    const timer = makeTimer();
    const claim = claimOf(timer);
    await beside.timers.create([timer]);
    return {
      text: 'commitTransaction',
      call: () => store.schedule.claim([claim]),
      written: async () => (await readTimer(beside, timer)).next === null,
      answer: { existed: new Set() },
      again: 'conflict',
      async check() {
        expect(await readExecution(beside, claim.executions[0]!)).toEqual(claim.executions[0]);
        expect(await readTimer(beside, timer)).toMatchObject({ next: null, runs: 1 });
      },
    };
  },

  async 'a change'({ store, beside }) {
    const timer = makeTimer();
    await beside.timers.create([timer]);
    const decide = (current: { timer: typeof timer } | null): Decision<string> =>
      current!.timer.generation === 1
        ? { change: changeOf(current!.timer), reply: 'changed' }
        : { change: null, reply: 'changed before' };
    return {
      text: 'commitTransaction',
      call: () => store.timers.change(timer, decide),
      written: async () => (await readTimer(beside, timer)).generation === 2,
      answer: 'changed',
      again: 'changed before',
      check: async () => expect((await readTimer(beside, timer)).generation).toBe(2),
    };
  },

  async 'a start'({ store, beside }) {
    const claimed = await createClaimed(beside);
    return {
      text: 'updates',
      call: () => store.delivery.start([startOf(claimed)], runnerOf(worker)),
      written: async () => (await readExecution(beside, claimed)).state === 'running',
      answer: wonBy(claimed),
      again: wonBy(claimed),
      async check() {
        const expected = { state: 'running', holder: worker, attempt: 1 };
        expect(await readExecution(beside, claimed)).toMatchObject(expected);
      },
    };
  },

  async 'a touch'({ store, beside }) {
    const timer = watchdog();
    await beside.timers.create([timer]);
    const isPutOff = async (): Promise<boolean> =>
      (await readTimer(beside, timer)).next!.dueAt === baseTime + 1_500;
    const touched = expect.objectContaining({ generation: 1, wakeAt: baseTime + 1_500 }) as Timer;
    return {
      text: 'delayMs',
      call: () => store.timers.touch([timer], baseTime + 500),
      written: isPutOff,
      answer: [touched],
      again: [touched],
      check: async () => expect(await isPutOff()).toBe(true),
    };
  },

  'the record of a settle': (world) =>
    settleCase(world, 'insert', async ({ beside }, running) => {
      const found = await beside.executions.read(running.namespace, running.id);
      return found!.attempts.length > 0;
    }),

  'the state of a settle': (world) =>
    settleCase(
      world,
      'updates',
      async ({ beside }, running) => (await readExecution(beside, running)).state !== 'running',
    ),

  'the closing of a settle': (world) =>
    settleCase(world, 'completed', async ({ beside }, { namespace, timerId }) => {
      const timer = await beside.timers.read({ namespace, id: timerId });
      return timer!.state === 'completed';
    }),
};

/** Where a start takes its turn, or is refused it: one case for each of its writes. */
const turnCases: Record<string, (world: World) => Promise<Case>> = {
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

/** Fires a second after it was last touched. */
function watchdog(): Timer {
  const schedule = { kind: 'at', at: baseTime + 1_000, delayMs: 1_000 } as const;
  return makeTimer({ definition: makeDefinition({ schedule }) });
}

async function settleCase(
  world: World,
  text: string,
  written: (world: World, running: Awaited<ReturnType<typeof createRunning>>) => Promise<boolean>,
): Promise<Case> {
  const { store, beside } = world;
  const timer = makeTimer();
  const running = await createRunning(beside, timer, worker);
  return {
    text,
    call: () => store.delivery.settle([settlementOf(running)]),
    written: () => written(world, running),
    answer: new Set(),
    again: new Set(),
    async check() {
      const found = await beside.executions.read(running.namespace, running.id);
      expect(found).toMatchObject({ state: 'succeeded', attempts: [recordOf(running)] });
      expect((await readTimer(beside, timer)).state).toBe('completed');
    },
  };
}

/** Resolves when the write has taken place and its reply is lost for good; the link is then cut. */
async function loseReply({ link }: World, { written }: Case): Promise<void> {
  await eventually('the write takes place', written);
  link.cut();
}

describe('committed, but the reply was lost:', () => {
  const arrangements = { ...cases, ...turnCases };
  const titles = Object.keys(arrangements);

  it.each(titles)('%s asks again and answers as if nothing had happened', async (title) => {
    const world = await setup();
    const arranged = await arrangements[title]!(world);

    world.link.muteAfter(arranged.text);
    const answer = arranged.call().catch((error: unknown) => error);
    await loseReply(world, arranged);
    world.link.heal();

    expect(await answer).toEqual(arranged.answer);
    await arranged.check();
  });

  it.each(titles)('%s fails when the link stays away, and may be repeated later', async (title) => {
    const world = await setup();
    const arranged = await arrangements[title]!(world);

    world.link.muteAfter(arranged.text);
    const failure = arranged.call().catch((error: unknown) => error);
    await loseReply(world, arranged);

    expect(await failure).toMatchObject(unavailable);
    world.link.heal();
    await eventually('the store is back', () => answers(world.store));
    expect(await arranged.call()).toEqual(arranged.again);
    await arranged.check();
  });
});

describe('a reply that never comes, on a link that stays', () => {
  it('makes a start ask again within its own two seconds', async () => {
    const world = await setup();
    const arranged = await cases['a start']!(world);

    world.link.muteAfter(arranged.text);
    const answer = arranged.call();
    await eventually('the write takes place', arranged.written);
    world.link.heal();

    expect(await answer).toEqual(arranged.answer);
  });
});

describe('a server out of reach', () => {
  const change = (store: Store): Promise<string> =>
    store.timers.change(makeTimer(), () => ({ change: null, reply: 'as it was' }));
  const calls: Record<string, (store: Store) => Promise<unknown>> = {
    ping: (store) => store.ping(),
    create: (store) => store.timers.create([makeTimer()]),
    read: (store) => store.timers.read(makeTimer()),
    change: (store) => change(store),
    'more changes than there are sessions': (store) =>
      Promise.all(Array.from({ length: 40 }, () => change(store))),
    claim: (store) => store.schedule.claim([claimOf(makeTimer())]),
    start: (store) => store.delivery.start([startOf(makeExecution(makeTimer()))], runnerOf(worker)),
    'start, one at a time': (store) =>
      store.delivery.start([startOf(makeExecution(makeTimer()), { overlap: 'skip' })], runnerOf(worker)),
    touch: (store) => store.timers.touch([makeTimer()], baseTime),
    aborts: (store) => store.delivery.aborts(worker),
    renew: (store) => store.processes.renew(worker, 2, {}),
    time: (store) => store.processes.time(),
    document: (store) =>
      store.documents.write('ring', 1, { expected: 0, guard: { name: 'term', version: 1 } }),
  };

  const faults: Record<string, (link: TcpProxy) => void> = {
    'the link is cut': (link) => link.cut(),
    'the link is stalled': (link) => link.stall(),
    'no reply ever comes': (link) => link.muteAfter(''),
  };

  // The limit of the test is a claim too: no call may hang.
  it.each(Object.keys(faults))(
    'is told of by every call when %s, and found again by itself',
    async (fault) => {
      const { store, link } = await setup();
      await store.ping();

      faults[fault]!(link);
      const failures = await Promise.all(
        Object.values(calls).map((call) => call(store).catch((error: unknown) => error)),
      );

      expect(failures).toEqual(failures.map(() => expect.objectContaining(unavailable) as unknown));
      link.heal();
      await eventually('the store is back', () => answers(store));
      expect(await store.timers.create([makeTimer()])).toEqual([null]);
      expect(await change(store)).toBe('as it was');
    },
    20_000,
  );

  it.each(Object.keys(faults))('does not keep a store from closing when %s', async (fault) => {
    const link = await startTcpProxy(await primaryAddress());
    const database = randomDatabase();
    onTestFinished(async () => {
      await link.close();
      await dropDatabase(database);
    });
    const store = await openMongoStore({ url: urlThrough(link), database });
    faults[fault]!(link);
    const abandoned = change(store).catch((error: unknown) => error);

    await store.close();

    expect(await abandoned).toMatchObject(unavailable);
  });

  it('cannot be opened', async () => {
    const link = await startTcpProxy(await primaryAddress());
    onTestFinished(() => link.close());
    link.cut();

    const opening = openMongoStore({ url: urlThrough(link), database: randomDatabase() });
    await expect(opening).rejects.toMatchObject(unavailable);
  });
});

describe('a process that is gone', () => {
  it('leaves no open transaction that blocks a change, once it is declared gone', async () => {
    const { store, link, beside, database } = await setup();
    const timer = makeTimer();
    await beside.timers.create([timer]);
    const row = { name: 'api-1', service: 'api', host: 'h', pid: 1, gone: false, startedAt: 0, report: {} };
    await store.processes.register({ ...row, incarnation: 'api-1~aaaa', counter: 1 });
    link.muteAfter('updates');
    const abandoned = store.timers.change(timer, (current) => ({
      change: changeOf(current!.timer),
      reply: null,
    }));
    void abandoned.catch(() => undefined);
    await eventually('its transaction is open on the server', () => hasOpenTransaction(database));
    link.stall();

    expect(await beside.processes.declareGone('api-1~aaaa', 1)).toBe(true);
    await beside.timers.change(timer, (current) => ({
      change: changeOf(current!.timer, { timer: { ...current!.timer, generation: 9 } }),
      reply: null,
    }));

    expect((await readTimer(beside, timer)).generation).toBe(9);
  });
});

async function answers(store: Store): Promise<boolean> {
  return store.ping().then(
    () => true,
    () => false,
  );
}
