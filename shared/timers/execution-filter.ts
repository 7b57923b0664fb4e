/**
 * Which executions are meant, and along which index they are found, the newest first. Pure. Most executions have succeeded or
 * are about to: only those that did not, and those that are open, have an index by state, so that the others cost nothing.
 */
import { type Execution, type ExecutionState, openStates } from './execution.js';
import type { Outcome } from './outcome.js';

/** What is given has to hold, all of it. */
export interface ExecutionFilter {
  timerId?: string;
  state?: ExecutionState;
  /** Host and port of the target. */
  host?: string;
  /** Of the newest attempt that has ended. */
  outcome?: Outcome;
  /** Bounds on scheduledFor, each exclusive. */
  scheduledBefore?: number;
  scheduledAfter?: number;
}

/** Ends other than success, each with an index of its own. */
export const unsuccessfulEnds = [
  'failed',
  'aborted',
  'cancelled',
  'skipped',
] as const satisfies readonly ExecutionState[];

export interface ExecutionWalk {
  /** Whose index is walked: the timer's, the state's, that of all open ones, or that of all of the namespace. */
  by: 'timerId' | 'state' | 'open' | null;
  /** What the index does not bear. */
  rest: Pick<ExecutionFilter, 'state' | 'host' | 'outcome'>;
}

export function walkOfExecutions({ timerId, state, host, outcome }: ExecutionFilter): ExecutionWalk {
  const by = timerId !== undefined ? 'timerId' : indexOfState(state);
  return {
    by,
    rest: {
      ...(state !== undefined && by !== 'state' && { state }),
      ...(host !== undefined && { host }),
      ...(outcome !== undefined && { outcome }),
    },
  };
}

function indexOfState(state: ExecutionState | undefined): ExecutionWalk['by'] {
  if (unsuccessfulEnds.some((end) => end === state)) return 'state';
  return openStates.some((open) => open === state) ? 'open' : null;
}

/** True where these filters would look at every execution of the namespace for a few. */
export function isUnbounded(filter: ExecutionFilter): boolean {
  const { by, rest } = walkOfExecutions(filter);
  return by === null && filter.scheduledAfter === undefined && (rest.host ?? rest.outcome) !== undefined;
}

/** True for an execution that is meant. */
export function fitsExecutionFilter(execution: Execution, filter: ExecutionFilter): boolean {
  const { scheduledBefore = Infinity, scheduledAfter = -Infinity, ...equal } = filter;
  return (
    Object.entries(equal).every(([name, value]) => execution[name as keyof typeof equal] === value) &&
    execution.scheduledFor < scheduledBefore &&
    execution.scheduledFor > scheduledAfter
  );
}
