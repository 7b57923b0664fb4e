/**
 * The store on a MongoDB replica set, for any number of processes. Here is its door: whatever a call does inside, the
 * caller gets an answer or a `CarillonError` within five seconds.
 */
import { CarillonError } from '../../base/errors.js';
import type { Store } from '../store.js';
import { changeStore } from './change-records.js';
import { connect, type Database, type MongoStoreOptions } from './database.js';
import { within } from './deadline.js';
import { deliveryStore } from './delivery.js';
import { documentStore } from './documents.js';
import { translate } from './errors.js';
import { executionStore } from './executions.js';
import { keyStore } from './keys.js';
import { prepare } from './preparation.js';
import { processStore } from './processes.js';
import { serviceLevelStore } from './service-levels.js';
import { quotaStore } from './quotas.js';
import { scheduleStore } from './schedule.js';
import { timerStore } from './timers.js';

const callLimitMs = 4_500;
const pingLimitMs = 1_900;

/**
 * Connects, creates what is missing and checks the rest. Rejects with `store-unavailable` while there is no primary,
 * with `incompatible-store` when the server or the database cannot be used, with `invalid-configuration` for a bad
 * address or refused credentials.
 */
export async function openMongoStore(options: MongoStoreOptions): Promise<Store> {
  const db = await opened(options);
  return {
    timers: behindDoor(timerStore(db)),
    executions: behindDoor(executionStore(db)),
    schedule: behindDoor(scheduleStore(db)),
    delivery: behindDoor(deliveryStore(db)),
    processes: behindDoor(processStore(db)),
    documents: behindDoor(documentStore(db)),
    changes: behindDoor(changeStore(db)),
    serviceLevels: behindDoor(serviceLevelStore(db)),
    keys: behindDoor(keyStore(db)),
    quotas: behindDoor(quotaStore(db)),
    ping: () => guarded(ping(db), pingLimitMs),
    close: () => guarded(db.client.close(), callLimitMs),
  };
}

async function opened(options: MongoStoreOptions): Promise<Database> {
  const db = connect(options);
  try {
    await prepare(db);
    return db;
  } catch (error) {
    await db.client.close();
    throw translate(error);
  }
}

async function ping({ client }: Database): Promise<void> {
  const hello = await client.db('admin').command({ hello: 1 });
  if (!hello.isWritablePrimary) throw new CarillonError('store-unavailable', 'MongoDB has no primary');
}

/** The same role with every method limited in time and its errors translated. */
function behindDoor<Role extends object>(role: Role): Role {
  const methods = Object.entries(role).map(
    ([name, method]: [string, (...args: unknown[]) => Promise<unknown>]) => [
      name,
      (...args: unknown[]) => guarded(method(...args), callLimitMs),
    ],
  );
  return Object.fromEntries(methods) as Role;
}

async function guarded<Answer>(answer: Promise<Answer>, limitMs: number): Promise<Answer> {
  try {
    return await within(limitMs, answer);
  } catch (error) {
    throw translate(error);
  }
}
