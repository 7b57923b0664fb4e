/**
 * Life and death of processes, and the passing of time. A process that is frozen or cut off loses its lease at some
 * moment; it may be declared gone from then on, or find its way back; one that finds itself gone goes on as a new
 * incarnation that holds nothing.
 *
 *   well ──lease ends──► lapsed ──declared gone──► gone
 *    ▲ ◄────renews──────┘  │                        │
 *    │ ◄──a new incarnation┼────────────────────────┤
 *    │                     ▼ crash                  ▼ crash
 *    └ ◄──restart──── crashed ──declared gone──► buried
 */
import {
  afterFault,
  isWell,
  runs,
  withExecution,
  withScheduler,
  withWorker,
  type Condition,
  type Process,
  type Setting,
  type State,
} from './model.js';
import type { Rule, Take } from './step.js';
import { lastTick } from './world.js';

/** One process among its kind. */
interface Seat {
  kind: 'scheduler' | 'worker';
  index: number;
}

const nameOf = ({ kind, index }: Seat): string => `${kind} ${index + 1}`;

export const tick: Rule = (state, { world }, take) => {
  if (state.now < lastTick(world))
    take({ kind: 'progress', says: () => `the time is ${state.now + 1}` }, { ...state, now: state.now + 1 });
};

/** The `until` of a running execution passes; a worker that lives has ended its call before. */
export const untilPasses: Rule = (state, { guards }, take) => {
  state.executions.forEach(({ state: is, holder, overdue }, i) => {
    if (is !== 'running' || overdue) return;
    const past = withExecution(state, i + 1, { overdue: true });
    const worker = holder === null ? undefined : state.workers[holder];
    const task = worker?.task;
    const knows = task && !task.untilLater && task.message.occurrence === i + 1;
    const ends = knows && isWell(worker) && guards.callEndsBeforeUntil && task.phase === 'calling';
    const late = knows && { task: { ...task, late: true, ...(ends && { phase: 'failed' as const }) } };
    const next = late ? withWorker(past, holder!, late) : past;
    const says = (): string =>
      `the until of execution ${i + 1} passes${ends ? `, and worker ${holder! + 1} has ended its call before` : ''}`;
    take({ kind: 'progress', says }, next);
  });
};

export const lifeAndDeath: Rule = (state, setting, take) => {
  state.schedulers.forEach((process, index) =>
    offerChanges(state, { process, seat: { kind: 'scheduler', index } }, { setting, take }),
  );
  state.workers.forEach((process, index) =>
    offerChanges(state, { process, seat: { kind: 'worker', index } }, { setting, take }),
  );
};

interface Offering {
  setting: Setting;
  take: Take;
}

function offerChanges(
  state: State,
  { process, seat }: { process: Process; seat: Seat },
  { setting, take }: Offering,
): void {
  const { condition } = process;
  const name = nameOf(seat);
  const faulty = (says: () => string, next: State): void => {
    if (state.left.faults > 0) take({ kind: 'fault', says }, afterFault(next));
  };
  if (condition === 'well')
    faulty(() => `${name} freezes: its lease ends`, withCondition(state, seat, 'lapsed'));
  if (runs(process))
    faulty(
      () => `${name} crashes`,
      withCondition(emptied(state, seat), seat, condition === 'gone' ? 'buried' : 'crashed'),
    );
  else
    take(
      { kind: 'progress', says: () => `${name} starts again` },
      withCondition(released(state, seat), seat, 'well'),
    );
  if (condition === 'lapsed')
    take(
      { kind: 'progress', says: () => `${name} thaws and renews its lease` },
      renewed(state, seat, setting),
    );
  if (condition === 'gone')
    take(
      { kind: 'progress', says: () => `${name} thaws, finds itself gone, and goes on as a new incarnation` },
      withCondition(reborn(state, seat), seat, 'well'),
    );
  if ((condition === 'lapsed' || condition === 'crashed') && state.schedulers.some(isWell))
    offerGone(state, { process, seat }, { setting, take });
}

function offerGone(
  state: State,
  { process, seat }: { process: Process; seat: Seat },
  { setting, take }: Offering,
): void {
  if (setting.guards.goneIsWritten)
    take(
      { kind: 'progress', says: () => `${nameOf(seat)} is declared gone` },
      withCondition(released(state, seat), seat, process.condition === 'lapsed' ? 'gone' : 'buried'),
    );
  else if (!process.misread)
    take(
      { kind: 'progress', says: () => `a scheduler reads that the lease of ${nameOf(seat)} has ended` },
      withProcess(state, seat, { misread: true }),
    );
}

/** On thawing, the calls that are past their time end before anything else happens. */
function renewed(state: State, seat: Seat, { guards }: Setting): State {
  const back = withCondition(state, seat, 'well');
  const task = seat.kind === 'worker' ? state.workers[seat.index]!.task : null;
  if (!task?.late || task.phase !== 'calling' || !guards.callEndsBeforeUntil) return back;
  return withWorker(back, seat.index, { task: { ...task, phase: 'failed' } });
}

/** What it holds in the store is held by nobody from now on. */
function released(state: State, { kind, index }: Seat): State {
  const heldState = kind === 'scheduler' ? 'claimed' : 'running';
  return state.executions.reduce(
    (rest, { state: is, holder }, i) =>
      is === heldState && holder === index ? withExecution(rest, i + 1, { holder: null }) : rest,
    state,
  );
}

/** What it has in its memory is lost. */
function emptied(state: State, { kind, index }: Seat): State {
  if (kind === 'worker') return withWorker(state, index, { task: null });
  const { heap } = state.schedulers[index]!;
  return withScheduler(state, index, { heap: heap.map(() => null) });
}

/** A new incarnation drops all but the calls that are out: those run on and are settled. */
function reborn(state: State, seat: Seat): State {
  const task = seat.kind === 'worker' ? state.workers[seat.index]!.task : null;
  const isOut = task && task.phase !== 'admitted' && task.phase !== 'started';
  return isOut ? withWorker(state, seat.index, { task: { ...task, former: true } }) : emptied(state, seat);
}

function withCondition(state: State, seat: Seat, condition: Condition): State {
  const restarts = condition === 'well' && !runs(seatOf(state, seat));
  return withProcess(state, seat, { condition, ...(restarts && { misread: false }) });
}

function withProcess(state: State, { kind, index }: Seat, change: Partial<Process>): State {
  return kind === 'scheduler' ? withScheduler(state, index, change) : withWorker(state, index, change);
}

function seatOf(state: State, { kind, index }: Seat): Process {
  return kind === 'scheduler' ? state.schedulers[index]! : state.workers[index]!;
}
