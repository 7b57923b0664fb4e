/**
 * What a worker does with a message: admits it where overlap asks for that, starts it, calls not before its instant and
 * only under its lease, records the attempt, and moves the execution to what the record says.
 *
 *   (nothing) ──admit──► admitted ──start──► started ──call──► calling ──reply──► succeeded | failed ──record──► recorded
 *       ▲  └───────────── start ───────────────▲ │ too late                                                        │
 *       └◄───────────────────────────────────────┴────────────────────────── the execution's state ◄───────────────┘
 */
import {
  afterFault,
  executionOf,
  isOpen,
  isWell,
  nameOf,
  replaced,
  runs,
  withExecution,
  withTimer,
  withWorker,
  type AttemptRecord,
  type Message,
  type Setting,
  type State,
  type Task,
} from './model.js';
import { settledFromRecord } from './settlement.js';
import type { Rule, Take } from './step.js';
import { lastTick } from './world.js';

const mostAttempts = 3;

/** Takes messages while it holds its lease and has nothing else to do. */
export const takeMessages: Rule = (state, setting, take) => {
  state.workers.forEach((worker, i) => {
    if (!isWell(worker) || worker.task) return;
    for (const message of state.queue) {
      const mustAdmit = setting.world.overlap !== 'allowAll' && setting.guards.busyIsTaken;
      if (mustAdmit) admit(state, { message, worker: i }, { setting, take });
      else start(state, { message, worker: i }, { setting, take });
      startAgain(state, { message, worker: i }, { setting, take });
      defer(state, { message, worker: i }, { setting, take });
    }
  });
};

export const startAdmitted: Rule = (state, setting, take) => {
  state.workers.forEach(({ task, ...worker }, i) => {
    if (!isWell(worker) || task?.phase !== 'admitted') return;
    const free = withWorker(state, i, { task: null });
    if (!isStartable(state, task.message, setting))
      take(
        { kind: 'progress', says: () => `worker ${i + 1} loses the start of ${nameOf(task.message)}` },
        free,
      );
    start(free, { message: task.message, worker: i }, { setting, take });
  });
};

interface Taking {
  message: Message;
  worker: number;
}

interface Offering {
  setting: Setting;
  take: Take;
}

/** The first of two writes: `busy` names this execution, or another one that has not ended, and then this one is skipped. */
function admit(state: State, { message, worker }: Taking, { setting, take }: Offering): void {
  if (!isStartable(state, message, setting)) return;
  const { occurrence } = message;
  const { busy } = state.timer;
  const who = `worker ${worker + 1}`;
  const isFree = busy === 0 || (setting.guards.busyNamesExecution && isOver(state, busy, occurrence));
  if (!isFree) {
    const skipped = withExecution(state, occurrence, { state: 'skipped', holder: null });
    const event = { type: 'skipped', occurrence } as const;
    take(
      {
        kind: 'progress',
        says: () => `${who} finds the timer busy and skips execution ${occurrence}`,
        event,
      },
      skipped,
    );
    return;
  }
  const task = taskOf(message, { phase: 'admitted' });
  const admitted = withWorker(withTimer(state, { busy: occurrence }), worker, { task });
  take(
    { kind: 'progress', says: () => `${who} makes the timer busy with execution ${occurrence}` },
    admitted,
  );
}

function isOver(state: State, busy: number, occurrence: number): boolean {
  return busy === occurrence || !isOpen(executionOf(state, busy));
}

/** The compare-and-set that decides everything. Its reply may be lost. */
function start(state: State, { message, worker }: Taking, { setting, take }: Offering): void {
  if (!isStartable(state, message, setting)) return;
  const { occurrence } = message;
  const { attempt } = executionOf(state, occurrence);
  if (attempt === mostAttempts) return;
  const running = withExecution(state, occurrence, {
    state: 'running',
    holder: worker,
    attempt: attempt + 1,
    overdue: false,
  });
  const started = withWorker(running, worker, {
    task: taskOf(message, { phase: 'started', attempt: attempt + 1 }),
  });
  const says = (): string => `worker ${worker + 1} starts attempt ${attempt + 1} of ${nameOf(message)}`;
  const event = { type: 'started', message } as const;
  take({ kind: 'progress', says, event }, started);
  if (state.left.faults > 0)
    take({ kind: 'fault', says: () => `${says()}, and the reply is lost`, event }, afterFault(running));
}

function isStartable(state: State, { occurrence, generation, claim }: Message, { guards }: Setting): boolean {
  const execution = executionOf(state, occurrence);
  return (
    execution.state !== 'absent' &&
    (execution.state === 'claimed' || !guards.startComparesState) &&
    (execution.generation === generation || !guards.startComparesGeneration) &&
    (execution.claim === claim || !guards.startComparesClaim) &&
    !(execution.held && guards.heldIsCompared && guards.startComparesHeld)
  );
}

/** Whose reply was lost asks again, and is told that it has won; it has to believe in the `until` of the first time. */
function startAgain(state: State, { message, worker }: Taking, { setting, take }: Offering): void {
  const { occurrence, generation, claim } = message;
  const execution = executionOf(state, occurrence);
  const isItsOwn = execution.state === 'running' && execution.holder === worker;
  if (!isItsOwn || execution.generation !== generation || execution.claim !== claim) return;
  const { attempt, overdue } = execution;
  const untilLater = !setting.guards.repeatKeepsUntil;
  const task = taskOf(message, { phase: 'started', attempt, untilLater, late: overdue && !untilLater });
  const says = (): string =>
    `worker ${worker + 1} asks again and is told that attempt ${attempt} of execution ${occurrence} is its own`;
  take({ kind: 'progress', says }, withWorker(state, worker, { task }));
}

function defer(state: State, { message, worker }: Taking, { setting, take }: Offering): void {
  const { left, now } = state;
  if (left.deferrals === 0 || !isStartable(state, message, setting)) return;
  const { occurrence } = message;
  if (executionOf(state, occurrence).state !== 'claimed') return;
  const callAt = Math.min(now + 1, lastTick(setting.world));
  const deferred = withExecution(state, occurrence, {
    state: 'deferred',
    deferred: true,
    holder: null,
    callAt,
  });
  const says = (): string => `worker ${worker + 1} defers execution ${occurrence} until ${callAt}`;
  take({ kind: 'progress', says }, { ...deferred, left: { ...left, deferrals: left.deferrals - 1 } });
}

/** What was started is called, or dropped when it is too late for that. */
export const call: Rule = (state, setting, take) => {
  state.workers.forEach((worker, i) => {
    const { task } = worker;
    if (!runs(worker) || task?.phase !== 'started') return;
    const { occurrence } = task.message;
    const mayStillCall = !task.late || !setting.guards.untilBeforeCall;
    if (task.late)
      take(
        {
          kind: 'progress',
          says: () => `worker ${i + 1} finds it too late to call for execution ${occurrence}`,
        },
        withWorker(state, i, { task: null }),
      );
    if (
      !mayStillCall ||
      (setting.guards.leaseBeforeCall && !isWell(worker)) ||
      isTooEarly(state, task, setting)
    )
      return;
    const early = task.message.callAt > state.now ? earlyBecause(setting) : '';
    take(
      {
        kind: 'progress',
        says: () => `worker ${i + 1}${early} calls: attempt ${task.attempt} of execution ${occurrence}`,
        event: { type: 'called', worker: i },
      },
      withWorker(state, i, { task: { ...task, phase: 'calling' } }),
    );
  });
};

function earlyBecause({ world }: Setting): string {
  return world.wrongClock === 'worker' ? ', its clock ahead,' : ', without a look at its clock,';
}

function isTooEarly(state: State, { message }: Task, { world, guards }: Setting): boolean {
  const reading = state.now + (world.wrongClock === 'worker' ? 1 : 0);
  return guards.instantBeforeCall && reading < message.callAt;
}

export const reply: Rule = (state, { world }, take) => {
  state.workers.forEach((worker, i) => {
    const { task } = worker;
    if (!runs(worker) || task?.phase !== 'calling') return;
    for (const phase of ['succeeded', 'failed'] as const) {
      if (phase === 'failed' && world.attempts === 1) continue;
      take(
        { kind: 'progress', says: () => `the call of worker ${i + 1} has ${phase}` },
        withWorker(state, i, { task: { ...task, phase } }),
      );
    }
  });
};

/** Settle, first step: the attempt's record, unless one is there. */
export const record: Rule = (state, setting, take) => {
  state.workers.forEach((worker, i) => {
    const { task } = worker;
    if (!runs(worker) || (task?.phase !== 'succeeded' && task?.phase !== 'failed')) return;
    const { attempt, phase, message } = task;
    const { records } = executionOf(state, message.occurrence);
    const isThere = records[attempt - 1] !== null;
    const retryAt = phase === 'failed' ? Math.min(state.now + 1, lastTick(setting.world)) : 0;
    const written: AttemptRecord = { outcome: phase, retryAt };
    const kept = isThere ? records : (replaced(records, attempt - 1, written) as AttemptRecord[]);
    const recorded = withExecution(state, message.occurrence, { records: kept });
    const what = `attempt ${attempt} of execution ${message.occurrence}`;
    const says = (): string =>
      isThere ? `worker ${i + 1} finds a record of ${what}` : `worker ${i + 1} records ${what} as ${phase}`;
    take({ kind: 'progress', says }, withWorker(recorded, i, { task: { ...task, phase: 'recorded' } }));
  });
};

/** Settle, second step: the execution's state. Then the message is acknowledged. */
export const settle: Rule = (state, setting, take) => {
  state.workers.forEach((worker, i) => {
    const { task } = worker;
    if (!runs(worker) || task?.phase !== 'recorded') return;
    const { attempt, message } = task;
    const settled = settledFromRecord(state, { occurrence: message.occurrence, attempt }, setting);
    take(
      {
        kind: 'progress',
        says: () => `worker ${i + 1} settles attempt ${attempt} of execution ${message.occurrence}`,
      },
      withWorker(settled, i, { task: null }),
    );
  });
};

function taskOf(message: Message, task: Partial<Task> & Pick<Task, 'phase'>): Task {
  return { message, attempt: 0, former: false, late: false, untilLater: false, ...task };
}
