/** All that stands before the routes: whose key it is, what its namespace may use; started and stopped as one. */
import type { Clock } from '../../../shared/base/clock.js';
import type { Lifecycle } from '../../../shared/base/lifecycle.js';
import type { ClusterConfig } from '../../../shared/config/cluster.js';
import type { Store } from '../../../shared/store/store.js';
import type { Logger } from '../../../shared/telemetry/logger.js';
import type { ApiConfig } from '../config.js';
import { configuredLimits } from '../quotas/limits.js';
import { QuotaBook } from '../quotas/quota-book.js';
import { RateKeeper } from '../quotas/rate-keeper.js';
import { TimerQuota } from '../quotas/timer-quota.js';
import { checkExposure, isOpen } from './exposure.js';
import { KeyRing } from './key-ring.js';

export interface GateOptions {
  store: Pick<Store, 'documents' | 'keys' | 'quotas'>;
  clock: Clock;
  log: Logger;
  config: ApiConfig & Pick<ClusterConfig, 'mode'>;
}

export class Gate implements Lifecycle {
  readonly ring: KeyRing;
  readonly book: QuotaBook;
  readonly rates: RateKeeper;
  readonly quota: TimerQuota;
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    const { store, clock, log, config } = options;
    const { documents, keys, quotas } = store;
    this.#options = options;
    this.ring = new KeyRing({ keys, clock, log, apiKeys: config.apiKeys, open: isOpen(config) });
    this.book = new QuotaBook({ documents, clock, log, configured: configuredLimits(config) });
    this.rates = new RateKeeper({ quotas, clock, log });
    this.quota = new TimerQuota({ quotas, book: this.book, clock });
  }

  /** Rejects with `invalid-configuration` where the API would be open to more than it may. */
  async start(): Promise<void> {
    await checkExposure({ ...this.#options, keys: this.#options.store.keys });
    await this.book.read();
    for (const loop of [this.ring, this.book, this.rates]) loop.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.ring, this.book, this.rates].map((loop) => loop.stop()));
  }
}
