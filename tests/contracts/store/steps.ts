/** Steps that bring a store to where a contract test begins, and the arguments of further steps. */
import type {
  Change,
  Claim,
  Claimer,
  Current,
  Decision,
  Runner,
  Settlement,
  Start,
  Started,
  Store,
} from '../../../shared/store/store.js';
import { sweep } from '../../../shared/timers/change.js';
import type { Execution } from '../../../shared/timers/execution.js';
import { attemptId, type AttemptRecord } from '../../../shared/timers/outcome.js';
import { shardCount, type Timer } from '../../../shared/timers/timer.js';
import { baseTime, dayMs, makeExecution, makeTimer } from '../../support/factories.js';

export const allShards = Array.from({ length: shardCount }, (_, shard) => shard);
export const startedAt = baseTime + 1_001;
export const settledAt = baseTime + 5_000;
export const recheckAt = baseTime + 40_000;
export const expireAt = baseTime + 30 * dayMs;
export const cancelledAt = baseTime + 2_500;
export const checkAt = baseTime + 600_000;

export function makeTimers(count: number, changes: Partial<Timer> = {}): Timer[] {
  return Array.from({ length: count }, (_, i) =>
    makeTimer({ id: `t-${String(i).padStart(4, '0')}`, ...changes }),
  );
}

/** Claims the timer's only occurrence unless told. */
export function claimOf(timer: Timer, changes: Partial<Claim> = {}): Claim {
  return { timer, executions: [makeExecution(timer)], next: null, wakeAt: checkAt, ...changes };
}

export function claimerOf(holder: string): Claimer {
  return { holder, now: baseTime + 2_000, publishAgainAt: baseTime + 12_000 };
}

/** Until when what is started here runs. */
export const runsUntil = baseTime + 60_000;

/** Of an execution that any number of others may run beside, unless told. */
export function startOf(execution: Execution, changes: Partial<Start> = {}): Start {
  const { id, generation, claim, attempt, namespace, timerId, uid, scheduledFor } = execution;
  return {
    id,
    generation,
    claim,
    attempt,
    until: runsUntil,
    timer: { namespace, id: timerId, uid },
    scheduledFor,
    overlap: 'allowAll',
    recheckAt,
    ...changes,
  };
}

export function runnerOf(incarnation: string): Runner {
  return { incarnation, now: startedAt, expireAt };
}

/** The answer to a start that these have won, and nobody was refused. */
export function wonBy(...executions: Pick<Execution, 'id'>[]): Started {
  return { won: new Map(executions.map(({ id }) => [id, runsUntil])), refused: new Set() };
}

/** So much of an execution as its attempt's record tells. */
type Attempted = Pick<
  Execution,
  'id' | 'namespace' | 'timerId' | 'uid' | 'attempt' | 'scheduledFor' | 'claimedAt' | 'holder'
>;

/** A successful attempt of a running execution unless told. */
export function recordOf(execution: Attempted, changes: Partial<AttemptRecord> = {}): AttemptRecord {
  const { id, attempt: n, scheduledFor, claimedAt } = execution;
  return {
    id: attemptId(id, n),
    executionId: id,
    n,
    outcome: 'succeeded',
    status: 200,
    error: null,
    response: { headers: { 'content-type': 'text/plain' }, body: 'fine', truncated: false },
    worker: execution.holder,
    receipt: {
      scheduledFor,
      claimedAt,
      publishedAt: claimedAt,
      startedAt: scheduledFor,
      sentAt: scheduledFor,
      firstByteAt: scheduledFor + 5,
      finishedAt: scheduledFor + 6,
    },
    verdict: { state: 'succeeded' },
    lateOutcome: null,
    ...changes,
  };
}

export function settlementOf(execution: Attempted, changes: Partial<AttemptRecord> = {}): Settlement {
  return {
    record: recordOf(execution, changes),
    timer: { namespace: execution.namespace, id: execution.timerId, uid: execution.uid },
    overlap: false,
    now: settledAt,
    expireAt,
  };
}

/** What a rescuer settles an attempt with whose worker is gone. */
export const lostAttempt: Partial<AttemptRecord> = {
  outcome: 'lost',
  status: null,
  response: null,
  error: { code: 'lost', message: 'worker gone' },
  verdict: { state: 'retrying', at: baseTime + 4_000, reason: 'worker gone' },
};

/** A timer in the store whose occurrence is claimed. */
export async function createClaimed(
  store: Store,
  timer = makeTimer(),
  changes: Partial<Execution> = {},
): Promise<Execution> {
  const execution = makeExecution(timer, changes);
  await store.timers.create([timer]);
  await store.schedule.claim([claimOf(timer, { executions: [execution] })]);
  return execution;
}

/** A timer in the store whose occurrence runs at `runner`. */
export async function createRunning(
  store: Store,
  timer = makeTimer(),
  runner = 'worker-1~aaaa',
): Promise<Execution> {
  const claimed = await createClaimed(store, timer);
  await store.delivery.start([startOf(claimed)], runnerOf(runner));
  return readExecution(store, claimed);
}

/** A timer in the store whose occurrence failed once and is to be tried again at baseTime + 3 s. */
export async function createRetrying(store: Store, timer = makeTimer()): Promise<Execution> {
  const running = await createRunning(store, timer);
  const verdict = { state: 'retrying', at: baseTime + 3_000, reason: 'status 500' } as const;
  await store.delivery.settle([settlementOf(running, { outcome: 'failed', status: 500, verdict })]);
  return readExecution(store, running);
}

/** The execution as it is now, without its attempts. */
export async function readExecution(store: Store, { namespace, id }: Execution): Promise<Execution> {
  const found = await store.executions.read(namespace, id);
  if (!found) throw new Error(`no execution ${id}`);
  const { attempts: _attempts, ...execution } = found;
  return execution;
}

export async function readTimer(store: Store, { namespace, id }: Timer): Promise<Timer> {
  const timer = await store.timers.read({ namespace, id });
  if (!timer) throw new Error(`no timer ${id}`);
  return timer;
}

/** A change of the row alone, one generation on, unless told what else it writes. */
export function changeOf(timer: Timer, parts: Partial<Change> = {}): Change {
  return {
    timer: { ...timer, generation: timer.generation + 1 },
    retire: null,
    insert: [],
    update: [],
    withdraw: [],
    expireAt,
    ...parts,
  };
}

/** Cancels a timer: withdraws what never started, sweeps the rest. Replies with what it saw. */
export function cancelDecision(current: Current | null): Decision<Current> {
  if (!current) throw new Error('no timer to cancel');
  const { timer, open } = current;
  const withdraw = open.filter(({ state }) => state === 'claimed').map(({ id }) => id);
  const rest = open.filter(({ id }) => !withdraw.includes(id));
  const change = changeOf(timer, {
    timer: { ...timer, state: 'cancelled', generation: timer.generation + 1, next: null, wakeAt: expireAt },
    update: sweep({ ...current, open: rest }, { now: cancelledAt, expireAt }),
    withdraw,
  });
  return { change, reply: current };
}

/** Asks for each, so many at a time as a store can be asked at once, and answers in order. */
export async function eachOf<One, Answer>(
  all: readonly One[],
  ask: (one: One) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let i = 0; i < all.length; i += 8) answers.push(...(await Promise.all(all.slice(i, i + 8).map(ask))));
  return answers;
}
