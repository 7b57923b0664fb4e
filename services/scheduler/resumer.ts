/**
 * Each second resumes the paused timers whose pause ends within the look-ahead, so that what comes right after its end
 * is claimed in time. Nothing of such a timer starts before the pause is over: resuming says from when on it goes on.
 */
import type { Clock } from '../../shared/base/clock.js';
import { Loop } from '../../shared/base/loop.js';
import { factsOfChange } from '../../shared/events/facts.js';
import type { EventSender } from '../../shared/events/sender.js';
import type { Presence } from '../../shared/presence/presence.js';
import type { ScheduleStore, TimerStore } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import { endOfPause } from '../../shared/timers/change-record.js';
import { endPause } from '../../shared/timers/pause.js';
import type { Timer } from '../../shared/timers/timer.js';
import type { SchedulerConfig } from './config.js';
import type { ShardHost } from './shard-host.js';

const lookEveryMs = 1_000;
const batchSize = 1_000;
/** Each is a transaction of its own. */
const resumedAtOnce = 16;

export interface ResumerOptions {
  schedule: Pick<ScheduleStore, 'duePauses'>;
  timers: Pick<TimerStore, 'change'>;
  events: Pick<EventSender, 'tell'>;
  presence: Pick<Presence, 'holds'>;
  clock: Clock;
  log: Logger;
  config: Pick<SchedulerConfig, 'schedulerLookAheadMs'>;
  settledRetentionMs: number;
  host: Pick<ShardHost, 'holdings' | 'due'>;
  /** Called when timers are active again. */
  onResumed(): void;
}

export class Resumer extends Loop {
  readonly #options: ResumerOptions;

  constructor(options: ResumerOptions) {
    super({
      ...options,
      periodMs: lookEveryMs,
      run: () => this.#round(),
      failure: 'resuming failed; the next round tries again',
    });
    this.#options = options;
  }

  async #round(): Promise<void> {
    const { schedule, presence, clock, config, host } = this.#options;
    if (!presence.holds()) return;
    const before = clock.now() + config.schedulerLookAheadMs;
    for (const holding of host.holdings()) {
      const bounds = host.due(holding, before);
      if (!bounds) continue;
      await this.#resume(await schedule.duePauses({ ...bounds, limit: batchSize }), before);
    }
  }

  async #resume(paused: Timer[], before: number): Promise<void> {
    for (let i = 0; i < paused.length; i += resumedAtOnce) {
      const group = paused.slice(i, i + resumedAtOnce);
      await Promise.all(group.map((timer) => this.#resumeOne(timer, before)));
      this.#options.onResumed();
    }
  }

  async #resumeOne(timer: Timer, before: number): Promise<void> {
    const { timers, events, clock, settledRetentionMs } = this.#options;
    const change = await timers.change(timer, (current) => {
      const now = clock.now();
      const instant = { now, expireAt: now + settledRetentionMs };
      const change = endPause(current, before, instant);
      const record = current && change && endOfPause(current, change, now);
      return { change, record, reply: change };
    });
    if (change) events.tell([change.timer], () => factsOfChange(timer, change));
  }
}
