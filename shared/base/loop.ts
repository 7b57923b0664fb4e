/**
 * A task that runs again and again: every period, and at once when nudged; never twice at the same time. What a part of a
 * service does over and over is a loop with more to it, and extends this.
 */
import type { Cancel, Clock } from './clock.js';
import { messageOf } from './errors.js';
import type { Lifecycle } from './lifecycle.js';

/** Where a round that failed is told of: to a function, or in the log under these words. The loop goes on. */
type Complaint =
  | { onError(error: unknown): void }
  | { log: { warn(fields: { reason: string }, words: string): void }; failure: string };

export type LoopOptions = Complaint & {
  clock: Clock;
  periodMs: number;
  /** One round. */
  run(): Promise<void>;
};

export class Loop implements Lifecycle {
  readonly #options: LoopOptions;
  #cancel: Cancel | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = true;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Starts with a round at once. */
  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#ask();
  }

  /** Asks for a round now; while one runs, another follows it directly. */
  nudge(): void {
    this.#ask();
  }

  /** No further round starts; resolves when the present one has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#running;
  }

  #ask(): void {
    if (this.#stopped) return;
    if (this.#running) this.#again = true;
    else this.#round();
  }

  #round(): void {
    this.#cancel?.();
    this.#again = false;
    const { clock, periodMs, run } = this.#options;
    const begun = clock.monotonic();
    this.#running = run()
      .catch((error: unknown) => this.#complain(error))
      .finally(() => {
        this.#running = null;
        if (this.#stopped) return;
        if (this.#again) return this.#round();
        this.#cancel = clock.after(Math.max(0, begun + periodMs - clock.monotonic()), () => this.#round());
      });
  }

  #complain(error: unknown): void {
    const options = this.#options;
    if ('failure' in options) options.log.warn({ reason: messageOf(error) }, options.failure);
    else options.onError(error);
  }
}
