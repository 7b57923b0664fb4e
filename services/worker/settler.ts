/**
 * Writes what became of the attempts, in batches, and does not give up while the store is away: a result that is not
 * written is taken for lost, and the target is called again. It may hold as many as the queue lets a worker hold, since
 * a message is acknowledged only when its result is stored.
 */
import { backoffMs } from '../../shared/base/backoff.js';
import { Batcher } from '../../shared/base/batcher.js';
import { sleep, type Clock } from '../../shared/base/clock.js';
import { CarillonError, messageOf } from '../../shared/base/errors.js';
import type { Random } from '../../shared/base/random.js';
import { factOfAttempt } from '../../shared/events/facts.js';
import type { EventSender } from '../../shared/events/sender.js';
import type { ServiceLevelRecorder } from '../../shared/service-levels/recorder.js';
import type { DeliveryStore, Settlement } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import type { WorkMessage } from '../../shared/queue/queue.js';
import type { WorkerMetrics } from './metrics.js';

export interface SettlerOptions {
  store: Pick<DeliveryStore, 'settle'>;
  events: Pick<EventSender, 'tell'>;
  recorder: Pick<ServiceLevelRecorder, 'record'>;
  clock: Clock;
  random: Random;
  log: Logger;
  metrics: Pick<WorkerMetrics, 'settleBatch'>;
  /** Aborted when there is no more time: what is not stored then is left to the rescuer. */
  signal: AbortSignal;
  /** Told of shards in which an execution that waited for one of these has become due. */
  onDue(shards: ReadonlySet<number>): void;
}

const largestBatch = 200;
/** Nobody waits for a result to be stored, and a store's price is by the batch: at 200 a second it is five at a time. */
const restMs = 25;
const backoff = { baseMs: 100, maxMs: 5_000 };
/** A settlement that the store refuses this often for itself, not for being away, is given up. */
const triesWhenRefused = 5;

export class Settler {
  readonly #options: SettlerOptions;
  readonly #batcher: Batcher<Settlement, boolean>;

  constructor(options: SettlerOptions) {
    this.#options = options;
    this.#batcher = new Batcher({
      maxItems: largestBatch,
      pace: { clock: options.clock, restMs },
      run: (settlements) => this.#store(together(settlements)),
      onBatch: (size) => options.metrics.settleBatch.observe(size),
    });
  }

  /** True once it is stored; false when it was given up. Never rejects. */
  async settle(settlement: Settlement, execution: WorkMessage['execution']): Promise<boolean> {
    const isStored = await this.#batcher.add(settlement);
    if (isStored) {
      this.#options.recorder.record(execution, settlement.record);
      this.#options.events.tell([execution], () => factOfAttempt(execution, settlement.record));
    }
    return isStored;
  }

  async #store(settlements: Settlement[]): Promise<boolean[]> {
    const { store, clock, random, log, signal, onDue } = this.#options;
    for (let tries = 0; ; tries++) {
      try {
        const shards = await store.settle(settlements);
        if (shards.size > 0) onDue(shards);
        return settlements.map(() => true);
      } catch (error) {
        if (signal.aborted) return settlements.map(() => false);
        if (!mayPass(error) && tries >= triesWhenRefused) return this.#apart(settlements, error);
        if (tries === 0)
          log.warn(
            { attempts: settlements.length, reason: messageOf(error) },
            'results cannot be stored; trying again',
          );
      }
      await sleep(clock, backoffMs(tries, backoff, random), signal);
    }
  }

  /** One that the store refuses must not keep the others of its batch from being stored. */
  async #apart(settlements: Settlement[], error: unknown): Promise<boolean[]> {
    if (settlements.length > 1)
      return (await Promise.all(settlements.map((settlement) => this.#store([settlement])))).flat();
    const { record } = settlements[0]!;
    this.#options.log.error(
      { attempt: record.id, err: error },
      'the store refuses this result; the attempt will be taken for lost',
    );
    return [false];
  }
}

/** With one instant for all: what is equal for a batch goes to the store as one update. */
function together(settlements: Settlement[]): Settlement[] {
  const latest = settlements.reduce((one, other) => (other.now > one.now ? other : one));
  return settlements.map((settlement) => ({
    ...settlement,
    now: latest.now,
    expireAt: latest.now + (settlement.expireAt - settlement.now),
  }));
}

function mayPass(error: unknown): boolean {
  return error instanceof CarillonError && (error.retryable || error.code === 'deadline-exceeded');
}
