/**
 * PORT: the store, split by who uses it. Every write is acknowledged only when it is durable (MongoDB: majority with
 * journal; SQLite: synced); nothing is read from a secondary. All methods take batches. Instants are epoch milliseconds.
 * All methods reject with `CarillonError` `store-unavailable` (retryable) while the store is away; then a write may or
 * may not have happened, and unless said otherwise every method is safe to repeat with the same arguments.
 */
import type { Change, Current } from '../timers/change.js';
import type { ChangeRecord } from '../timers/change-record.js';
import type { AttemptRecord } from '../timers/outcome.js';
import type { Execution } from '../timers/execution.js';
import type { Definition, Timer, TimerKey, TimerState } from '../timers/timer.js';
import type { OverlapPolicy } from '../timers/overlap.js';
import type { Occurrence } from '../timers/schedule.js';
import type { ChangeStore } from './changes.js';
import type { KeyStore } from './keys.js';
import type { ProcessStore } from './processes.js';
import type { ServiceLevelStore } from './service-levels.js';
import type {
  Count,
  CountQuery,
  ExecutionCountQuery,
  ExecutionPosition,
  ExecutionQuery,
  TimerPosition,
  TimerQuery,
} from './queries.js';
import type { QuotaStore } from './quotas.js';

export interface Store {
  timers: TimerStore;
  executions: ExecutionStore;
  schedule: ScheduleStore;
  delivery: DeliveryStore;
  processes: ProcessStore;
  documents: DocumentStore;
  changes: ChangeStore;
  serviceLevels: ServiceLevelStore;
  keys: KeyStore;
  quotas: QuotaStore;
  /** Resolves when the store can take writes; rejects with `store-unavailable` within two seconds otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

// What the API does.

export interface TimerStore {
  /** Creates each timer whose (namespace, id) is free; answers, in order, null for created or the timer that is there. */
  create(timers: Timer[]): Promise<(Timer | null)[]>;
  read(key: TimerKey): Promise<Timer | null>;
  /** Timers of one namespace in the order of the query, those after `after` only. */
  list(query: TimerQuery): Promise<Timer[]>;
  /** Where `list` has looked at `limit` rows of its index, whether or not they fit; null where it ends before. */
  reach(query: TimerQuery): Promise<TimerPosition | null>;
  /** How many `list` has in all; looks at `countScanLimit` rows at most. */
  count(query: CountQuery): Promise<Count>;
  /**
   * Changes one timer and its open executions in one transaction. `decide` is pure but for the clock and is called anew
   * in every try, with what the try has read; what it returns is written whole, or nothing is.
   */
  change<Reply>(key: TimerKey, decide: (current: Current | null) => Decision<Reply>): Promise<Reply>;
  /**
   * As `change`, for many timers of which none is named twice, by as few transactions as may be: each timer moves as a
   * whole, not all of them together. Answers in order. To be called with at most 100, for it has to be over in seconds.
   */
  changeMany<Reply>(
    keys: TimerKey[],
    decide: (current: Current | null, key: TimerKey) => Decision<Reply>,
  ): Promise<Reply[]>;
  /**
   * Puts plain watchdogs off, all by one write: each that is active, is a delay without further limits (`isPlainWatchdog`)
   * and whose next occurrence is after `now` and not claimed becomes due `delayMs` after `now`, never earlier than it was;
   * its schedule's `at`, `updatedAt` and `changedAt` move with it, none of them back; generation and version
   * stay. Answers, in order, the timer as it is afterwards, or null where nothing was put off: then a change has to decide.
   */
  touch(keys: TimerKey[], now: number): Promise<(Timer | null)[]>;
  /** How many timers are in each state, of this namespace or of all; may be seconds old. */
  counts(namespace?: string): Promise<Record<TimerState, number>>;
}

export interface Decision<Reply> {
  /** Null leaves everything as it is. */
  change: Change | null;
  reply: Reply;
  /** What is kept of the change: who made it and why. Written with it; left out where nobody did, such as for a touch. */
  record?: ChangeRecord | null;
}

export interface ExecutionStore {
  read(namespace: string, id: string): Promise<ExecutionWithAttempts | null>;
  /** Newest `scheduledFor` first. */
  list(query: ExecutionQuery): Promise<ExecutionWithAttempts[]>;
  /** Where `list` has looked at `limit` rows of its index, whether or not they fit; null where it ends before. */
  reach(query: ExecutionQuery): Promise<ExecutionPosition | null>;
  /** How many `list` has in all; looks at `countScanLimit` rows at most. */
  count(query: ExecutionCountQuery): Promise<Count>;
}

export interface ExecutionWithAttempts extends Execution {
  attempts: AttemptRecord[];
}

// What the scheduler does.

export interface ScheduleStore {
  /** Active timers of these shards with `wakeAt` from `from` on and before `before`, oldest first. */
  dueTimers(query: DueQuery): Promise<Timer[]>;
  /** Paused timers of these shards with `wakeAt` before `before`, oldest first. */
  duePauses(query: DueQuery): Promise<Timer[]>;
  /**
   * All or nothing: inserts each claim's executions unless their ids exist, and moves each timer on, provided that every
   * timer still has the uid, generation and next occurrence it was read with. `runs` grows by the executions that are
   * new and not `skipped`, and `lastScheduledFor` becomes that of the newest of them. Answers the ids of executions
   * that existed already (not claimed by this call), or `conflict` and nothing is written.
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
   * Each that is still retrying or deferred under the claim number it was read with, and neither `final` nor `held`,
   * becomes claimed: claim + 1, callAt = its old wakeAt less `clockOffsetMs`, which is the test clock less the real one, 0
   * without one. Answers the winners as they are now, in no order.
   */
  reclaim(executions: Execution[], by: Claimer, clockOffsetMs?: number): Promise<Execution[]>;
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
  /** Of this namespace only. */
  namespace?: string;
  /** Without a lower bound unless told. */
  from?: number;
  before: number;
  limit: number;
}

export interface Claim {
  /** As read by `dueTimers`. */
  timer: Timer;
  /** In the order of `scheduledFor`; at least one. */
  executions: Execution[];
  /** The timer's next occurrence after these; null for none. */
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
   * Each that is still claimed under this generation, claim number and attempt count becomes running by the runner, its
   * attempt counted; repeats answer the same. Takes no longer than two seconds.
   *
   * Where `overlap` is not `allowAll` it is admitted first: `busy` of the timer is compared and set to its id. `busy`
   * is free when it names nothing, this execution, or one that is over (ended, or not there). Who finds it taken is
   * refused by the policy (`admit`): it becomes skipped, reason `overlap`, and may close its timer; or deferred until
   * `recheckAt`, reason `overlap`, deferrals unchanged, with `bufferOne` and `cancelOther` named in `buffered`, where
   * a newer one under `cancelOther` takes the place of an older one, which is skipped. `cancelOther` also stamps the
   * older execution in `busy` with `abort` where it is under way; where it only waits it ends as aborted, reason
   * `overlap`, and the newer one starts at once. An execution that ends between the look and the deferral leaves nobody
   * waiting for `recheckAt`.
   */
  start(starts: Start[], by: Runner): Promise<Started>;
  /** Ids of executions that this incarnation runs and that are stamped `abort`. */
  aborts(runner: string): Promise<string[]>;
  /** Each that is still claimed under this generation and claim number becomes deferred. */
  defer(deferrals: Deferral[]): Promise<void>;
  /**
   * In this order: inserts each attempt's record unless one is there (then that one's verdict counts, and a result for an
   * attempt recorded as lost is kept beside it as `lateOutcome`); moves each execution that still runs this attempt to
   * the verdict's state (retrying becomes cancelled where it is `final`, else aborted where it is to `abort`, and waits
   * for `never` with `callAt` the verdict's time where it is `held`; a lost attempt is counted in `lost`); where it ended
   * and overlap matters, passes `busy` on to `buffered`, else to the oldest that is deferred for `overlap`, else to nobody,
   * and makes that one due (`wakeAt` = its dueAt, of a held one `callAt`) if it waits for `overlap`; closes the timers
   * that have no next occurrence and no open execution left. Repeating it finishes what an earlier call began. Answers
   * the shards in which one became due.
   */
  settle(settlements: Settlement[]): Promise<Set<number>>;
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
  timer: TimerKey & { uid: string };
  scheduledFor: number;
  /** Of the definition it was claimed under. */
  overlap: OverlapPolicy;
  /** When it is tried again at the latest should it have to wait. */
  recheckAt: number;
}

export interface Runner {
  incarnation: string;
  now: number;
  /** End of the retention of what is refused for good. */
  expireAt: number;
}

/** By id; those in neither were lost: to another, or because it is no longer due. */
export interface Started {
  /** Until when it counts as running: of a repeated start what the first one wrote, however much later it is asked. */
  won: Map<string, number>;
  /** Skipped or deferred because an earlier one of the timer has not ended. */
  refused: Set<string>;
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
  /** True unless any number of executions of this timer may run at a time. */
  overlap: boolean;
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

// Small versioned documents (the registry, where ZooKeeper is not used).

export interface StoredDocument {
  version: number;
  value: unknown;
  /** The store's own clock when it wrote this version, epoch milliseconds: who reads later than that has it, or a newer one. */
  writtenAt: number;
}

export interface DocumentStore {
  /** Linearizable: no write that was done before this call is missed. */
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
  /** What is kept of this change, written in the same transaction. */
  record?: ChangeRecord | undefined;
}
