/**
 * Watches the rows of all processes and finds out which are gone. A row counts as unchanged only by the observer's own
 * monotonic time and only through readings that follow each other closely; after a gap the readings begin anew, so a
 * store that was away, or an observer that was frozen, declares nobody.
 */
import type { Clock } from '../base/clock.js';
import type { ProcessRow, ProcessStore } from '../store/processes.js';
import { leaseMs } from './presence.js';

/** Readings further apart than this prove nothing about the time between them. */
const longestGapMs = 1_000;

interface Reading {
  counter: number;
  since: number;
}

export class Observer {
  readonly #processes: ProcessStore;
  readonly #clock: Clock;
  #readings = new Map<string, Reading>();
  #lastLook = -Infinity;

  constructor(processes: ProcessStore, clock: Clock) {
    this.#processes = processes;
    this.#clock = clock;
  }

  /** Reads all rows, and answers those that stood still for a whole lease beside them. */
  async look(): Promise<{ rows: ProcessRow[]; stale: ProcessRow[] }> {
    const rows = await this.#processes.list();
    const now = this.#clock.monotonic();
    const before = now - this.#lastLook <= longestGapMs ? this.#readings : new Map<string, Reading>();
    this.#lastLook = now;
    this.#readings = new Map(
      rows.map((row) => {
        const earlier = before.get(row.incarnation);
        return [
          row.incarnation,
          earlier?.counter === row.counter ? earlier : { counter: row.counter, since: now },
        ];
      }),
    );
    const stale = rows.filter(
      (row) => !row.gone && now - this.#readings.get(row.incarnation)!.since >= leaseMs,
    );
    return { rows, stale };
  }
}
