/** Databases of random names on the MongoDB server that the tests were given, dropped when they are done with. */
import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
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
export async function openMongoTestStore(): Promise<{ store: Store; close(): Promise<void> }> {
  const database = randomDatabase();
  const store = await openMongoStore({ url: mongoUrl(), database });
  return {
    store,
    async close() {
      await store.close();
      await dropDatabase(database);
    },
  };
}

export async function dropDatabase(database: string): Promise<void> {
  const client = new MongoClient(mongoUrl());
  try {
    await client.db(database).dropDatabase();
  } finally {
    await client.close();
  }
}
