/**
 * Which shards this process looks after: all of them while it leads. When the coordinator goes away while it leads, it
 * goes on for the freshness time, since doubling is harmless and a pause is not; it gives up at once when it hears of
 * another leader.
 */
import type { Clock } from '../../shared/base/clock.js';
import type { Election, Leadership } from '../../shared/coordination/election.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import { shardCount } from '../../shared/timers/timer.js';
import type { SchedulerMetrics } from './metrics.js';

const all: readonly number[] = Array.from({ length: shardCount }, (_, shard) => shard);
const none: readonly number[] = [];
/** How long what was last verified is acted upon while it cannot be verified again. */
const freshnessMs = 10_000;

export interface ShardHostOptions {
  election: Election;
  clock: Clock;
  metrics: SchedulerMetrics;
  log: Logger;
  /** Called when shards have been taken. */
  onTaken(): void;
}

export class ShardHost {
  readonly #election: Election;
  readonly #clock: Clock;
  #verifiedAt = -Infinity;

  constructor({ election, clock, metrics, log, onTaken }: ShardHostOptions) {
    this.#election = election;
    this.#clock = clock;
    let led = false;
    election.onChange(({ role, term, leader }: Leadership) => {
      const leads = role === 'leader';
      metrics.leader.set(leads ? 1 : 0);
      log.info({ role, term, leader }, 'the election changed');
      if (leads && !led) onTaken();
      led = leads;
    });
  }

  shards(): readonly number[] {
    const { role, leader } = this.#election.current();
    const now = this.#clock.monotonic();
    if (role === 'leader') this.#verifiedAt = now;
    else if (leader !== null) this.#verifiedAt = -Infinity;
    return now - this.#verifiedAt < freshnessMs ? all : none;
  }

  owns(shard: number): boolean {
    return this.shards().includes(shard);
  }
}
