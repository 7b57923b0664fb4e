/**
 * States as bytes, one or two a field. Schedulers are alike, and so are workers: both are written in an order that
 * follows from what they hold alone, so that states which differ by such names alone become one.
 */
import { codeOf, messageOfCode } from './queue.js';
import {
  type AttemptRecord,
  type Condition,
  type Execution,
  type ExecutionState,
  type Message,
  type Scheduler,
  type State,
  type Task,
  type TimerState,
  type Worker,
} from './model.js';
import type { World } from './world.js';

const timerStates: readonly TimerState[] = ['active', 'paused', 'completed', 'cancelled'];
const executionStates: readonly ExecutionState[] = [
  'absent',
  'claimed',
  'running',
  'retrying',
  'deferred',
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
];
const conditions: readonly Condition[] = ['well', 'lapsed', 'gone', 'crashed', 'buried'];
const phases: readonly Task['phase'][] = [
  'admitted',
  'started',
  'calling',
  'succeeded',
  'failed',
  'recorded',
];
const outcomes: readonly AttemptRecord['outcome'][] = ['succeeded', 'failed', 'lost'];

const queueBytes = 4;
const executionBytes = 9;
const workerBytes = 4;
const headBytes = 6;

/** Bytes of a state of this world: a multiple of four. */
export function widthOf({ occurrences, schedulers, workers }: World): number {
  const bytes =
    headBytes +
    queueBytes +
    occurrences * executionBytes +
    schedulers * (1 + occurrences) +
    workers * workerBytes;
  return Math.ceil(bytes / 4) * 4;
}

export function encode(state: State, bytes: Uint8Array): void {
  const schedulers = orderOf(state.schedulers, (scheduler, i) =>
    schedulerSign(scheduler, holdings(state, 'claimed', i)),
  );
  const workers = orderOf(state.workers, (worker, i) => workerSign(worker, holdings(state, 'running', i)));
  let at = encodeHead(state, bytes);
  for (let i = 0; i < queueBytes; i++) bytes[at++] = codeOf(state.queue[i] ?? null);
  for (const execution of state.executions) {
    const names = execution.state === 'running' ? workers : schedulers;
    const holder = execution.holder === null ? 0 : names.indexOf(execution.holder) + 1;
    at = encodeExecution(execution, holder, { bytes, at });
  }
  for (const i of schedulers) at = encodeScheduler(state.schedulers[i]!, bytes, at);
  for (const i of workers) at = encodeWorker(state.workers[i]!, bytes, at);
}

export function decode(bytes: Uint8Array, { occurrences, schedulers, workers }: World): State {
  let at = headBytes + queueBytes;
  const take = <Part>(count: number, size: number, part: (from: number) => Part): Part[] => {
    const parts: Part[] = [];
    for (; parts.length < count; at += size) parts.push(part(at));
    return parts;
  };
  return {
    ...decodeHead(bytes),
    queue: messagesIn(bytes, headBytes, queueBytes).filter(isMessage),
    executions: take(occurrences, executionBytes, (from) => decodeExecution(bytes, from)),
    schedulers: take(schedulers, 1 + occurrences, (from) => decodeScheduler(bytes, from, occurrences)),
    workers: take(workers, workerBytes, (from) => decodeWorker(bytes, from)),
  };
}

function messagesIn(bytes: Uint8Array, from: number, count: number): (Message | null)[] {
  const messages: (Message | null)[] = [];
  for (let at = from; at < from + count; at++) messages.push(messageOfCode(bytes[at]!));
  return messages;
}

function isMessage(message: Message | null): message is Message {
  return message !== null;
}

/** The executions that a process holds, a bit each. */
function holdings({ executions }: State, state: ExecutionState, holder: number): number {
  let bits = 0;
  executions.forEach((execution, i) => {
    if (execution.state === state && execution.holder === holder) bits |= 1 << i;
  });
  return bits;
}

const only = [0];
const inOrder = [0, 1];
const swapped = [1, 0];

function orderOf<Item>(
  items: readonly Item[],
  sign: (item: Item, index: number) => number,
): readonly number[] {
  if (items.length === 1) return only;
  const signs = items.map(sign);
  if (items.length === 2) return signs[0]! <= signs[1]! ? inOrder : swapped;
  return items.map((_, i) => i).sort((a, b) => signs[a]! - signs[b]!);
}

function schedulerSign({ heap, ...process }: Scheduler, held: number): number {
  return heap.reduce((sum, message) => sum * 256 + codeOf(message), conditionCode(process) * 8 + held);
}

function workerSign({ task, ...process }: Worker, held: number): number {
  const first = conditionCode(process) * 8 + held;
  return task
    ? ((first * 256 + codeOf(task.message)) * 256 + taskCode(task)) * 8 + phases.indexOf(task.phase) + 1
    : first * 2 ** 19;
}

function conditionCode({ condition, misread }: { condition: Condition; misread: boolean }): number {
  return conditions.indexOf(condition) * 2 + Number(misread);
}

function taskCode({ attempt, former, late, untilLater }: Task): number {
  return attempt * 8 + Number(late) * 4 + Number(former) * 2 + Number(untilLater);
}

function encodeHead({ now, timer, left }: State, bytes: Uint8Array): number {
  bytes[0] = now * 4 + timerStates.indexOf(timer.state);
  bytes[1] = timer.generation * 8 + timer.next;
  bytes[2] = timer.busy * 8 + timer.changedAt;
  bytes[3] = left.wishes;
  bytes[4] = left.faults;
  bytes[5] = left.deferrals;
  return headBytes;
}

function decodeHead(bytes: Uint8Array): Pick<State, 'now' | 'timer' | 'left'> {
  return {
    now: bytes[0]! >> 2,
    timer: {
      state: timerStates[bytes[0]! & 3]!,
      generation: bytes[1]! >> 3,
      next: bytes[1]! & 7,
      busy: bytes[2]! >> 3,
      changedAt: bytes[2]! & 7,
    },
    left: { wishes: bytes[3]!, faults: bytes[4]!, deferrals: bytes[5]! },
  };
}

function encodeExecution(
  execution: Execution,
  holder: number,
  { bytes, at }: { bytes: Uint8Array; at: number },
): number {
  const { deferred, held, final, overdue } = execution;
  bytes[at] = executionStates.indexOf(execution.state);
  bytes[at + 1] = execution.generation * 8 + execution.claim;
  bytes[at + 2] = holder;
  bytes[at + 3] = execution.callAt * 8 + execution.attempt;
  bytes[at + 4] = Number(deferred) + Number(held) * 2 + Number(final) * 4 + Number(overdue) * 8;
  bytes[at + 5] = execution.promised;
  execution.records.forEach((record, i) => {
    bytes[at + 6 + i] = record ? (outcomes.indexOf(record.outcome) + 1) * 8 + record.retryAt : 0;
  });
  return at + executionBytes;
}

function decodeExecution(bytes: Uint8Array, at: number): Execution {
  const flags = bytes[at + 4]!;
  const holder = bytes[at + 2]!;
  return {
    state: executionStates[bytes[at]!]!,
    generation: bytes[at + 1]! >> 3,
    claim: bytes[at + 1]! & 7,
    holder: holder === 0 ? null : holder - 1,
    callAt: bytes[at + 3]! >> 3,
    attempt: bytes[at + 3]! & 7,
    deferred: (flags & 1) > 0,
    held: (flags & 2) > 0,
    final: (flags & 4) > 0,
    overdue: (flags & 8) > 0,
    promised: bytes[at + 5]!,
    records: [recordOf(bytes[at + 6]!), recordOf(bytes[at + 7]!), recordOf(bytes[at + 8]!)],
  };
}

function recordOf(code: number): AttemptRecord | null {
  return code === 0 ? null : { outcome: outcomes[(code >> 3) - 1]!, retryAt: code & 7 };
}

function encodeScheduler(scheduler: Scheduler, bytes: Uint8Array, at: number): number {
  bytes[at] = conditionCode(scheduler);
  scheduler.heap.forEach((message, i) => {
    bytes[at + 1 + i] = codeOf(message);
  });
  return at + 1 + scheduler.heap.length;
}

function decodeScheduler(bytes: Uint8Array, at: number, occurrences: number): Scheduler {
  return { ...processOf(bytes[at]!), heap: messagesIn(bytes, at + 1, occurrences) };
}

function encodeWorker(worker: Worker, bytes: Uint8Array, at: number): number {
  const { task } = worker;
  bytes[at] = conditionCode(worker);
  bytes[at + 1] = task ? phases.indexOf(task.phase) + 1 : 0;
  bytes[at + 2] = codeOf(task?.message ?? null);
  bytes[at + 3] = task ? taskCode(task) : 0;
  return at + workerBytes;
}

function decodeWorker(bytes: Uint8Array, at: number): Worker {
  const message = messageOfCode(bytes[at + 2]!);
  const flags = bytes[at + 3]!;
  const task: Task | null = message && {
    phase: phases[bytes[at + 1]! - 1]!,
    message,
    attempt: flags >> 3,
    late: (flags & 4) > 0,
    former: (flags & 2) > 0,
    untilLater: (flags & 1) > 0,
  };
  return { ...processOf(bytes[at]!), task };
}

function processOf(code: number): { condition: Condition; misread: boolean } {
  return { condition: conditions[code >> 1]!, misread: (code & 1) > 0 };
}
