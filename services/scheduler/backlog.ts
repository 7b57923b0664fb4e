/** How much work waits for workers, and whether that alone explains why something was not started yet. Pure. */
import type { ProcessRow } from '../../shared/store/processes.js';

export interface Backlog {
  messages: number;
  startedPerSecond: number;
  /** More waits than the living workers start in a second. */
  exceedsOneSecond: boolean;
}

/** @param ready messages that wait in the queue; what workers hold unstarted is in their rows */
export function backlogOf(ready: number, rows: readonly ProcessRow[]): Backlog {
  const living = rows.filter((row) => !row.gone);
  const sum = (of: (row: ProcessRow) => number | undefined): number =>
    living.reduce((total, row) => total + (of(row) ?? 0), 0);
  const messages = ready + sum((row) => row.report.unstarted);
  const startedPerSecond = sum((row) => row.report.startedPerSecond);
  return { messages, startedPerSecond, exceedsOneSecond: messages > startedPerSecond };
}
