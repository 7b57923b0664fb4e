/**
 * What the user asks for: cancel, pause, resume, change. Each is one transaction over the timer and what is open of it,
 * at the instant c. A change gives the same schedule another target, so that an old version that rings is told apart.
 */
import {
  absent,
  executionOf,
  isOpen,
  neverStarted,
  withTimer,
  type Execution,
  type Setting,
  type State,
  type Timer,
} from './model.js';
import type { Rule } from './step.js';
import type { Wish } from './world.js';

export const wish: Rule = (state, setting, take) => {
  if (state.left.wishes === 0) return;
  const { world } = setting;
  const readings = world.wrongClock === 'api' && state.now > 0 ? [state.now, state.now - 1] : [state.now];
  for (const name of world.mayWish) {
    if (!isPossible(name, state.timer)) continue;
    for (const reading of readings) {
      const instant = instantOf(state, reading, setting);
      const behind = reading < state.now ? ', by a clock that is behind,' : '';
      const done = wishes[name](
        { ...state, left: { ...state.left, wishes: state.left.wishes - 1 } },
        instant,
        setting,
      );
      const says = (): string => `the user's ${name} is acknowledged${behind} at ${instant}`;
      take({ kind: 'user', says }, promisedAnew(done, instant));
    }
  }
};

function isPossible(name: Wish, { state }: Timer): boolean {
  if (name === 'pause') return state === 'active';
  if (name === 'resume') return state === 'paused';
  return state === 'active' || state === 'paused';
}

/** c: never below the last one, nor the newest occurrence that has started or was deferred. */
function instantOf({ executions, timer }: State, reading: number, { guards }: Setting): number {
  const bounds = executions.map(({ attempt, deferred }, i) => {
    const counts = (attempt > 0 && guards.instantCoversStarted) || (deferred && guards.instantCoversDeferred);
    return counts ? i + 1 : 0;
  });
  return Math.max(reading, timer.changedAt, ...bounds);
}

type Doing = (state: State, instant: number, setting: Setting) => State;

const wishes: Record<Wish, Doing> = { cancel, pause, resume, change };

function cancel(state: State, instant: number, { guards }: Setting): State {
  const cancelled = eachExecution(state, (execution, occurrence) => {
    const isDropped = state.timer.state === 'paused' && !guards.cancelRecordsPause;
    if (isUnclaimed(state, occurrence) && occurrence <= instant && !isDropped)
      return { ...execution, state: 'cancelled' };
    if (execution.state === 'running') return { ...execution, final: true };
    if (!isOpen(execution) || (execution.state === 'claimed' && !guards.sweep)) return execution;
    return { ...execution, state: 'cancelled', holder: null };
  });
  return changed(cancelled, instant, { state: 'cancelled', next: 0 });
}

function pause(state: State, instant: number, { guards }: Setting): State {
  const paused = eachExecution(state, (execution, occurrence) => {
    if (isUnclaimed(state, occurrence) && occurrence <= instant) return { ...execution, state: 'skipped' };
    if (!isOpen(execution)) return execution;
    if (execution.state !== 'claimed' || !neverStarted(execution)) return { ...execution, held: true };
    if (!guards.sweep) return execution;
    return occurrence > instant
      ? absent(execution.promised)
      : { ...execution, state: 'skipped', holder: null };
  });
  return changed(paused, instant, { state: 'paused', next: 0 });
}

function resume(state: State, instant: number): State {
  const resumed = eachExecution(skippedUpTo(state, instant), (execution) => ({ ...execution, held: false }));
  return changed(resumed, instant, { state: 'active', next: nextAfter(state, instant) });
}

/** What fell due while the timer was paused; a change has to record it too, while the old schedule is still known. */
function skippedUpTo(state: State, instant: number): State {
  return eachExecution(state, (execution, occurrence) =>
    execution.state === 'absent' && occurrence <= instant ? { ...execution, state: 'skipped' } : execution,
  );
}

function change(state: State, instant: number, { guards }: Setting): State {
  if (state.timer.state === 'paused') return changed(skippedUpTo(state, instant), instant, {});
  const { generation } = state.timer;
  const swept = eachExecution(state, (execution, occurrence) => {
    if (isUnclaimed(state, occurrence) && occurrence <= instant && guards.changeClaimsOverdue)
      return { ...absent(execution.promised), state: 'claimed', generation, claim: 1, callAt: occurrence };
    const isWithdrawn = guards.withdrawsNeverStarted ? occurrence > instant && neverStarted(execution) : true;
    return execution.state === 'claimed' && isWithdrawn && guards.sweep
      ? absent(execution.promised)
      : execution;
  });
  const next = nextAfter(state, instant);
  // A one-shot's instant at or before c is due at once; a claim finds out whether it rang before.
  const isOneShot = state.executions.length === 1;
  return changed(swept, instant, { next: next === 0 && isOneShot ? 1 : next });
}

function isUnclaimed(state: State, occurrence: number): boolean {
  const { state: is, next } = state.timer;
  if (executionOf(state, occurrence).state !== 'absent') return false;
  return is === 'paused' || (next !== 0 && occurrence >= next);
}

function nextAfter({ executions }: State, instant: number): number {
  return instant < executions.length ? instant + 1 : 0;
}

function changed(state: State, instant: number, change: Partial<Timer>): State {
  return withTimer(state, { generation: state.timer.generation + 1, changedAt: instant, ...change });
}

function eachExecution(state: State, map: (execution: Execution, occurrence: number) => Execution): State {
  return { ...state, executions: state.executions.map((execution, i) => map(execution, i + 1)) };
}

/** What the answer tells: occurrences after c ring as this generation says, or not at all. */
function promisedAnew(state: State, instant: number): State {
  const { generation } = state.timer;
  return eachExecution(state, (execution, occurrence) =>
    occurrence > instant ? { ...execution, promised: generation } : execution,
  );
}
