/** The leader's housekeeping, off the scheduling path: removes what has outlived its retention, in bounded bites, and counts. */
import type { Clock } from '../../shared/base/clock.js';
import { Loop } from '../../shared/base/loop.js';
import type { ClusterConfig } from '../../shared/config/cluster.js';
import type { ChangeStore } from '../../shared/store/changes.js';
import type { ScheduleStore, TimerStore } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import { timerStates } from '../../shared/timers/timer.js';
import type { SchedulerMetrics } from './metrics.js';

const everyMs = 10_000;
const biteSize = 500;
const bitesEachRound = 20;

export interface StewardOptions {
  schedule: Pick<ScheduleStore, 'removeExpired'>;
  timers: Pick<TimerStore, 'counts'>;
  changes: Pick<ChangeStore, 'removeBefore'>;
  clock: Clock;
  metrics: SchedulerMetrics;
  log: Logger;
  config: Pick<ClusterConfig, 'changeRetentionMs'>;
  /** Whether this process does the leader's work now. */
  leads(): boolean;
}

export class Steward extends Loop {
  readonly #options: StewardOptions;

  constructor(options: StewardOptions) {
    super({
      ...options,
      periodMs: everyMs,
      run: () => this.#round(),
      failure: 'housekeeping failed; the next round tries again',
    });
    this.#options = options;
  }

  async #round(): Promise<void> {
    if (!this.#options.leads()) return;
    const { schedule, changes, clock, config } = this.#options;
    await this.#remove(() => schedule.removeExpired(clock.now(), biteSize));
    await this.#remove(() => changes.removeBefore(clock.now() - config.changeRetentionMs, biteSize));
    await this.#count();
  }

  /** @param bite removes up to `biteSize` rows and answers how many */
  async #remove(bite: () => Promise<number>): Promise<void> {
    const { metrics, leads } = this.#options;
    for (let bites = 0; bites < bitesEachRound && leads(); bites++) {
      const removed = await bite();
      metrics.removed.inc(removed);
      if (removed < biteSize) return;
    }
  }

  async #count(): Promise<void> {
    const { timers, metrics } = this.#options;
    const counts = await timers.counts();
    for (const state of timerStates) metrics.timers.set({ state }, counts[state]);
  }
}
