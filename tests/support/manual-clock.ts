/** A clock that stands still until it is advanced; what falls due on the way runs in order of time. */
import type { Cancel, Clock, TimeReading } from '../../shared/base/clock.js';

interface Pending {
  at: number;
  run: () => void;
}

export class ManualClock implements Clock {
  #now: number;
  #monotonic = 0;
  #pending: Pending[] = [];
  isReady = true;
  /** What `skewMs` tells. */
  skew = 0;
  /** The readings of the store's clock it was given; they change nothing. */
  readonly readings: TimeReading[] = [];

  constructor(now = Date.UTC(2030, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return Math.floor(this.#now);
  }

  monotonic(): number {
    return this.#monotonic;
  }

  ready(): boolean {
    return this.isReady;
  }

  after(delayMs: number, run: () => void): Cancel {
    const pending = { at: this.#monotonic + Math.max(0, delayMs), run };
    this.#pending.push(pending);
    return () => {
      this.#pending = this.#pending.filter((other) => other !== pending);
    };
  }

  sample(reading: TimeReading): void {
    this.readings.push(reading);
  }

  skewMs(): number {
    return this.skew;
  }

  /** Moves time on, running what falls due; between two of them promises get their turn. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    for (;;) {
      await settlePromises();
      const next = this.#pending.filter((pending) => pending.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#pending = this.#pending.filter((pending) => pending !== next);
      this.#move(Math.max(next.at, this.#monotonic));
      next.run();
    }
    this.#move(end);
    await settlePromises();
  }

  #move(to: number): void {
    this.#now += to - this.#monotonic;
    this.#monotonic = to;
  }
}

/** Lets everything that is ready run: promise reactions and immediates, several turns of them. */
export async function settlePromises(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
