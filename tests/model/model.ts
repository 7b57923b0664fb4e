/**
 * The states of the model: what the store holds of one timer and its executions, what is in the queue, and what each
 * process has in its memory (protocols.md, section 2). States are never changed: a step makes a new one that shares what
 * stays. What a step may do is in scheduler.ts, rescuer.ts, worker.ts, user.ts and process.ts.
 *
 * What is left out, and why that is sound:
 * - A lease is held or has ended. It may end at any moment, for a process may be frozen or cut off for any time; a frozen
 *   process is one that takes no step for a while.
 * - `until` and `publishAgainAt` pass at any moment after their start.
 * - `now` moves in ticks: the occurrences fall due at the ticks 1, 2, …, the look-ahead is one tick.
 */
import type { Guards } from './guards.js';
import type { World } from './world.js';

export type TimerState = 'active' | 'paused' | 'completed' | 'cancelled';

export interface Timer {
  state: TimerState;
  generation: number;
  /** The occurrence not yet claimed; 0 for none. */
  next: number;
  /** The occurrence whose execution is named by `busy`; 0 for none. */
  busy: number;
  /** The instant of the last change. */
  changedAt: number;
}

export type ExecutionState =
  | 'absent'
  | 'claimed'
  | 'running'
  | 'retrying'
  | 'deferred'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'skipped';

export interface AttemptRecord {
  outcome: 'succeeded' | 'failed' | 'lost';
  /** When the next attempt is due, should there be one. */
  retryAt: number;
}

/** The one execution that an occurrence can have. Its id is its place in the list: occurrence 1 is at 0. */
export interface Execution {
  state: ExecutionState;
  generation: number;
  claim: number;
  /** The scheduler that claimed it or the worker that runs it, by number from 0; null for nobody or one that is gone. */
  holder: number | null;
  callAt: number;
  attempt: number;
  /** It was deferred before. */
  deferred: boolean;
  held: boolean;
  final: boolean;
  /** Its `until` is past. */
  overdue: boolean;
  /** By attempt, the first at 0. */
  records: readonly (AttemptRecord | null)[];
  /** For the invariants alone: the oldest generation that the user was told may still ring for this occurrence. */
  promised: number;
}

/** A message of the queue, or an entry of a heap, which becomes one. */
export interface Message {
  occurrence: number;
  generation: number;
  claim: number;
  callAt: number;
}

/**
 * `well`: runs and holds its lease; `lapsed`: the lease has ended; `gone`: it is written down as gone and does not know;
 * `crashed`: not running, and not yet gone; `buried`: not running, and gone.
 */
export type Condition = 'well' | 'lapsed' | 'gone' | 'crashed' | 'buried';

export interface Process {
  condition: Condition;
  /** Its lease was read as ended, by somebody who may act on that later: only where gone is not written. */
  misread: boolean;
}

export interface Scheduler extends Process {
  /** By occurrence. */
  heap: readonly (Message | null)[];
}

/** What a worker does with its one message. */
export interface Task {
  /** `admitted`: has written `busy`; `recorded`: the attempt's record is in, the execution's state is not. */
  phase: 'admitted' | 'started' | 'calling' | 'succeeded' | 'failed' | 'recorded';
  message: Message;
  attempt: number;
  /** Started by an earlier incarnation of this process. */
  former: boolean;
  /** Its `until`, by the worker's own clock, is past. */
  late: boolean;
  /** It believes in an `until` that is later than the one in the store. */
  untilLater: boolean;
}

export interface Worker extends Process {
  task: Task | null;
}

/** How much may still happen. */
export interface Left {
  wishes: number;
  faults: number;
  deferrals: number;
}

export interface State {
  now: number;
  timer: Timer;
  executions: readonly Execution[];
  /** Sorted by code; no two alike, for a message may be delivered any number of times. */
  queue: readonly Message[];
  schedulers: readonly Scheduler[];
  workers: readonly Worker[];
  left: Left;
}

/** What is explored: the bounds, and which guards are in. */
export interface Setting {
  world: World;
  guards: Guards;
}

const openStates: readonly ExecutionState[] = ['claimed', 'running', 'retrying', 'deferred'];

export function isOpen({ state }: Pick<Execution, 'state'>): boolean {
  return openStates.includes(state);
}

export function isWell({ condition }: Process): boolean {
  return condition === 'well';
}

export function runs({ condition }: Process): boolean {
  return condition !== 'crashed' && condition !== 'buried';
}

/** A message in a sentence. */
export function nameOf({ occurrence, generation, claim }: Message): string {
  return `occurrence ${occurrence} (generation ${generation}, claim ${claim})`;
}

/** Only then may it be withdrawn. */
export function neverStarted({ attempt, deferred }: Execution): boolean {
  return attempt === 0 && !deferred;
}

export function executionOf(state: State, occurrence: number): Execution {
  return state.executions[occurrence - 1]!;
}

/** Without an execution; what was promised for the occurrence stays. */
export function absent(promised: number): Execution {
  return {
    state: 'absent',
    generation: 0,
    claim: 0,
    holder: null,
    callAt: 0,
    attempt: 0,
    deferred: false,
    held: false,
    final: false,
    overdue: false,
    records: [null, null, null],
    promised,
  };
}

/** The same list with one item changed. */
export function replaced<Item>(items: readonly Item[], index: number, change: Partial<Item>): Item[] {
  const copy = items.slice();
  copy[index] = { ...items[index]!, ...change };
  return copy;
}

export function withExecution(state: State, occurrence: number, change: Partial<Execution>): State {
  return { ...state, executions: replaced(state.executions, occurrence - 1, change) };
}

export function withScheduler(state: State, index: number, change: Partial<Scheduler>): State {
  return { ...state, schedulers: replaced(state.schedulers, index, change) };
}

export function withWorker(state: State, index: number, change: Partial<Worker>): State {
  return { ...state, workers: replaced(state.workers, index, change) };
}

export function withTimer(state: State, change: Partial<Timer>): State {
  return { ...state, timer: { ...state.timer, ...change } };
}

/** One fault less is left. */
export function afterFault(state: State): State {
  return { ...state, left: { ...state.left, faults: state.left.faults - 1 } };
}

export function initialState({ world }: Setting): State {
  const { occurrences, schedulers, workers, wishes, faults, deferrals } = world;
  const well = { condition: 'well', misread: false } as const;
  return {
    now: 0,
    timer: { state: 'active', generation: 1, next: 1, busy: 0, changedAt: 0 },
    executions: Array.from({ length: occurrences }, () => absent(1)),
    queue: [],
    schedulers: Array.from({ length: schedulers }, () => ({
      ...well,
      heap: Array.from({ length: occurrences }, () => null),
    })),
    workers: Array.from({ length: workers }, () => ({ ...well, task: null })),
    left: { wishes, faults, deferrals },
  };
}
