/** The clock of one process among several: it can be frozen, and then nothing that it was to run runs until it thaws. */
import type { Cancel } from '../../../../shared/base/clock.js';
import type { CorrectableClock } from '../../../../shared/presence/presence.js';
import type { ManualClock } from '../../../support/manual-clock.js';

export class NodeClock implements CorrectableClock {
  readonly #clock: ManualClock;
  #frozen = false;
  readonly #waiting: (() => void)[] = [];

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  ready(): boolean {
    return true;
  }

  skewMs(): number {
    return 0;
  }

  sample(): void {
    // All processes of this world have the store's clock.
  }

  after(delayMs: number, run: () => void): Cancel {
    let cancelled = false;
    const cancel = this.#clock.after(delayMs, () => void this.awake().then(() => cancelled || run()));
    return () => {
      cancelled = true;
      cancel();
    };
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    for (const run of this.#waiting.splice(0)) run();
  }

  /** Resolves at once, or when it thaws. */
  awake(): Promise<void> {
    return this.#frozen ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
  }
}
