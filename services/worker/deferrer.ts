/** Puts off what its slow destination leaves no slot for, in batches; it spends no attempt and is claimed again like a retry. */
import { backoffMs } from '../../shared/base/backoff.js';
import { Batcher } from '../../shared/base/batcher.js';
import type { Clock } from '../../shared/base/clock.js';
import type { Random } from '../../shared/base/random.js';
import { executionFact } from '../../shared/events/facts.js';
import type { EventSender } from '../../shared/events/sender.js';
import type { Deferral, DeliveryStore } from '../../shared/store/store.js';
import type { WorkMessage } from '../../shared/queue/queue.js';
import type { WorkerMetrics } from './metrics.js';

export interface DeferrerOptions {
  store: Pick<DeliveryStore, 'defer'>;
  events: Pick<EventSender, 'tell'>;
  clock: Clock;
  random: Random;
  metrics: Pick<WorkerMetrics, 'deferred'>;
  startBatch: number;
}

const reason = 'host-busy';
const backoff = { baseMs: 1_000, maxMs: 60_000 };

export class Deferrer {
  readonly #options: DeferrerOptions;
  readonly #deferrals: Batcher<Deferral, void>;

  constructor(options: DeferrerOptions) {
    this.#options = options;
    this.#deferrals = new Batcher({
      maxItems: options.startBatch,
      run: async (batch) => {
        await options.store.defer(batch);
        return batch.map(() => undefined);
      },
    });
  }

  /** Resolves when it is stored. */
  async defer(execution: WorkMessage['execution']): Promise<void> {
    const { clock, random, metrics, events } = this.#options;
    const { id, generation, claim, deferrals, clockOffsetMs } = execution;
    const until = clock.now() + clockOffsetMs + Math.ceil(backoffMs(deferrals, backoff, random));
    await this.#deferrals.add({ id, generation, claim, until, reason });
    metrics.deferred.inc();
    events.tell([execution], () => ({
      ...executionFact('execution.deferred', { ...execution, reason }),
      nextAttemptAt: until,
    }));
  }
}
