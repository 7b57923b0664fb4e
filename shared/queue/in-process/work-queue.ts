/**
 * The work queue of one process: for the embedded product and for tests. It keeps nothing across a restart; the store's
 * rescue publishes again what was claimed. It never delivers inside `publish` or `ack`, and never more in one turn of the
 * event loop than leaves room for everything else.
 */
import { CarillonError } from '../../base/errors.js';
import type { Consumer, Delivery, WorkMessage, WorkQueue } from '../queue.js';
import { Fifo } from './fifo.js';

const deliveriesPerTurn = 1_000;

interface Options {
  maxLength: number;
  onProblem(message: string, error: unknown): void;
}

/** A message on its way. Who holds it may acknowledge it; while nobody does, it is ready. */
interface Entry {
  message: WorkMessage;
  holder: Holder | null;
  done: boolean;
}

interface Holder {
  prefetch: number;
  held: Set<Entry>;
  onDelivery(delivery: Delivery): void;
}

export class InProcessWorkQueue implements WorkQueue {
  readonly #options: Options;
  readonly #waiting = new Fifo<Entry>();
  #ready = 0;
  #holders: Holder[] = [];
  #scheduled = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  async publish(messages: WorkMessage[]): Promise<boolean[]> {
    return messages.map((message) => {
      if (this.#closed || this.#ready >= this.#options.maxLength) return false;
      this.#enqueue({ message, holder: null, done: false });
      return true;
    });
  }

  async consume(options: { prefetch: number; onDelivery(delivery: Delivery): void }): Promise<Consumer> {
    this.#assertOpen();
    const holder: Holder = { ...options, held: new Set() };
    this.#holders.push(holder);
    this.#schedule();
    return { stop: async () => this.#leave(holder) };
  }

  async depth(): Promise<number> {
    this.#assertOpen();
    return this.#ready;
  }

  async ping(): Promise<void> {
    this.#assertOpen();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#holders = [];
  }

  #assertOpen(): void {
    if (this.#closed) throw new CarillonError('queue-unavailable', 'the work queue is closed');
  }

  #enqueue(entry: Entry): void {
    entry.holder = null;
    this.#waiting.push(entry);
    this.#ready++;
    this.#schedule();
  }

  #dequeue(): Entry | undefined {
    let entry = this.#waiting.shift();
    // Acknowledged by a consumer that had stopped: it was taken off the count then.
    while (entry?.done) entry = this.#waiting.shift();
    if (entry) this.#ready--;
    return entry;
  }

  /** What a stopped consumer held is ready again; its late acknowledgement still counts until somebody else has it. */
  #leave(holder: Holder): void {
    this.#holders = this.#holders.filter((other) => other !== holder);
    for (const entry of holder.held) this.#enqueue(entry);
    holder.held.clear();
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed || this.#ready === 0 || this.#holders.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#deliverTurn();
    });
  }

  #deliverTurn(): void {
    for (let count = 0; count < deliveriesPerTurn; count++) {
      const holder = this.#nextFree();
      const entry = holder && this.#dequeue();
      if (!entry) return;
      this.#deliver(holder, entry);
    }
    this.#schedule();
  }

  /** The consumer whose turn it is and that has room; it goes to the end of the row. */
  #nextFree(): Holder | undefined {
    const index = this.#holders.findIndex((holder) => holder.held.size < holder.prefetch);
    if (index < 0) return undefined;
    const [holder] = this.#holders.splice(index, 1);
    this.#holders.push(holder!);
    return holder;
  }

  #deliver(holder: Holder, entry: Entry): void {
    entry.holder = holder;
    holder.held.add(entry);
    let settled = false;
    const once = (settle: () => void) => () => {
      if (!settled) settle();
      settled = true;
    };
    try {
      holder.onDelivery({
        message: entry.message,
        ack: once(() => this.#acknowledge(holder, entry)),
        release: once(() => this.#release(holder, entry)),
      });
    } catch (error) {
      this.#options.onProblem('a consumer threw; its message stays unacknowledged', error);
    }
  }

  #acknowledge(holder: Holder, entry: Entry): void {
    const isReady = entry.holder === null;
    if (entry.done || (entry.holder !== holder && !isReady)) return;
    entry.done = true;
    if (isReady) this.#ready--;
    else holder.held.delete(entry);
    this.#schedule();
  }

  #release(holder: Holder, entry: Entry): void {
    if (holder.held.delete(entry)) this.#enqueue(entry);
  }
}
