/** The MongoDB store when the link to the server fails it: replies that are lost, a server that is away or silent. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMongoStore } from '../../shared/store/mongo/mongo-store.js';
import type { Decision, Store } from '../../shared/store/store.js';
import type { Timer } from '../../shared/timers/timer.js';
import { eventually } from '../support/eventually.js';
import { baseTime, makeDefinition, makeExecution, makeTimer } from '../support/factories.js';
import { dropDatabase, hasOpenTransaction, primaryAddress, randomDatabase } from '../support/mongodb.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import {
  answers,
  losesReplies,
  setupWorld,
  unavailable,
  urlThrough,
  type Case,
  type World,
} from './store/faulty-link.js';
import {
  changeOf,
  claimOf,
  createClaimed,
  createRunning,
  readExecution,
  readTimer,
  recordOf,
  runnerOf,
  settlementOf,
  startOf,
  wonBy,
} from './store/steps.js';

const worker = 'worker-1~aaaa';

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

losesReplies(cases);

describe('a reply that never comes, on a link that stays', () => {
  it('makes a start ask again within its own two seconds', async () => {
    const world = await setupWorld();
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
      const { store, link } = await setupWorld();
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
    const { store, link, beside, database } = await setupWorld();
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
