/** Databases of random names on the MongoDB server that the tests were given, dropped when they are done with. */
import { randomBytes } from 'node:crypto';
import { type Binary, type Db, MongoClient } from 'mongodb';
import { openMongoStore } from '../../shared/store/mongo/mongo-store.js';
import type { Store } from '../../shared/store/store.js';

/** The server's address; without one these tests cannot run, and must not look as if they had. */
export function mongoUrl(): string {
  const url = process.env.MONGODB_URL;
  if (!url) throw new Error('MONGODB_URL is not set: name a MongoDB replica set to run these tests');
  return url;
}

export function randomDatabase(): string {
  return `carillon-test-${randomBytes(6).toString('hex')}`;
}

/** A store on a database of its own. */
export async function openMongoTestStore(): Promise<{
  store: Store;
  database: string;
  close(): Promise<void>;
}> {
  const database = randomDatabase();
  const store = await openMongoStore({ url: mongoUrl(), database });
  return {
    store,
    database,
    async close() {
      await store.close();
      await dropDatabase(database);
    },
  };
}

export async function dropDatabase(database: string): Promise<void> {
  await onDatabase(database, (db) => db.dropDatabase());
}

/** Where the primary listens. */
export async function primaryAddress(): Promise<{ host: string; port: number }> {
  const hello = await onDatabase('admin', (admin) => admin.command({ hello: 1 }));
  const { hostname, port } = new URL(`mongodb://${String(hello.primary)}`);
  return { host: hostname, port: Number(port) };
}

/** Whether a registered process of this database has a transaction open, waiting for its next command. */
export async function hasOpenTransaction(database: string): Promise<boolean> {
  type Process = { sessions: Binary[] };
  const processes = await onDatabase(database, (db) => db.collection<Process>('processes').find().toArray());
  const idle = { type: 'idleSession', 'lsid.id': { $in: processes.flatMap(({ sessions }) => sessions) } };
  return onDatabase('admin', (admin) =>
    admin.aggregate([{ $currentOp: { idleSessions: true } }, { $match: idle }]).hasNext(),
  );
}

/** Asks the server past every store. */
export async function onDatabase<Answer>(
  database: string,
  ask: (db: Db) => Promise<Answer>,
): Promise<Answer> {
  const client = new MongoClient(mongoUrl());
  try {
    return await ask(client.db(database));
  } finally {
    await client.close();
  }
}
