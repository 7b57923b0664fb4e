/**
 * Which shards this process looks after. While it leads, all of them; otherwise none. It asks the election at each
 * call, so a leader whose lease has ended owns nothing from that moment on.
 */
import type { Election, Leadership } from '../../shared/coordination/election.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import { shardCount } from '../../shared/timers/timer.js';
import type { SchedulerMetrics } from './metrics.js';

const all: readonly number[] = Array.from({ length: shardCount }, (_, shard) => shard);
const none: readonly number[] = [];

export interface ShardHostOptions {
  election: Election;
  metrics: SchedulerMetrics;
  log: Logger;
  /** Called when shards have been taken. */
  onTaken(): void;
}

export class ShardHost {
  readonly #election: Election;

  constructor({ election, metrics, log, onTaken }: ShardHostOptions) {
    this.#election = election;
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
    return this.#election.current().role === 'leader' ? all : none;
  }

  owns(shard: number): boolean {
    return this.shards().includes(shard);
  }
}
