/**
 * The embedded store: every role on one SQLite file, for one process. It needs no server and keeps the same promises as
 * the others; what it cannot do is serve a second process, which is refused when it opens the file.
 */
import type { Store } from '../store.js';
import { SqliteChanges } from './change-records.js';
import { Database } from './database.js';
import { SqliteDelivery } from './delivery.js';
import { SqliteDocuments } from './documents.js';
import { SqliteExecutions } from './executions.js';
import { SqliteKeys } from './keys.js';
import { SqliteProcesses } from './processes.js';
import { SqliteQuotas } from './quotas.js';
import { SqliteSchedule } from './schedule.js';
import { prepareSchema } from './schema.js';
import { SqliteServiceLevels } from './service-levels.js';
import { SqliteTimers } from './timers.js';

export interface SqliteOptions {
  /** The file, created with its folder where it is missing; `:memory:` for a store that ends with the process. */
  path: string;
  /** The store's own clock, epoch milliseconds; that of the machine unless told. */
  wallClock?: () => number;
}

/**
 * Opens the store and locks its file. Rejects with `store-unavailable` (not retryable) while another process has it
 * open, and with `incompatible-store` when the file is no store, of another schema version or of another number of shards.
 */
export async function openSqliteStore({ path, wallClock = Date.now }: SqliteOptions): Promise<Store> {
  const db = new Database(path);
  try {
    await prepareSchema(db);
  } catch (error) {
    await db.close();
    throw error;
  }
  return {
    timers: new SqliteTimers(db),
    executions: new SqliteExecutions(db),
    schedule: new SqliteSchedule(db),
    delivery: new SqliteDelivery(db),
    processes: new SqliteProcesses(db, wallClock),
    documents: new SqliteDocuments(db, wallClock),
    changes: new SqliteChanges(db),
    serviceLevels: new SqliteServiceLevels(db),
    keys: new SqliteKeys(db),
    quotas: new SqliteQuotas(db, wallClock),
    ping: () => db.write(() => undefined),
    close: () => db.close(),
  };
}
