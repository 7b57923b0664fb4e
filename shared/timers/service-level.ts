/** How well a namespace was served in a stretch of time: kept as it happens, added up when it is asked for. Pure. */
import { addHistogram, type Histogram } from './histogram.js';

export const minuteMs = 60_000;
export const hourMs = 3_600_000;

export interface ServiceLevel {
  /** Executions that ended so, attempts counted apart. */
  succeeded: number;
  failed: number;
  aborted: number;
  /** Calls, and executions of which nobody knows what became. */
  attempts: number;
  /** From due to sent, of first attempts, milliseconds. */
  lateness: Histogram;
}

/** What one process has counted in one minute, or all of them in one hour. */
export interface ServiceLevelRow {
  namespace: string;
  /** A minute or an hour, milliseconds. */
  spanMs: number;
  /** Where it begins. */
  from: number;
  /** Who counted: one life of one process; of an hour `all`. */
  source: string;
  level: ServiceLevel;
}

export function emptyLevel(): ServiceLevel {
  return { succeeded: 0, failed: 0, aborted: 0, attempts: 0, lateness: {} };
}

/** Adds up. */
export function sumOf(levels: Iterable<ServiceLevel>): ServiceLevel {
  const sum = emptyLevel();
  for (const { succeeded, failed, aborted, attempts, lateness } of levels) {
    sum.succeeded += succeeded;
    sum.failed += failed;
    sum.aborted += aborted;
    sum.attempts += attempts;
    addHistogram(sum.lateness, lateness);
  }
  return sum;
}

/** Each stretch once: minutes of an hour that is rolled up do not count beside it. */
export function countedOnce(rows: readonly ServiceLevelRow[]): ServiceLevelRow[] {
  const hours = new Set(rows.filter(({ spanMs }) => spanMs === hourMs).map(({ from }) => from));
  return rows.filter(({ spanMs, from }) => spanMs === hourMs || !hours.has(from - (from % hourMs)));
}
