/**
 * What must hold (protocols.md, section 6), as far as one timer goes. Some of it is seen in a state, some only in a step.
 * That from everywhere a way leads to a good end is the other half of NotLost; the explorer sees to that.
 */
import {
  executionOf,
  isOpen,
  isWell,
  type Execution,
  type Message,
  type State,
  type Worker,
} from './model.js';
import type { Event } from './step.js';

export const invariantNames = ['NotLost', 'NotDoubled', 'NotEarly', 'CancelWins', 'NotOverlapping'] as const;
export type InvariantName = (typeof invariantNames)[number];

/** The invariant that a state breaks by itself. */
export function brokenState(
  state: State,
  { overlap }: { overlap: 'allowAll' | 'skip' },
): InvariantName | null {
  if (!isEachAccountedFor(state)) return 'NotLost';
  if (overlap !== 'allowAll' && state.executions.filter(isUnderWay).length > 1) return 'NotOverlapping';
  return null;
}

/** NotLost: an occurrence that the timer has moved past has its execution, or is recorded as skipped or cancelled. */
function isEachAccountedFor({ timer, executions }: State): boolean {
  const { state, next, changedAt } = timer;
  const isPromised = state === 'active' || state === 'completed';
  const passed = !isPromised ? changedAt : next === 0 ? executions.length : next - 1;
  return executions.every((execution, i) => i + 1 > passed || execution.state !== 'absent');
}

/** NotOverlapping: of a timer whose overlap is `skip`, one execution at a time is between its first start and its end. */
function isUnderWay(execution: Execution): boolean {
  return execution.attempt > 0 && isOpen(execution);
}

/** The invariant that a step breaks. */
export function brokenStep(before: State, event: Event | undefined): InvariantName | null {
  switch (event?.type) {
    case 'started':
      return brokenByStart(before, event.message);
    case 'called':
      return brokenByCall(before, event.worker);
    case 'lost':
      return isStillHeld(before, event.occurrence) ? 'NotDoubled' : null;
    case 'skipped':
      return isAnotherUnderWay(before, event.occurrence) ? null : 'NotLost';
    case undefined:
      return null;
  }
}

/** CancelWins: no attempt starts that an acknowledged cancel, pause or change forbids. */
function brokenByStart(before: State, { occurrence, generation }: Message): InvariantName | null {
  const { records, promised } = executionOf(before, occurrence);
  const { state } = before.timer;
  if (state === 'cancelled' || state === 'paused' || generation < promised) return 'CancelWins';
  return records.some((record) => record?.outcome === 'succeeded') ? 'NotDoubled' : null;
}

/** NotEarly; and NotDoubled: no call leaves while another one of the execution is out under a live lease. */
function brokenByCall(before: State, worker: number): InvariantName | null {
  const { occurrence } = before.workers[worker]!.task!.message;
  if (before.now < executionOf(before, occurrence).callAt) return 'NotEarly';
  return before.workers.some((other) => isWell(other) && isOut(other, occurrence)) ? 'NotDoubled' : null;
}

function isOut({ task }: Worker, occurrence: number): boolean {
  return task?.phase === 'calling' && !task.former && task.message.occurrence === occurrence;
}

/** NotDoubled: none is declared lost while its worker lives and its `until` is not past. */
function isStillHeld(before: State, occurrence: number): boolean {
  const { holder, overdue } = executionOf(before, occurrence);
  return holder !== null && !overdue && isWell(before.workers[holder]!);
}

/** NotLost asks of a skip that its reason is true: another execution has the timer. */
function isAnotherUnderWay({ executions, workers, timer }: State, occurrence: number): boolean {
  return executions.some((execution, i) => {
    const other = i + 1;
    const isAdmitted = workers.some(
      ({ task }) => task?.phase === 'admitted' && task.message.occurrence === other,
    );
    return (
      other !== occurrence &&
      isOpen(execution) &&
      (execution.attempt > 0 || isAdmitted || timer.busy === other)
    );
  });
}
