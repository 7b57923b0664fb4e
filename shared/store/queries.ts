/**
 * PORT: what is asked of lists and counts. Each walks one index in its own order and looks at a bounded number of rows,
 * so that no question costs more because the store has more in it.
 */
import type { TimerFilter, TimerOrder } from '../timers/timer-filter.js';
import type { ExecutionFilter } from '../timers/execution-filter.js';

/** How many rows a page looks at, whether or not they fit. */
export const pageScanLimit = 5_000;

/** How many rows a count looks at before it says "at least". */
export const countScanLimit = 100_000;

/** A place in a list, the same for ever: that of this row, whether or not it is still there. */
export interface TimerPosition {
  id: string;
  /** The instant that the order goes by; 0 in the order of ids. */
  at: number;
}

export interface TimerQuery extends TimerFilter {
  namespace: string;
  /** By id unless told. */
  order?: TimerOrder;
  /** The last row of what went before; null from the beginning. */
  after: TimerPosition | null;
  /** The last place that is looked at; to the end unless told. */
  until?: TimerPosition | null;
  limit: number;
}

/** The order says which index is walked. */
export type CountQuery = Omit<TimerQuery, 'after' | 'until' | 'limit'>;

export interface Count {
  /** At least so many. */
  count: number;
  /** True where there are no more. */
  exact: boolean;
}

/** A place in a list of executions. */
export interface ExecutionPosition {
  scheduledFor: number;
  id: string;
}

export interface ExecutionQuery extends ExecutionFilter {
  namespace: string;
  /** The last row of what went before, each row being older than the one before it; null from the newest on. */
  before: ExecutionPosition | null;
  /** The last place that is looked at; to the end unless told. */
  until?: ExecutionPosition | null;
  limit: number;
}

export type ExecutionCountQuery = Omit<ExecutionQuery, 'before' | 'until' | 'limit'>;
