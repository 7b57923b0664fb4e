/** The account of one run's calls, kept by the receiver: what came, how late, how often. Pure. */

/** How many timers were this late, by whole milliseconds, ascending. */
export type Histogram = readonly (readonly [latenessMs: number, timers: number])[];

export interface Account {
  expected: number;
  /** Expected and never called. */
  missing: number;
  /** Timers called before their time. */
  early: number;
  /** Timers called more than once. */
  doubled: number;
  /** First calls, epoch milliseconds; 0 where none came. */
  firstAt: number;
  lastAt: number;
  /** Of each timer's first call. */
  lateness: Histogram;
  /** The longest lateness when a timer could not be called before `since`. */
  longestSinceMs: number;
}

interface Timer {
  due: number;
  first: number;
  calls: number;
  early: boolean;
}

export class CallAccount {
  readonly #timers = new Map<number, Timer>();

  /** Instants in epoch milliseconds. Answers how many different timers have been called by now. */
  record(n: number, due: number, at: number): number {
    const timer = this.#timers.get(n);
    if (timer) timer.calls++;
    else this.#timers.set(n, { due, first: at, calls: 1, early: at < due });
    return this.#timers.size;
  }

  /** @param since the instant before which the system could call nobody */
  summary(expected: number, since = 0): Account {
    const timers = [...this.#timers.values()];
    const lateness = new Map<number, number>();
    let [firstAt, lastAt, longestSinceMs] = [Number.MAX_SAFE_INTEGER, 0, 0];
    for (const { due, first } of timers) {
      lateness.set(first - due, (lateness.get(first - due) ?? 0) + 1);
      firstAt = Math.min(firstAt, first);
      lastAt = Math.max(lastAt, first);
      longestSinceMs = Math.max(longestSinceMs, first - Math.max(due, since));
    }
    return {
      expected,
      missing: expected - timers.length,
      early: timers.filter(({ early }) => early).length,
      doubled: timers.filter(({ calls }) => calls > 1).length,
      firstAt: timers.length > 0 ? firstAt : 0,
      lastAt,
      lateness: [...lateness].sort(([a], [b]) => a - b),
      longestSinceMs,
    };
  }
}
