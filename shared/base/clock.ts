/**
 * The only source of time. `now` is monotonic time plus an offset; the offset is the local wall clock's, corrected
 * by readings of the store's clock where the two differ by more than the reading's own uncertainty. No decision reads
 * the wall clock directly, and nothing here ever waits for another machine.
 */

/** Ends a pending `after`; harmless when it has run already. */
export type Cancel = () => void;

export interface Clock {
  /** Corrected time, whole milliseconds since the Unix epoch, rounded down (so `now() >= t` is never early). */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes back, unaffected by corrections. */
  monotonic(): number;
  /** False until a trusted reading is in; claim, publish and start nothing while it is false. */
  ready(): boolean;
  /** Runs `run` once, not before `delayMs` have passed. */
  after(delayMs: number, run: () => void): Cancel;
}

/** One reading of another clock. `sentAt` and `receivedAt` are monotonic, `time` is epoch milliseconds. */
export interface TimeReading {
  /** Which clock was read, for instance the primary's name; a new source discards the old readings. */
  source: string;
  time: number;
  sentAt: number;
  receivedAt: number;
}

/** What a machine tells of time by itself, for better or worse; a simulation brings its own. */
export interface Machine {
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonic(): number;
  /** The wall clock, epoch milliseconds; may be wrong, and may be set at any time. */
  wall(): number;
  /** Runs `run` once after `delayMs`, a whole number. */
  after(delayMs: number, run: () => void): Cancel;
}

interface Sample {
  offset: number;
  roundTrip: number;
  receivedAt: number;
}

const sampleLifeMs = 60_000;
const partingMs = 50;
const fixedUncertaintyMs = 5;
const longestDelayMs = 2 ** 31 - 1;

export const thisMachine: Machine = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  after(delayMs, run) {
    const handle = setTimeout(run, delayMs);
    return () => clearTimeout(handle);
  },
};

export class SystemClock implements Clock {
  readonly #machine: Machine;
  #samples: Sample[] = [];
  #source: string | null = null;
  #localOffset: number;

  constructor(machine = thisMachine) {
    this.#machine = machine;
    this.#localOffset = this.#wallOffset();
  }

  now(): number {
    return Math.floor(this.#machine.monotonic() + this.#offset());
  }

  monotonic(): number {
    return this.#machine.monotonic();
  }

  ready(): boolean {
    return this.#samples.length > 0;
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.#machine.after(Math.min(Math.max(0, Math.ceil(delayMs)), longestDelayMs), run);
  }

  /** Takes a reading of the store's clock. Readings older than a minute are forgotten; the shortest round trip counts. */
  sample(reading: TimeReading): void {
    this.#watchWall();
    if (reading.source !== this.#source) {
      this.#samples = [];
      this.#source = reading.source;
    }
    const roundTrip = reading.receivedAt - reading.sentAt;
    const middle = reading.sentAt + roundTrip / 2;
    this.#samples = this.#samples.filter((sample) => reading.receivedAt - sample.receivedAt < sampleLifeMs);
    this.#samples.push({ offset: reading.time - middle, roundTrip, receivedAt: reading.receivedAt });
  }

  /** Measured difference between the store's clock and ours, milliseconds; 0 while no reading is in. */
  skewMs(): number {
    const best = this.#best();
    return best ? best.offset - this.#localOffset : 0;
  }

  #offset(): number {
    const best = this.#best();
    if (!best) return this.#localOffset;
    const uncertainty = best.roundTrip / 2 + fixedUncertaintyMs;
    return Math.abs(best.offset - this.#localOffset) > uncertainty ? best.offset : this.#localOffset;
  }

  #best(): Sample | undefined {
    let best: Sample | undefined;
    for (const sample of this.#samples) if (!best || sample.roundTrip < best.roundTrip) best = sample;
    return best;
  }

  /** The wall clock was set, or the machine slept: what was measured before no longer holds. */
  #watchWall(): void {
    const offset = this.#wallOffset();
    if (Math.abs(offset - this.#localOffset) > partingMs) this.#samples = [];
    this.#localOffset = offset;
  }

  #wallOffset(): number {
    return this.#machine.wall() - this.#machine.monotonic();
  }
}

/** Resolves after `delayMs`, or at once when `signal` aborts; never rejects. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const cancel = clock.after(delayMs, done);
    signal?.addEventListener('abort', done, { once: true });
    function done(): void {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}
