/** The store on MongoDB against the contract that every store keeps, and what is its own: the server and its indexes. */
import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { openMongoStore } from '../../shared/store/mongo/mongo-store.js';
import type { Store } from '../../shared/store/store.js';
import { mongoUrl, onDatabase, openMongoTestStore } from '../support/mongodb.js';
import { baseTime, makeTimer } from '../support/factories.js';
import { useStore } from './store/opened-store.js';
import {
  allShards,
  changeOf,
  checkAt,
  claimOf,
  createRunning,
  expireAt,
  makeTimers,
  readExecution,
  readTimer,
} from './store/steps.js';
import { createTurns } from './store/turns.js';
import { timersContract } from './store-contract.js';

// The other half is in store-executions.mongodb.test.ts, which runs beside this one.
timersContract('MongoDB', openMongoTestStore);

describe('opening a store on MongoDB', () => {
  it('may be done by many processes at once', async () => {
    const { store, database } = await setup();
    const others = await Promise.all([1, 2, 3].map(() => openMongoStore({ url: mongoUrl(), database })));
    const timer = makeTimer();

    await store.timers.create([timer]);

    for (const other of others) {
      expect(await other.timers.read(timer)).toEqual(timer);
      await other.close();
    }
  });

  it('is refused on a database of another number of shards', async () => {
    const { database } = await setup();
    await onDatabase(database, (db) => db.collection('meta').updateOne({}, { $set: { shards: 32 } }));

    await expect(openMongoStore({ url: mongoUrl(), database })).rejects.toMatchObject({
      code: 'incompatible-store',
      message: expect.stringContaining('32 shards') as string,
    });
  });

  it('is refused for an address that is none', async () => {
    await expect(openMongoStore({ url: 'mysql://host', database: 'x' })).rejects.toMatchObject({
      code: 'invalid-configuration',
    });
  });

  it('shortens the life of transactions to five seconds, however long the server allowed', async () => {
    const name = 'transactionLifetimeLimitSeconds';
    await onDatabase('admin', (admin) => admin.command({ setParameter: 1, [name]: 60 }));

    await setup();

    const parameters = await onDatabase('admin', (admin) => admin.command({ getParameter: 1, [name]: 1 }));
    expect(parameters[name]).toBe(5);
  });
});

describe('a store on MongoDB of layout 1', () => {
  /** As the version before wrote it: without what this one added, and with its stamps. */
  const setupOld = async () => {
    const { store, database } = await setup();
    const timers = [makeTimer(), makeTimer({ generation: 3, next: null })];
    const running = await createRunning(store, makeTimer());
    await store.timers.create(timers);
    await store.timers.change(timers[1]!, () => ({
      change: changeOf(timers[1]!, { timer: timers[1]!, retire: timers[1]!.definition }),
      reply: null,
    }));
    await onDatabase(database, async (db) => {
      await db
        .collection('timers')
        .updateMany({}, [
          { $unset: ['manualRuns', 'pause', 'busy', 'buffered', 'host'] },
          { $unset: ['definition.misfire', 'definition.overlap'] },
          { $set: { stamp: { $concat: ['$uid', '.1.none'] } } },
        ]);
      const added = ['held', 'abort', 'covers', 'clockOffsetMs'];
      await db.collection('executions').updateMany({}, [{ $unset: added }]);
      await db
        .collection('definitions')
        .updateMany({}, [{ $unset: ['definition.misfire', 'definition.overlap'] }]);
      await db.collection('meta').updateOne({}, { $set: { layout: 1 } });
    });
    return { store, database, timers, running };
  };

  it('is brought up to the present one, however many processes open it at once', async () => {
    const { database, timers, running } = await setupOld();

    const stores = await Promise.all([1, 2, 3].map(() => openMongoStore({ url: mongoUrl(), database })));

    const [store] = stores;
    for (const timer of timers) expect(await readTimer(store!, timer)).toEqual(timer);
    expect(await readExecution(store!, running)).toEqual(running);
    const ofHost = { namespace: 'default', host: '127.0.0.1:9', after: null, limit: 10 };
    expect(await store!.timers.list(ofHost)).toHaveLength(3);
    const ref = { ...timers[1]!, version: 1 };
    expect([...(await store!.delivery.definitions([ref])).values()]).toEqual([timers[1]!.definition]);
    expect(await store!.schedule.claim([claimOf(timers[0]!)])).toEqual({ existed: new Set() });
    await store!.schedule.closeFinished([timers[1]!], { now: baseTime, checkAt, expireAt });
    expect(await readTimer(store!, timers[1]!)).toMatchObject({ state: 'completed' });
    for (const each of stores) await each.close();
  });

  it('is brought up to it where that was broken off before', async () => {
    const { store, database, timers } = await setupOld();
    await (await openMongoStore({ url: mongoUrl(), database })).close();
    await store.schedule.claim([claimOf(timers[0]!)]);
    const claimed = await readTimer(store, timers[0]!);
    await onDatabase(database, (db) => db.collection('meta').updateOne({}, { $set: { layout: 1 } }));

    await (await openMongoStore({ url: mongoUrl(), database })).close();

    expect(await readTimer(store, timers[0]!)).toEqual(claimed);
    const meta = await onDatabase(database, (db) => db.collection('meta').findOne({}));
    expect(meta).toMatchObject({ layout: 3 });
  });

  it('is refused where the layout is one of a later version', async () => {
    const { database } = await setup();
    await onDatabase(database, (db) => db.collection('meta').updateOne({}, { $set: { layout: 99 } }));

    await expect(openMongoStore({ url: mongoUrl(), database })).rejects.toMatchObject({
      code: 'incompatible-store',
    });
  });
});

describe('a store on MongoDB that is closed', () => {
  it('is unavailable', async () => {
    const { store } = await setup();
    await store.close();

    await expect(store.ping()).rejects.toMatchObject({ code: 'store-unavailable' });
    await expect(store.timers.create([makeTimer()])).rejects.toMatchObject({ code: 'store-unavailable' });
  });
});

describe('the indexes on MongoDB', () => {
  const due = { shards: allShards, before: baseTime + 9_000, limit: 100 };
  const page = { namespace: 'default', before: null, limit: 10 };
  const looks: [string, (store: Store) => Promise<unknown>, string][] = [
    ['due timers', (store) => store.schedule.dueTimers(due), '{ state: 1, wakeAt: 1, shard: 1 }'],
    ['ended pauses', (store) => store.schedule.duePauses(due), '{ state: 1, wakeAt: 1, shard: 1 }'],
    [
      'due executions',
      (store) => store.schedule.dueExecutions(due),
      '{ state: 1, wakeAt: 1, shard: 1, holder: 1 }',
    ],
    [
      'overdue executions',
      (store) => store.schedule.overdueExecutions(due),
      '{ state: 1, wakeAt: 1, shard: 1, holder: 1 }',
    ],
    [
      'what a process holds',
      (store) => store.schedule.heldBy(['w'], 10),
      '{ state: 1, wakeAt: 1, shard: 1, holder: 1 }',
    ],
    [
      'executions to be stopped',
      (store) => store.delivery.aborts('w'),
      '{ state: 1, wakeAt: 1, shard: 1, holder: 1 }',
    ],
    [
      'executions of a timer',
      (store) => store.executions.list({ ...page, timerId: 't-0001' }),
      '{ namespace: 1, timerId: 1, scheduledFor: -1, _id: -1 }',
    ],
    [
      'timers by tag',
      (store) => store.timers.list({ namespace: 'default', after: null, limit: 10, tag: 'x' }),
      '{ namespace: 1, tags: 1, _id: 1 }',
    ],
    [
      'timers by id',
      (store) =>
        store.timers.list({ namespace: 'default', after: { id: 't-0003', at: 0 }, limit: 10, idPrefix: 't' }),
      '{ _id: 1 }',
    ],
  ];

  it.each(looks)('serve %s in their own order', async (_what, look, index) => {
    const { store, database } = await setup();
    await store.timers.create(makeTimers(20, { tags: ['x'] }));

    const [operation] = await profiled(database, () => look(store));

    expect(operation).toMatchObject({
      op: 'query',
      planSummary: expect.stringContaining(`IXSCAN ${index}`) as string,
    });
    expect(operation!.hasSortStage).toBeUndefined();
  });
});

describe('who waits for its turn on MongoDB', () => {
  it('is found by an index of what is open', async () => {
    const { store, database } = await setup();
    const turns = await createTurns(store, 'bufferAll', { executions: [{}, {}, {}] });
    for (const execution of turns.executions) await turns.start(execution);

    const operations = await profiled(database, () => turns.settle(turns.executions[0]!));

    expect(operations).toContainEqual(
      expect.objectContaining({
        op: 'command',
        planSummary: expect.stringContaining('SCAN { uid: 1, scheduledFor: 1 }') as string,
      }),
    );
    expect(await turns.turn()).toMatchObject({ busy: 1 });
  });
});

async function setup(): Promise<{ store: Store; database: string }> {
  let database = '';
  const store = await useStore(async () => {
    const opened = await openMongoTestStore();
    database = opened.database;
    return opened;
  });
  return { store, database };
}

/** What the server says of the operations of `work`. */
async function profiled(database: string, work: () => Promise<unknown>): Promise<Document[]> {
  return onDatabase(database, async (db) => {
    await db.command({ profile: 2 });
    await work();
    await db.command({ profile: 0 });
    return db.collection('system.profile').find({ appName: 'carillon' }).toArray();
  });
}
