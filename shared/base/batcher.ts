/**
 * Group commit: calls that arrive while a batch is under way wait for the next one, so the batch grows with the load
 * and a lone call waits for nothing. Order is kept within a batch.
 */
import type { Cancel, Clock } from './clock.js';

export interface BatcherOptions<Item, Result> {
  /** Handles a whole batch; answers one result per item in the items' order. A rejection rejects every item of the batch. */
  run(items: Item[]): Promise<Result[]>;
  maxItems: number;
  /** Batches under way at once; 1 unless told. */
  concurrency?: number;
  /** At least so long between the beginnings of two batches, unless one is full: only after a pause is a call alone. */
  pace?: Pace;
  /** Told the size of each batch, for metrics. */
  onBatch?(size: number): void;
}

export interface Pace {
  clock: Clock;
  restMs: number;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #running = 0;
  #begunAt = -Infinity;
  #scheduled = false;
  /** Set while the rest between two batches lasts and something waits. */
  #cancelRest: Cancel | null = null;
  readonly #idle: (() => void)[] = [];

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
  }

  /** Adds one item; resolves with its own result once its batch is done. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  /** Items that wait for a batch. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drain(): Promise<void> {
    if (this.#running === 0 && this.#waiting.length === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled || this.#running >= (this.#options.concurrency ?? 1)) return;
    if (this.#rests()) return;
    this.#cancelRest?.();
    this.#cancelRest = null;
    this.#scheduled = true;
    // One turn of the event loop gathers what arrived together; an idle system waits no longer than that.
    setImmediate(() => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  /** True while the rest lasts; then it is looked at again when that is over. */
  #rests(): boolean {
    const { pace, maxItems } = this.#options;
    if (!pace || this.#waiting.length >= maxItems) return false;
    const leftMs = this.#begunAt + pace.restMs - pace.clock.monotonic();
    if (leftMs <= 0) return false;
    this.#cancelRest ??= pace.clock.after(leftMs, () => {
      this.#cancelRest = null;
      this.#schedule();
    });
    return true;
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting.splice(0, this.#options.maxItems);
    if (batch.length === 0) return;
    this.#running++;
    this.#begunAt = this.#options.pace?.clock.monotonic() ?? 0;
    if (this.#waiting.length > 0) this.#schedule();
    this.#options.onBatch?.(batch.length);
    try {
      const results = await this.#options.run(batch.map((waiting) => waiting.item));
      if (results.length !== batch.length)
        throw new Error(`a batch of ${batch.length} gave ${results.length} results`);
      batch.forEach((waiting, i) => waiting.resolve(results[i]!));
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    } finally {
      this.#running--;
      if (this.#waiting.length > 0) this.#schedule();
      else if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }
}
