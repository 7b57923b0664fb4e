/**
 * Each second resumes the paused timers whose pause ends within the look-ahead, so that what comes right after its end
 * is claimed in time. Nothing of such a timer starts before the pause is over: resuming says from when on it goes on.
 */
import type { Clock } from '../../shared/base/clock.js';
import { messageOf } from '../../shared/base/errors.js';
import type { Lifecycle } from '../../shared/base/lifecycle.js';
import { Loop } from '../../shared/base/loop.js';
import type { Presence } from '../../shared/presence/presence.js';
import type { ScheduleStore, TimerStore } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import { endPause } from '../../shared/timers/pause.js';
import type { SchedulerConfig } from './config.js';

const lookEveryMs = 1_000;
const batchSize = 1_000;
/** Each is a transaction of its own. */
const resumedAtOnce = 16;

export interface ResumerOptions {
  schedule: Pick<ScheduleStore, 'duePauses'>;
  timers: Pick<TimerStore, 'change'>;
  presence: Pick<Presence, 'holds'>;
  clock: Clock;
  log: Logger;
  config: Pick<SchedulerConfig, 'schedulerLookAheadMs'>;
  settledRetentionMs: number;
  shards(): readonly number[];
  /** Called when timers are active again. */
  onResumed(): void;
}

export class Resumer implements Lifecycle {
  readonly #options: ResumerOptions;
  readonly #loop: Loop;

  constructor(options: ResumerOptions) {
    this.#options = options;
    this.#loop = new Loop({
      clock: options.clock,
      periodMs: lookEveryMs,
      run: () => this.#round(),
      onError: (error) =>
        options.log.warn({ reason: messageOf(error) }, 'resuming failed; the next round tries again'),
    });
  }

  async start(): Promise<void> {
    this.#loop.start();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  async #round(): Promise<void> {
    const { schedule, timers, presence, clock, config, settledRetentionMs, shards, onResumed } =
      this.#options;
    if (!presence.holds() || shards().length === 0) return;
    const before = clock.now() + config.schedulerLookAheadMs;
    const paused = await schedule.duePauses({ shards: shards(), before, limit: batchSize });
    for (let i = 0; i < paused.length; i += resumedAtOnce) {
      const group = paused.slice(i, i + resumedAtOnce);
      await Promise.all(
        group.map((timer) =>
          timers.change(timer, (current) => {
            const now = clock.now();
            const instant = { now, expireAt: now + settledRetentionMs };
            return { change: endPause(current, before, instant), reply: undefined };
          }),
        ),
      );
      onResumed();
    }
  }
}
