/**
 * Forgets what no step can read any more, so that states which differ in nothing else become one. It may only be used
 * while start and settle compare all that they have to: then a message of an older generation or claim can never win
 * again, a settled attempt can never be settled again, and what has ended is never left.
 */
import {
  absent,
  executionOf,
  isOpen,
  type Execution,
  type Message,
  type Setting,
  type State,
  type Task,
  type Worker,
} from './model.js';

export function mayForget({ guards }: Setting): boolean {
  return (
    guards.startComparesState &&
    guards.startComparesGeneration &&
    guards.startComparesClaim &&
    guards.settleCompares
  );
}

/** The state without what has become void; itself where nothing has. */
export function forgetting(state: State): State {
  const { queue, schedulers, workers, executions } = state;
  const isVoid = (message: Message | null): boolean => message !== null && !canWin(state, message);
  const isIdle = ({ task }: Worker): boolean => task !== null && changesNothing(state, task);
  let rest = state;
  if (executions.some(hasPast)) rest = { ...rest, executions: executions.map(withoutPast) };
  if (queue.some(isVoid)) rest = { ...rest, queue: queue.filter((message) => !isVoid(message)) };
  if (schedulers.some(({ heap }) => heap.some(isVoid))) {
    const emptied = (message: Message | null): Message | null => (isVoid(message) ? null : message);
    rest = { ...rest, schedulers: schedulers.map((one) => ({ ...one, heap: one.heap.map(emptied) })) };
  }
  if (workers.some(isIdle))
    rest = { ...rest, workers: workers.map((one) => (isIdle(one) ? { ...one, task: null } : one)) };
  return rest;
}

/** It can be started, or its start can be asked for again. */
function canWin(state: State, { occurrence, generation, claim }: Message): boolean {
  const execution = executionOf(state, occurrence);
  const isWaiting = execution.state === 'claimed' || execution.state === 'running';
  return isWaiting && execution.generation === generation && execution.claim === claim;
}

/** What is left to do for it finds the attempt settled; its worker may as well be done with it. */
function changesNothing(state: State, { phase, attempt, former, message }: Task): boolean {
  if (phase === 'admitted' || phase === 'started' || (phase === 'calling' && !former)) return false;
  const execution = executionOf(state, message.occurrence);
  return execution.state !== 'running' || execution.attempt !== attempt;
}

function hasPast({ state, records, attempt, generation, promised }: Execution): boolean {
  if (state === 'absent') return false;
  if (isEnd(state)) return generation > 0 || promised > 1;
  return records.some((record, i) => record !== null && (state !== 'running' || i + 1 !== attempt));
}

function isEnd(state: Execution['state']): boolean {
  return state !== 'absent' && !isOpen({ state });
}

/** Of what has ended, a change still asks whether it ever started. */
function withoutPast(execution: Execution): Execution {
  const { state, attempt, deferred, records } = execution;
  if (state === 'absent') return execution;
  if (isEnd(state)) return { ...absent(1), state, deferred, attempt: Math.min(attempt, 1) };
  const present = records.map((record, i) => (state === 'running' && i + 1 === attempt ? record : null));
  return { ...execution, records: present };
}
