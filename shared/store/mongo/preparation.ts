/**
 * What must hold before the first call: a replica set, the same number of shards as ever, collections with their
 * indexes, and a short limit on the life of transactions. Safe to repeat, and for many processes at once.
 */
import type { MongoClient } from 'mongodb';
import { CarillonError } from '../../base/errors.js';
import { openStates } from '../../timers/execution.js';
import { shardCount } from '../../timers/timer.js';
import { idleBucketMs } from '../quotas.js';
import type { Database } from './database.js';
import { executionIndexes } from './executions.js';
import { isRefused } from './errors.js';
import { timerIndexes } from './timer-lists.js';
import { layout, upgrade } from './upgrade.js';

/** A transaction that its owner left behind blocks others for so long, unless somebody ends it before. */
const transactionLifeSeconds = 5;

export async function prepare(db: Database): Promise<void> {
  await checkDeployment(db.client);
  await limitTransactions(db.client);
  await createIndexes(db);
  await checkMeta(db);
  // The limit lives in the server's memory: a restarted server and a new primary have to be told.
  db.client.on('serverDescriptionChanged', ({ previousDescription, newDescription }) => {
    if (newDescription.type !== 'RSPrimary' || previousDescription.type === 'RSPrimary') return;
    limitTransactions(db.client).catch(() => undefined);
  });
}

async function checkDeployment(client: MongoClient): Promise<void> {
  const hello = await client.db('admin').command({ hello: 1 });
  if (hello.setName === undefined)
    throw new CarillonError(
      'incompatible-store',
      'MongoDB must run as a replica set (one member is enough): start mongod with --replSet and run rs.initiate()',
    );
}

async function limitTransactions(client: MongoClient): Promise<void> {
  const admin = client.db('admin');
  const name = 'transactionLifetimeLimitSeconds';
  try {
    const present = await admin.command({ getParameter: 1, [name]: 1 });
    if (present[name] > transactionLifeSeconds)
      await admin.command({ setParameter: 1, [name]: transactionLifeSeconds });
  } catch (error) {
    if (!isRefused(error)) throw error;
    throw new CarillonError(
      'incompatible-store',
      `${name} of MongoDB must be ${transactionLifeSeconds} or less, and this user may not see or set it: set it on every member`,
      { cause: error },
    );
  }
}

/** Few, for each is paid for by every write. What belongs to one execution is a range of `_id` instead. */
async function createIndexes(db: Database): Promise<void> {
  await Promise.all([
    db.timers.createIndexes([
      { key: { state: 1, wakeAt: 1, shard: 1 } },
      { key: timerIndexes.tag, partialFilterExpression: { tags: { $exists: true } } },
      { key: timerIndexes.host },
      { key: timerIndexes.state },
      { key: timerIndexes.nextDueAt, partialFilterExpression: { 'next.dueAt': { $exists: true } } },
      { key: timerIndexes.createdAt },
    ]),
    db.executions.createIndexes([
      { key: { state: 1, wakeAt: 1, shard: 1, holder: 1 } },
      executionIndexes.timerId,
      executionIndexes.all,
      ...[executionIndexes.state, executionIndexes.open].map(({ key, name, states }) => ({
        key,
        name,
        partialFilterExpression: { state: { $in: [...states] } },
      })),
      // Only open ones are in it: a recurring timer keeps hundreds of thousands that have ended.
      { key: { uid: 1, scheduledFor: 1 }, partialFilterExpression: { state: { $in: [...openStates] } } },
    ]),
    db.definitions.createIndex({ expireAt: 1 }, { sparse: true }),
    db.changes.createIndexes([
      { key: { namespace: 1, _id: 1 } },
      { key: { namespace: 1, resourceId: 1, _id: 1 } },
      { key: { namespace: 1, resource: 1, _id: 1 } },
      { key: { namespace: 1, actor: 1, _id: 1 } },
      { key: { namespace: 1, action: 1, _id: 1 } },
    ]),
    db.serviceLevels.createIndexes([
      { key: { namespace: 1, from: 1 } },
      { key: { spanMs: 1, from: 1, namespace: 1 } },
    ]),
    db.buckets.createIndex({ at: 1 }, { expireAfterSeconds: idleBucketMs / 1_000 }),
    // Every collection has this one already; asking for it creates the collection, which transactions want to find.
    ...[db.attempts, db.processes, db.documents, db.keys, db.meta].map((collection) =>
      collection.createIndexes([{ key: { _id: 1 } }]),
    ),
  ]);
}

async function checkMeta(db: Database): Promise<void> {
  const meta = await db.meta.findOneAndUpdate(
    { _id: 'store' },
    { $setOnInsert: { shards: shardCount, layout } },
    { upsert: true, returnDocument: 'after' },
  );
  if (meta?.shards === shardCount && (await upgrade(db, meta.layout))) return;
  throw new CarillonError(
    'incompatible-store',
    `this database was made for ${meta?.shards} shards and layout ${meta?.layout}, not for ${shardCount} and ${layout}`,
  );
}
