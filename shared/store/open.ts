/** Opens the store that the configuration names. The only file that knows which stores there are. */
import { backoffMs } from '../base/backoff.js';
import { sleep, type Clock } from '../base/clock.js';
import { CarillonError } from '../base/errors.js';
import type { Random } from '../base/random.js';
import type { Logger } from '../telemetry/logger.js';
import { millisecondBuckets, type Metrics } from '../telemetry/metrics.js';
import { openMongoStore } from './mongo/mongo-store.js';
import { openSqliteStore } from './sqlite/sqlite-store.js';
import type { Store } from './store.js';
import { timedStore } from './timed-store.js';

export type StoreOptions =
  { kind: 'mongodb'; url: string; database: string } | { kind: 'sqlite'; path: string };

export interface OpenContext {
  clock: Clock;
  random: Random;
  log: Logger;
  metrics: Metrics;
  /** Ends the waiting for a store that is away. */
  signal: AbortSignal;
}

const backoff = { baseMs: 250, maxMs: 5_000 };

/** Opens it; a store that is away is waited for, anything else rejects. */
export async function openStore(
  options: StoreOptions,
  { clock, random, log, metrics, signal }: OpenContext,
): Promise<Store> {
  const calls = callDurations(metrics);
  for (let tries = 0; ; tries++) {
    try {
      const store = await (options.kind === 'mongodb' ? openMongoStore(options) : openSqliteStore(options));
      return timedStore(store, { clock, onCall: (call, ms) => calls.observe({ call }, ms) });
    } catch (error) {
      if (!(error instanceof CarillonError && error.retryable) || signal.aborted) throw error;
      log.warn({ reason: error.message }, 'the store is away; waiting for it');
      await sleep(clock, backoffMs(tries, backoff, random), signal);
    }
  }
}

/** How long the calls to the store take, by port and method, such as `delivery.start`. */
export function callDurations(metrics: Metrics) {
  return metrics.histogram({
    name: 'store_call_ms',
    help: 'From a call to the store until its answer, milliseconds',
    labels: ['call'],
    buckets: millisecondBuckets,
  });
}
