/**
 * Removes what has outlived its retention, at the leader: bite by bite, with a pause after each that is twice as long as the
 * bite took, so that the store has two thirds of its time for the timers, however much there is to remove.
 */
import { sleep, type Clock } from '../../shared/base/clock.js';
import { Loop } from '../../shared/base/loop.js';
import type { ChangeStore } from '../../shared/store/changes.js';
import type { ScheduleStore } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import type { SchedulerMetrics } from './metrics.js';

const everyMs = 10_000;
/** Small, since the embedded store does nothing else meanwhile. */
const biteSize = 200;
const shortestPauseMs = 20;
const pauseShare = 2;

export interface RemoverOptions {
  schedule: Pick<ScheduleStore, 'removeExpired'>;
  changes: Pick<ChangeStore, 'removeBefore'>;
  clock: Clock;
  metrics: Pick<SchedulerMetrics, 'removed'>;
  log: Logger;
  changeRetentionMs: number;
  /** Whether this process does the leader's work now. */
  leads(): boolean;
}

export class Remover extends Loop {
  readonly #options: RemoverOptions;
  readonly #stopping = new AbortController();

  constructor(options: RemoverOptions) {
    super({
      ...options,
      periodMs: everyMs,
      run: () => this.#round(),
      failure: 'what has outlived its retention cannot be removed; the next round tries again',
    });
    this.#options = options;
  }

  override async stop(): Promise<void> {
    this.#stopping.abort();
    await super.stop();
  }

  async #round(): Promise<void> {
    const { schedule, changes, clock, changeRetentionMs } = this.#options;
    await this.#remove(() => schedule.removeExpired(clock.now(), biteSize));
    await this.#remove(() => changes.removeBefore(clock.now() - changeRetentionMs, biteSize));
  }

  /** @param bite removes up to `biteSize` rows and answers how many */
  async #remove(bite: () => Promise<number>): Promise<void> {
    const { clock, metrics, leads } = this.#options;
    while (leads() && !this.#stopping.signal.aborted) {
      const begun = clock.monotonic();
      const removed = await bite();
      metrics.removed.inc(removed);
      if (removed < biteSize) return;
      const tookMs = clock.monotonic() - begun;
      await sleep(clock, Math.max(shortestPauseMs, pauseShare * tookMs), this.#stopping.signal);
    }
  }
}
