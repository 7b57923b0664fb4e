/** A task that runs again and again: every period, and at once when nudged; never twice at the same time. */
import type { Cancel, Clock } from './clock.js';

export interface LoopOptions {
  clock: Clock;
  periodMs: number;
  /** One round. A rejection is told to `onError` and the loop goes on. */
  run(): Promise<void>;
  onError(error: unknown): void;
}

export class Loop {
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
    this.nudge();
  }

  /** Asks for a round now; while one runs, another follows it directly. */
  nudge(): void {
    if (this.#stopped) return;
    if (this.#running) this.#again = true;
    else this.#round();
  }

  /** No further round starts; resolves when the present one has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#running;
  }

  #round(): void {
    this.#cancel?.();
    this.#again = false;
    const { clock, periodMs, run, onError } = this.#options;
    const begun = clock.monotonic();
    this.#running = run()
      .catch(onError)
      .finally(() => {
        this.#running = null;
        if (this.#stopped) return;
        if (this.#again) return this.#round();
        this.#cancel = clock.after(Math.max(0, begun + periodMs - clock.monotonic()), () => this.#round());
      });
  }
}
