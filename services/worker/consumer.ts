/**
 * Takes messages from the queue and brings each to its end: it is started in a batch, delivered, settled, acknowledged.
 *
 *   message ─► waiting ─► starting ─┬─ won ─► delivering ─► settling ─► acknowledged
 *                │                  ├─ lost, or refused by overlap ─► acknowledged
 *                │                  └─ the store is away ─► waiting, after a pause
 *                ├─ its host is slow ─► deferring ─► acknowledged
 *                └─ dispatch is paused at its instant ─► detained ─► waiting
 *
 * Only this incarnation can find out whether a start whose reply was lost has won, so its message stays until that is
 * known: another worker would drop it, and nobody would call before its time is up. Of one execution there is one entry
 * at a time. Another copy of its message takes the place of the earlier one; one of another claim waits for its end.
 */
import { backoffMs } from '../../shared/base/backoff.js';
import type { Cancel, Clock } from '../../shared/base/clock.js';
import { messageOf } from '../../shared/base/errors.js';
import type { Definitions } from '../../shared/definitions/definitions.js';
import type { Random } from '../../shared/base/random.js';
import type { Presence } from '../../shared/presence/presence.js';
import type { Consumer as Subscription, Delivery, WorkQueue } from '../../shared/queue/queue.js';
import type { SettingsSource } from '../../shared/settings/settings.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import type { Definition } from '../../shared/timers/timer.js';
import type { Deferrer } from './deferrer.js';
import { Detention } from './detention.js';
import type { Deliverer, Started } from './delivery/deliver.js';
import type { WorkerMetrics } from './metrics.js';
import type { Settler } from './settler.js';
import type { NotStarted, Starter } from './starter.js';
import type { Slot, Slots } from './slots.js';
import { WaitingRoom } from './waiting-room.js';

export interface ConsumerOptions {
  queue: Pick<WorkQueue, 'consume'>;
  presence: Pick<Presence, 'holds'>;
  settings: SettingsSource;
  clock: Clock;
  random: Random;
  log: Logger;
  metrics: Pick<WorkerMetrics, 'dropped'>;
  slots: Slots;
  definitions: Definitions;
  starter: Starter;
  deliverer: Deliverer;
  settler: Settler;
  deferrer: Deferrer;
  startBatch: number;
}

interface Held {
  /** The newest copy. */
  delivery: Delivery;
  definition: Definition | null;
  /** Messages of the same execution under another claim. */
  successors: Delivery[];
}

/** How often those that wait are looked at when nothing else happens: leases come back, slow hosts become known. */
const lookMs = 100;
/** What waits is late already when the store comes back. */
const storeBackoff = { baseMs: 200, maxMs: 1_000 };

export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #held = new Map<string, Held>();
  readonly #waiting: WaitingRoom<Held>;
  readonly #detention: Detention<Held>;
  readonly #prefetch: number;
  #subscription: Subscription | null = null;
  #stopping = false;
  #cancelLook: Cancel | null = null;
  #storeFailures = 0;
  #pausedUntil = -Infinity;
  #started = 0;
  #deferring = 0;
  readonly #pauses = new Map<Held, Cancel>();
  readonly #onEmpty: (() => void)[] = [];

  /** Starts won since the consumer was made. */
  startedInAll = 0;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    const { slots, startBatch } = options;
    this.#prefetch = slots.most + startBatch;
    this.#waiting = new WaitingRoom(slots);
    this.#detention = new Detention({ ...options, release: (entry) => this.#await(entry) });
  }

  /** Messages held and not started. */
  get unstarted(): number {
    return this.#held.size - this.#started;
  }

  /** Messages that have not come to their end here. */
  get size(): number {
    return this.#held.size;
  }

  async start(): Promise<void> {
    this.#subscription = await this.#options.queue.consume({
      prefetch: this.#prefetch,
      onDelivery: (delivery) => this.#take(delivery),
    });
  }

  /** Takes nothing more and gives back what is not started. What is started goes on: see `drained`. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelLook?.();
    try {
      await this.#subscription?.stop();
    } finally {
      for (const entry of [...this.#waiting.clear(), ...this.#detention.clear(), ...this.#pauses.keys()])
        this.#release(entry);
    }
  }

  /** Resolves when nothing is held any more. */
  async drained(): Promise<void> {
    if (this.#held.size > 0) await new Promise<void>((resolve) => this.#onEmpty.push(resolve));
  }

  #take(delivery: Delivery): void {
    if (this.#stopping) return delivery.release();
    const { execution, definition } = delivery.message;
    const held = this.#held.get(execution.id);
    if (held) return this.#takeAgain(held, delivery);
    const entry: Held = { delivery, definition, successors: [] };
    this.#held.set(execution.id, entry);
    if (definition) this.#await(entry);
    else void this.#readDefinition(entry);
  }

  #takeAgain(held: Held, delivery: Delivery): void {
    const [one, other] = [held.delivery.message.execution, delivery.message.execution];
    if (one.generation !== other.generation || one.claim !== other.claim)
      return void held.successors.push(delivery);
    held.delivery.ack();
    held.delivery = delivery;
  }

  async #readDefinition(entry: Held): Promise<void> {
    try {
      entry.definition = await this.#options.definitions.of(entry.delivery.message.execution);
      this.#await(entry);
    } catch (error) {
      this.#onStoreError(entry, error, () => this.#release(entry));
    }
  }

  #await(entry: Held): void {
    if (this.#stopping) return this.#release(entry);
    const { host, callAt } = entry.delivery.message.execution;
    if (this.#detention.applies(callAt)) return this.#detention.put(entry);
    this.#waiting.push(host, entry, this.#options.clock.monotonic());
    this.#pump();
  }

  /** Starts whoever may start now; for the others it looks again a little later. */
  #pump(): void {
    const { presence, clock } = this.#options;
    const now = clock.monotonic();
    const mayStart = now >= this.#pausedUntil && !this.#stopping && !this.#detention.applies(-Infinity);
    while (mayStart && this.#waiting.size > 0 && presence.holds()) {
      const next = this.#waiting.next(now);
      if (!next) break;
      void this.#run(next.item, next.slot);
    }
    if (this.#waiting.size === 0 || this.#stopping) return;
    if (this.#excess() > 0) this.#deferSurplus();
    this.#cancelLook ??= clock.after(lookMs, () => {
      this.#cancelLook = null;
      this.#deferSurplus();
      this.#pump();
    });
  }

  /** How many held messages crowd out the arrival of others. */
  #excess(): number {
    const crowd = this.#prefetch - Math.ceil(this.#options.startBatch / 2);
    return this.#held.size - this.#deferring - crowd;
  }

  async #run(entry: Held, slot: Slot): Promise<void> {
    const started = await this.#start(entry);
    if (typeof started === 'object') return this.#deliver(entry, started, slot);
    this.#giveSlot(slot);
    if (started === 'put-off') this.#await(entry);
    else if (started !== 'failed') this.#lose(entry, started);
  }

  async #start(entry: Held): Promise<Started | NotStarted | 'failed'> {
    try {
      const { delivery, definition } = entry;
      const started = await this.#options.starter.start({ message: delivery.message, definition });
      this.#storeFailures = 0;
      return started;
    } catch (error) {
      this.#onStoreError(entry, error, () => this.#await(entry));
      return 'failed';
    }
  }

  #lose(entry: Held, why: 'lost' | 'refused'): void {
    this.#options.metrics.dropped.inc({ reason: `start-${why}` });
    this.#end(entry);
  }

  async #deliver(entry: Held, started: Started, slot: Slot): Promise<void> {
    const { slots, clock, deliverer, settler, log } = this.#options;
    this.#started++;
    this.startedInAll++;
    try {
      const settlement = await deliverer
        .deliver(started, () => {
          if (slot.calledAt === null) slots.call(slot, clock.monotonic());
        })
        .finally(() => this.#giveSlot(slot));
      if (settlement) await settler.settle(settlement, started.message.execution);
    } catch (error) {
      log.error({ err: error, execution: started.message.execution.id }, 'an attempt went wrong inside us');
    } finally {
      this.#started--;
      this.#end(entry);
    }
  }

  #giveSlot(slot: Slot): void {
    this.#options.slots.give(slot, this.#options.clock.monotonic());
    this.#pump();
  }

  #deferSurplus(): void {
    const now = this.#options.clock.monotonic();
    if (now < this.#pausedUntil) return;
    for (const entry of this.#waiting.surplus(now, this.#excess())) void this.#defer(entry);
  }

  async #defer(entry: Held): Promise<void> {
    this.#deferring++;
    try {
      await this.#options.deferrer.defer(entry.delivery.message.execution);
      this.#end(entry);
    } catch (error) {
      this.#onStoreError(entry, error, () => this.#release(entry));
    } finally {
      this.#deferring--;
    }
  }

  /** Nothing is started for a while; `then` says what becomes of the message. */
  #onStoreError(entry: Held, error: unknown, then: () => void): void {
    const { clock, random, log } = this.#options;
    const now = clock.monotonic();
    if (now >= this.#pausedUntil) {
      if (this.#storeFailures === 0)
        log.warn({ reason: messageOf(error) }, 'the store cannot be reached; starting nothing until it can');
      this.#pausedUntil = now + backoffMs(this.#storeFailures++, storeBackoff, random);
    }
    if (this.#stopping) return this.#release(entry);
    const cancel = clock.after(this.#pausedUntil - now, () => {
      this.#pauses.delete(entry);
      then();
    });
    this.#pauses.set(entry, cancel);
  }

  #release(entry: Held): void {
    this.#pauses.get(entry)?.();
    this.#pauses.delete(entry);
    entry.delivery.release();
    this.#forget(entry);
  }

  #end(entry: Held): void {
    entry.delivery.ack();
    this.#forget(entry);
  }

  #forget({ delivery, successors }: Held): void {
    this.#held.delete(delivery.message.execution.id);
    for (const successor of successors) this.#take(successor);
    if (this.#held.size === 0) for (const resolve of this.#onEmpty.splice(0)) resolve();
  }
}
