/**
 * Starts executions in batches: who wins is running by this incarnation from then on. Nothing is started while the lease
 * is not held; the incarnation is the one that holds it when the batch leaves. A lone execution waits for nothing.
 */
import { Batcher } from '../../shared/base/batcher.js';
import type { Clock } from '../../shared/base/clock.js';
import type { Presence } from '../../shared/presence/presence.js';
import type { WorkMessage } from '../../shared/queue/queue.js';
import type { DeliveryStore, Start } from '../../shared/store/store.js';
import type { Definition } from '../../shared/timers/timer.js';
import type { Started } from './delivery/deliver.js';
import type { WorkerMetrics } from './metrics.js';

export interface StarterOptions {
  store: Pick<DeliveryStore, 'start'>;
  presence: Pick<Presence, 'incarnation' | 'holds'>;
  clock: Clock;
  metrics: Pick<WorkerMetrics, 'startBatch'>;
  startBatch: number;
}

export interface Startable {
  message: WorkMessage;
  /** Null when there is none any more. */
  definition: Definition | null;
}

/** Beyond the longest wait for callAt and the time limit of the call. */
const untilMarginMs = 5_000;

export class Starter {
  readonly #options: StarterOptions;
  readonly #batcher: Batcher<Startable, Started | 'lost' | 'put-off'>;

  constructor(options: StarterOptions) {
    this.#options = options;
    this.#batcher = new Batcher({
      maxItems: options.startBatch,
      concurrency: 2,
      run: (batch) => this.#startBatch(batch),
      onBatch: (size) => options.metrics.startBatch.observe(size),
    });
  }

  /**
   * Answers what was won, `lost` when somebody else has it or it is no longer due, `put-off` when the lease was not held.
   * Rejects while the store is away; then it is unknown whether it was started, and to start it again is safe. Of one
   * execution there must never be two at a time.
   */
  start(startable: Startable): Promise<Started | 'lost' | 'put-off'> {
    return this.#batcher.add(startable);
  }

  async #startBatch(batch: Startable[]): Promise<(Started | 'lost' | 'put-off')[]> {
    const { store, presence, clock } = this.#options;
    if (!presence.holds()) return batch.map(() => 'put-off');
    const runner = presence.incarnation;
    // One instant for the whole batch: what is equal for all goes to the store as one update.
    const from = batch.reduce(
      (latest, { message }) => Math.max(latest, message.execution.callAt),
      clock.now(),
    );
    const starts = batch.map((startable) => startOf(startable, from));
    const won = await store.start(starts, runner);
    const startedAt = clock.now();
    return batch.map(({ message, definition }, i) => {
      const { id, until } = starts[i]!;
      return won.has(id) ? { message, definition, runner, startedAt, until } : 'lost';
    });
  }
}

function startOf({ message, definition }: Startable, from: number): Start {
  const { id, generation, claim, attempt } = message.execution;
  return {
    id,
    generation,
    claim,
    attempt,
    until: from + (definition?.target.timeoutMs ?? 0) + untilMarginMs,
  };
}
