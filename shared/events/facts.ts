/** The facts of what was written: of a timer, of an execution, of an attempt. Pure. */
import type { Change } from '../timers/change.js';
import type { Execution, ExecutionState } from '../timers/execution.js';
import type { AttemptRecord } from '../timers/outcome.js';
import type { Timer } from '../timers/timer.js';
import type { EventKind, Fact } from './event.js';

export function timerFact(kind: EventKind, { namespace, id, definition, ...timer }: Timer): Fact {
  const { state, generation, next } = timer;
  const { host } = new URL(definition.target.url);
  return { kind, namespace, timerId: id, host, state, generation, nextDueAt: next?.dueAt ?? null };
}

/** What an event says of an execution. */
type Told = Pick<
  Execution,
  'id' | 'namespace' | 'timerId' | 'host' | 'scheduledFor' | 'dueAt' | 'attempt'
> & {
  reason?: string | null;
};

export function executionFact(kind: EventKind, execution: Told): Fact {
  const { id, namespace, timerId, host, scheduledFor, dueAt, attempt, reason = null } = execution;
  const base = { kind, namespace, timerId, host, executionId: id, scheduledFor, dueAt, attempt };
  return reason === null ? base : { ...base, reason };
}

/** States whose beginning is told, and as what. */
const kinds: Partial<Record<ExecutionState, EventKind>> = {
  claimed: 'execution.claimed',
  deferred: 'execution.deferred',
  cancelled: 'execution.cancelled',
  aborted: 'execution.aborted',
  skipped: 'execution.skipped',
};

/** Of one that a claim or a change has made or ended; null where there is nothing to tell. */
export function factOfState(execution: Execution): Fact | null {
  const kind = kinds[execution.state];
  if (!kind) return null;
  const fact = executionFact(kind, execution);
  if (execution.state === 'deferred') return { ...fact, nextAttemptAt: execution.wakeAt };
  return execution.covers ? { ...fact, skipped: execution.covers } : fact;
}

/** Of an attempt that is stored, by its verdict. */
export function factOfAttempt(
  execution: Told & Pick<Execution, 'clockOffsetMs'>,
  {
    n,
    status,
    error,
    receipt,
    verdict,
  }: Pick<AttemptRecord, 'n' | 'status' | 'error' | 'receipt' | 'verdict'>,
): Fact {
  const { sentAt, finishedAt } = receipt;
  const reason = verdict.state === 'succeeded' ? null : verdict.reason;
  return {
    ...executionFact(`execution.${verdict.state}`, { ...execution, attempt: n, reason }),
    ...(verdict.state === 'retrying' && { nextAttemptAt: verdict.at }),
    ...(status !== null && { status }),
    ...(error !== null && { error: error.code }),
    ...(sentAt !== null && n === 1 && { latenessMs: sentAt + execution.clockOffsetMs - execution.dueAt }),
    ...(sentAt !== null && finishedAt !== null && { durationMs: finishedAt - sentAt }),
  };
}

/** Of a change, the timer first: what it was made of, and what became of its executions. */
export function factsOfChange(before: Timer | null, { timer, insert, update }: Change): Fact[] {
  const ended = update.filter(({ settledAt }) => settledAt !== null);
  const executions = [...insert, ...ended].map(factOfState).filter((fact) => fact !== null);
  return [timerFact(kindOfChange(before, timer), timer), ...executions];
}

function kindOfChange(before: Timer | null, after: Timer): EventKind {
  if (before?.uid !== after.uid) return 'timer.created';
  if (after.state === 'cancelled') return 'timer.cancelled';
  if (after.manualRuns > before.manualRuns) return 'timer.run';
  if (before.state !== after.state && after.state === 'paused') return 'timer.paused';
  if (before.state !== after.state && before.state === 'paused') return 'timer.resumed';
  return before.generation === after.generation ? 'timer.touched' : 'timer.changed';
}
