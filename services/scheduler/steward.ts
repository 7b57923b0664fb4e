/** The leader's housekeeping, off the scheduling path: each duty is a loop of its own, so that none waits for another. */
import type { Lifecycle } from '../../shared/base/lifecycle.js';
import { Loop } from '../../shared/base/loop.js';
import type { TimerStore } from '../../shared/store/store.js';
import { timerStates } from '../../shared/timers/timer.js';
import type { SchedulerMetrics } from './metrics.js';
import { Remover, type RemoverOptions } from './remover.js';
import { ServiceLevelKeeper, type ServiceLevelKeeperOptions } from './service-level-keeper.js';

const countEveryMs = 10_000;

export interface StewardOptions extends RemoverOptions, ServiceLevelKeeperOptions {
  timers: Pick<TimerStore, 'counts'>;
  metrics: SchedulerMetrics;
}

export class Steward implements Lifecycle {
  readonly #options: StewardOptions;
  readonly #duties: readonly Loop[];

  constructor(options: StewardOptions) {
    this.#options = options;
    const { clock, log } = options;
    const failure = 'timers cannot be counted; the next round tries again';
    const counter = new Loop({ clock, log, failure, periodMs: countEveryMs, run: () => this.#count() });
    this.#duties = [new Remover(options), new ServiceLevelKeeper(options), counter];
  }

  start(): void {
    for (const duty of this.#duties) duty.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#duties.map((duty) => duty.stop()));
  }

  async #count(): Promise<void> {
    const { timers, metrics, leads } = this.#options;
    if (!leads()) return;
    const counts = await timers.counts();
    for (const state of timerStates) metrics.timers.set({ state }, counts[state]);
  }
}
