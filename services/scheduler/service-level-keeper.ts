/** The leader's care for what was counted: minutes become hours after a while, hours go after their time, in bounded bites. */
import type { Clock } from '../../shared/base/clock.js';
import { Loop } from '../../shared/base/loop.js';
import type { ServiceLevelStore } from '../../shared/store/service-levels.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import { hourMs, minuteMs, sumOf, type ServiceLevelRow } from '../../shared/timers/service-level.js';

const everyMs = 60_000;
/** Minutes are kept apart so long after the end of their hour; a process that cannot store for longer gives up before. */
const minutesKeptMs = 2 * hourMs;
const hoursEachRound = 100;
/** More than the minutes of an hour of one namespace at as many processes as there may sensibly be. */
const mostRows = 20_000;
const biteSize = 1_000;

export interface ServiceLevelKeeperOptions {
  serviceLevels: ServiceLevelStore;
  clock: Clock;
  log: Logger;
  serviceLevelRetentionMs: number;
  /** Whether this process does the leader's work now. */
  leads(): boolean;
}

export class ServiceLevelKeeper extends Loop {
  readonly #options: ServiceLevelKeeperOptions;

  constructor(options: ServiceLevelKeeperOptions) {
    const failure = 'service levels cannot be rolled up; the next round tries again';
    super({ ...options, failure, periodMs: everyMs, run: () => this.#round() });
    this.#options = options;
  }

  async #round(): Promise<void> {
    const { serviceLevels, clock, serviceLevelRetentionMs, leads } = this.#options;
    for (let hours = 0; hours < hoursEachRound && leads(); hours++) if (!(await this.#rollUpOne())) break;
    if (leads()) await serviceLevels.remove(clock.now() - serviceLevelRetentionMs, biteSize);
  }

  /** Of the oldest hour that has minutes, one namespace; false when there is none. */
  async #rollUpOne(): Promise<boolean> {
    const { serviceLevels, clock } = this.#options;
    const now = clock.now();
    const before = now - (now % hourMs) - minutesKeptMs;
    const [first] = await serviceLevels.oldest({ spanMs: minuteMs, before, limit: 1 });
    if (!first) return false;
    const from = first.from - (first.from % hourMs);
    const rows = await serviceLevels.read({ namespace: first.namespace, from, to: from + hourMs });
    const minutes = rows.filter(({ spanMs }) => spanMs === minuteMs).slice(0, mostRows);
    const level = sumOf(minutes.map((row) => row.level));
    const hour: ServiceLevelRow = {
      ...{ namespace: first.namespace, spanMs: hourMs, from, source: 'all' },
      level,
    };
    await serviceLevels.rollUp(hour, minutes);
    return true;
  }
}
