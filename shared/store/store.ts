/**
 * PORT: the store, split by who uses it. Every write is acknowledged only when it is durable (MongoDB: majority with
 * journal; SQLite: synced); nothing is read from a secondary. All methods take batches. Instants are epoch milliseconds.
 * All methods reject with `CarillonError` `store-unavailable` (retryable) while the store is away; then a write may or
 * may not have happened, and unless said otherwise every method is safe to repeat with the same arguments.
 */
import type { Change, Current } from '../timers/change.js';
import type { AttemptRecord } from '../timers/outcome.js';
import type { Execution, ExecutionState } from '../timers/execution.js';
import type { Definition, Timer, TimerKey, TimerState } from '../timers/timer.js';
import type { Occurrence } from '../timers/schedule.js';

export interface Store {
  timers: TimerStore;
  executions: ExecutionStore;
  schedule: ScheduleStore;
  delivery: DeliveryStore;
  processes: ProcessStore;
  documents: DocumentStore;
  /** Resolves when the store can take writes; rejects with `store-unavailable` within two seconds otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

// What the API does.

export interface TimerStore {
  /** Creates each timer whose (namespace, id) is free; answers, in order, null for created or the timer that is there. */
  create(timers: Timer[]): Promise<(Timer | null)[]>;
  read(key: TimerKey): Promise<Timer | null>;
  /** Timers of one namespace in the order of their ids, those after `after` only. */
  list(query: TimerQuery): Promise<Timer[]>;
  /**
   * Changes one timer and its open executions in one transaction. `decide` is pure but for the clock and is called anew
   * in every try, with what the try has read; what it returns is written whole, or nothing is.
   */
  change<Reply>(key: TimerKey, decide: (current: Current | null) => Decision<Reply>): Promise<Reply>;
  /** How many timers are in each state, all namespaces; may be seconds old. */
  counts(): Promise<Record<TimerState, number>>;
}

export interface TimerQuery {
  namespace: string;
  after: string | null;
  limit: number;
  state?: TimerState;
  tag?: string;
  idPrefix?: string;
  /** Bounds on the next occurrence's dueAt, each exclusive. */
  dueBefore?: number;
  dueAfter?: number;
}

export interface Decision<Reply> {
  /** Null leaves everything as it is. */
  change: Change | null;
  reply: Reply;
}

export interface ExecutionStore {
  read(namespace: string, id: string): Promise<ExecutionWithAttempts | null>;
  /** Newest `scheduledFor` first; `before` is the last row of the page before. */
  list(query: ExecutionQuery): Promise<ExecutionWithAttempts[]>;
}

export interface ExecutionWithAttempts extends Execution {
  attempts: AttemptRecord[];
}

export interface ExecutionQuery {
  namespace: string;
  timerId?: string;
  state?: ExecutionState;
  before: { scheduledFor: number; id: string } | null;
  limit: number;
}

// What the scheduler does.

export interface ScheduleStore {
  /** Active timers of these shards with `wakeAt` from `from` on and before `before`, oldest first. */
  dueTimers(query: DueQuery): Promise<Timer[]>;
  /**
   * All or nothing: inserts each claim's execution unless its id exists, and moves each timer on, provided that every
   * timer still has the uid, generation and next occurrence it was read with. Answers the ids of executions that
   * existed already (not claimed by this call), or `conflict` and nothing is written.
   */
  claim(claims: Claim[]): Promise<{ existed: Set<string> } | 'conflict'>;
  /** Active timers without next occurrence: closes those without an open execution, looks at the others again at `checkAt`. */
  closeFinished(timers: Timer[], times: { now: number; checkAt: number; expireAt: number }): Promise<void>;
  /** Retrying and deferred executions with `wakeAt` in the same bounds, oldest first. */
  dueExecutions(query: DueQuery): Promise<Execution[]>;
  /** Claimed, running and awaiting-ack executions with `wakeAt` in the same bounds, oldest first. */
  overdueExecutions(query: DueQuery): Promise<Execution[]>;
  /** Claimed and running executions that these incarnations hold; of these shards only, where some are given. */
  heldBy(holders: string[], limit: number, shards?: readonly number[]): Promise<Execution[]>;
  /**
   * Each that is still retrying or deferred under the claim number it was read with, and not `final`, becomes claimed:
   * claim + 1, callAt = its old wakeAt. Answers the winners as they are now, in no order.
   */
  reclaim(executions: Execution[], by: Claimer): Promise<Execution[]>;
  /**
   * Each that is still claimed under the claim number it was read with gets this holder and this time to publish again;
   * the claim number stays, so copies in the queue stay good. Answers the winners as they are now, in no order.
   */
  takeOver(executions: Execution[], by: Claimer): Promise<Execution[]>;
  /** Leaves what is still claimed by `holder` to whoever looks next: no holder, `wakeAt` = now. */
  handBack(executions: Pick<Execution, 'id' | 'claim'>[], holder: string, now: number): Promise<void>;
  /** Removes up to `limit` ended executions with their attempts, and closed timers with their definitions; answers how many rows went. */
  removeExpired(now: number, limit: number): Promise<number>;
}

export interface DueQuery {
  shards: readonly number[];
  /** Without a lower bound unless told. */
  from?: number;
  before: number;
  limit: number;
}

export interface Claim {
  /** As read by `dueTimers`. */
  timer: Timer;
  execution: Execution;
  /** The timer's next occurrence after this one; null for none. */
  next: Occurrence | null;
  /** The timer's new `wakeAt`. */
  wakeAt: number;
}

export interface Claimer {
  holder: string;
  /** `claimedAt` of what is claimed anew. */
  now: number;
  publishAgainAt: number;
}

// What the worker does.

export interface DeliveryStore {
  /**
   * Each that is still claimed under this generation, claim number and attempt count becomes running by `runner`, its
   * attempt counted. Answers the ids that this runner won, repeats included. Takes no longer than two seconds.
   */
  start(starts: Start[], runner: string): Promise<Set<string>>;
  /** Each that is still claimed under this generation and claim number becomes deferred. */
  defer(deferrals: Deferral[]): Promise<void>;
  /**
   * In this order: inserts each attempt's record unless one is there (then that one's verdict counts, and a result for an
   * attempt recorded as lost is kept beside it as `lateOutcome`); moves each execution that still runs this attempt to
   * the verdict's state (retrying becomes cancelled where it is `final`; a lost attempt is counted in `lost`); closes the
   * timers that have no next occurrence and no open execution left. Repeating it finishes what an earlier call began.
   */
  settle(settlements: Settlement[]): Promise<void>;
  /** Definitions by uid and version, from the timer's row or its history; missing ones are left out. */
  definitions(refs: DefinitionRef[]): Promise<Map<string, Definition>>;
}

export interface Start {
  id: string;
  generation: number;
  claim: number;
  /** Attempts before this one, as the message told. */
  attempt: number;
  /** When the execution counts as lost: start + timeout + margin. */
  until: number;
}

export interface Deferral {
  id: string;
  generation: number;
  claim: number;
  until: number;
  reason: string;
}

export interface Settlement {
  record: AttemptRecord;
  timer: TimerKey & { uid: string };
  /** `settledAt` when the verdict is an end. */
  now: number;
  /** End of the retention of an execution, and of a timer, that end here. */
  expireAt: number;
}

export interface DefinitionRef extends TimerKey {
  uid: string;
  version: number;
}

/** The key of a definition in the answer of `definitions`. */
export function definitionKey(ref: { uid: string; version: number }): string {
  return `${ref.uid}:${ref.version}`;
}

export type { Change, Current };

// What every process does.

/** One life of one process. */
export interface ProcessRow {
  incarnation: string;
  /** The configured name, such as `worker-1`; several lives share it. */
  name: string;
  service: string;
  host: string;
  pid: number;
  /** Grows with each renewal. */
  counter: number;
  gone: boolean;
  startedAt: number;
  /** What the process tells of itself at each renewal. */
  report: ProcessReport;
}

export interface ProcessReport {
  /** Messages that a worker holds and has not started. */
  unstarted?: number;
  /** Executions that a worker started in the last second. */
  startedPerSecond?: number;
}

export interface ProcessStore {
  /** Inserts the row of a new incarnation; the adapter keeps its own server sessions beside it. */
  register(row: ProcessRow): Promise<void>;
  /** Writes the counter and the report; false when the row is gone or missing: then the incarnation is over. */
  renew(incarnation: string, counter: number, report: ProcessReport): Promise<boolean>;
  list(): Promise<ProcessRow[]>;
  /** Compare-and-set on the counter; true when the row is gone afterwards. Ends the server sessions of the gone one first. */
  declareGone(incarnation: string, counter: number): Promise<boolean>;
  /** Removes the row: of a process that resigned, or of a gone one after nothing is left that it held. */
  forget(incarnation: string): Promise<void>;
  /** The store's own clock. `source` names the server that answered. */
  time(): Promise<{ source: string; time: number }>;
}

// Small versioned documents (the registry, where ZooKeeper is not used).

export interface StoredDocument {
  version: number;
  value: unknown;
}

export interface DocumentStore {
  read(name: string): Promise<StoredDocument | null>;
  /**
   * Writes `value` as version `expected + 1` if `expected` (0: absent) is the present version and, where `guard` is given,
   * the document it names has the version it names, both in one transaction; answers the new version or null when refused.
   */
  write(name: string, value: unknown, condition: WriteCondition): Promise<number | null>;
}

export interface WriteCondition {
  expected: number;
  guard?: { name: string; version: number } | undefined;
}
