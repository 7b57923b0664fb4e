/**
 * Written from the OpenAPI document by clients/generator: `npx vitest run tests/clients/generation.test.ts --update`.
 * Not for editing.
 */
import type { CallOptions, Send } from './request.js';

/** one field that is wrong */
export interface Mistake {
  /** what is wrong, and what would be right */
  detail: string;
  /** JSON pointer (RFC 6901) to the field, from the root of what `in` names */
  pointer: string;
  /** the part of the request */
  in: 'body' | 'query' | 'path' | 'header';
}

/** RFC 9457 problem document */
export interface Problem {
  /** a stable URI for the code */
  type: string;
  /** the same for each problem of this code */
  title: string;
  status: number;
  /** what happened this time, and what to do */
  detail: string;
  /** the request id, as in the answer header `x-request-id` and in the logs */
  instance: string;
  /** stable; decide by this. Each is explained in docs/errors.md */
  code: string;
  errors?: Mistake[] | undefined;
}

/** the rule that holds, whether sent or by default */
export interface TimerDst {
  gap?: string | undefined;
  fold?: string | undefined;
}

export interface TimerExclusions {
  dates?: string[] | undefined;
  crons?: string[] | undefined;
}

/** of a paused timer; else null */
export interface TimerPause {
  reason: string | null;
  /** when it ends by itself; null for not before it is resumed */
  until: string | null;
  since: string;
}

export interface TimerMisfire {
  policy: string;
  /** ISO 8601 */
  window: string;
  max: number;
}

export interface TimerTarget {
  url: string;
  method: string;
  headers: Record<string, string>;
  /** the JSON value, or the text; null for none */
  body: unknown;
  /** ISO 8601 */
  timeout: string;
}

export interface TimerRetries {
  maxAttempts: number;
  /** ISO 8601 */
  maxAge: string | null;
  backoff: string;
  /** ISO 8601 */
  base: string;
  factor: number;
  /** ISO 8601 */
  maxDelay: string;
  jitter: string;
  retryOn: (string | number)[];
  onLost: string;
}

export interface Timer {
  id: string;
  namespace: string;
  state: 'active' | 'paused' | 'completed' | 'cancelled';
  /** grows with every change; the ETag is this number in quotes */
  generation: number;
  /** the one instant of `at`, `delay` and `localTime`; with a fold that counts twice the first */
  at?: string | undefined;
  /** ISO 8601 */
  delay?: string | undefined;
  localTime?: string | undefined;
  cron?: string | undefined;
  /** ISO 8601 */
  every?: string | undefined;
  anchor?: string | undefined;
  timezone?: string | undefined;
  /** the rule that holds, whether sent or by default */
  dst?: TimerDst | undefined;
  startAt?: string | undefined;
  endAt?: string | undefined;
  maxRuns?: number | undefined;
  exclusions?: TimerExclusions | undefined;
  /** ISO 8601 */
  jitter?: string | undefined;
  /** when it is due next, of a paused one when it would be; null when nothing is left to be due */
  nextDueAt: string | null;
  /** the nominal time of the newest occurrence that was claimed */
  lastDueAt: string | null;
  /** executions so far, manual runs and skipped ones apart */
  runs: number;
  /** how often somebody ran it by hand */
  manualRuns: number;
  /** of a paused timer; else null */
  pause: TimerPause | null;
  misfire: TimerMisfire;
  overlap: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'allowAll';
  target: TimerTarget;
  retries: TimerRetries;
  tags: string[];
  metadata: Record<string, string>;
  createdAt: string;
  /** who made it: the name of the key; null where that was not kept yet */
  createdBy: string | null;
  updatedAt: string;
}

export interface TimerPage {
  data: Timer[];
  nextCursor: string | null;
}

export interface CancelledTimerExecutionsItem {
  id: string;
  state: string;
}

export interface CancelledTimer {
  id: string;
  namespace: string;
  state: 'active' | 'paused' | 'completed' | 'cancelled';
  /** grows with every change; the ETag is this number in quotes */
  generation: number;
  /** the one instant of `at`, `delay` and `localTime`; with a fold that counts twice the first */
  at?: string | undefined;
  /** ISO 8601 */
  delay?: string | undefined;
  localTime?: string | undefined;
  cron?: string | undefined;
  /** ISO 8601 */
  every?: string | undefined;
  anchor?: string | undefined;
  timezone?: string | undefined;
  /** the rule that holds, whether sent or by default */
  dst?: TimerDst | undefined;
  startAt?: string | undefined;
  endAt?: string | undefined;
  maxRuns?: number | undefined;
  exclusions?: TimerExclusions | undefined;
  /** ISO 8601 */
  jitter?: string | undefined;
  /** when it is due next, of a paused one when it would be; null when nothing is left to be due */
  nextDueAt: string | null;
  /** the nominal time of the newest occurrence that was claimed */
  lastDueAt: string | null;
  /** executions so far, manual runs and skipped ones apart */
  runs: number;
  /** how often somebody ran it by hand */
  manualRuns: number;
  /** of a paused timer; else null */
  pause: TimerPause | null;
  misfire: TimerMisfire;
  overlap: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'allowAll';
  target: TimerTarget;
  retries: TimerRetries;
  tags: string[];
  metadata: Record<string, string>;
  createdAt: string;
  /** who made it: the name of the key; null where that was not kept yet */
  createdBy: string | null;
  updatedAt: string;
  /** calls under way; they are left to end, and never repeated */
  executions: CancelledTimerExecutionsItem[];
}

export interface BulkAnswerResultsItem {
  /** 200, or the status of the problem in `error` */
  status: number;
  id: string;
  generation?: number | undefined;
  error?: Problem | undefined;
}

export interface BulkAnswerPlanSampleItem {
  id: string;
  state: string;
  nextDueAt: string | null;
}

export interface BulkAnswerPlan {
  /** open timers that the filter means; at least, unless `exact` */
  matched: number;
  exact: boolean;
  /** up to ten of them */
  sample: BulkAnswerPlanSampleItem[];
  /** for the next call, which sends the same again with it */
  token: string;
  /** until when the token is good */
  expiresAt: string;
}

export interface BulkAnswerOutcomeProblemsItem {
  id: string;
  error: Problem;
}

export interface BulkAnswerOutcome {
  /** by this call */
  changed: number;
  /** created or changed since the plan was made */
  leftOut: number;
  /** could not be changed */
  refused: number;
  /** of the first ten that were refused */
  problems: BulkAnswerOutcomeProblemsItem[];
  /** for the rest; null when nothing is left */
  token: string | null;
}

/** `results` of named timers, the `plan`, or the `outcome` of one */
export interface BulkAnswer {
  /** of `timers`, in order */
  results?: BulkAnswerResultsItem[] | undefined;
  plan?: BulkAnswerPlan | undefined;
  outcome?: BulkAnswerOutcome | undefined;
}

export interface FieldChange {
  /** JSON pointer into what the API shows of it */
  field: string;
  /** left out where there was none */
  before?: unknown;
  /** left out where there is none */
  after?: unknown;
  /** true where the values are too long to be repeated */
  omitted?: boolean | undefined;
}

export interface Change {
  id: string;
  /** real time, under a test clock too */
  at: string;
  /** the name of the key; `carillon` for what ended by itself */
  actor: string;
  action: string;
  resource: 'timer' | 'settings' | 'key' | 'quota' | 'test-clock';
  /** the id of the timer, or of what it was */
  resourceId: string;
  /** of the timer, or the version, afterwards */
  generation: number | null;
  /** in the words of whoever changed it */
  reason: string | null;
  /** what is different afterwards */
  changes: FieldChange[];
}

export interface ChangePage {
  data: Change[];
  /** for the next page; null on the last */
  nextCursor: string | null;
}

/** how the timer that is there began; null once it is removed */
export interface TimerHistoryCreated {
  at: string;
  /** null where that was not kept yet */
  actor: string | null;
}

export interface TimerHistory {
  data: Change[];
  /** for the next page; null on the last */
  nextCursor: string | null;
  /** how the timer that is there began; null once it is removed */
  created: TimerHistoryCreated | null;
}

/** where this one record tells of several occurrences that were left out, this the first */
export interface ExecutionSkipped {
  /** the nominal time of the last one */
  to: string;
  /** how many, at least; exact unless there were very many */
  count: number;
}

export interface ExecutionAttemptsItemError {
  /** explained in docs/errors.md */
  code:
    | 'status'
    | 'timeout'
    | 'dns-failure'
    | 'connection-refused'
    | 'connection-reset'
    | 'host-unreachable'
    | 'tls-failure'
    | 'invalid-response'
    | 'response-too-large'
    | 'invalid-request'
    | 'address-refused'
    | 'network'
    | 'lost'
    | 'aborted'
    | 'definition-missing';
  message: string;
}

export interface ExecutionAttemptsItemResponse {
  headers: Record<string, string>;
  /** its first bytes */
  body: string;
  /** true when there was more */
  truncated: boolean;
}

/** the lateness receipt: when each step was reached; null where it was not */
export interface Receipt {
  scheduledFor: string;
  claimedAt: string;
  /** given to the queue */
  publishedAt: string | null;
  /** taken by a worker */
  startedAt: string | null;
  /** the request left */
  sentAt: string | null;
  /** the first byte of the response */
  firstByteAt: string | null;
  /** the last one, or the failure */
  finishedAt: string | null;
}

/** what came in after the attempt was taken for lost */
export interface ExecutionAttemptsItemLateOutcome {
  outcome: 'succeeded' | 'failed' | 'lost' | 'aborted';
  /** of the response */
  status: number | null;
  finishedAt: string | null;
}

export interface ExecutionAttemptsItem {
  /** 1 for the first */
  n: number;
  outcome: 'succeeded' | 'failed' | 'lost' | 'aborted';
  /** of the response */
  status: number | null;
  error: ExecutionAttemptsItemError | null;
  response: ExecutionAttemptsItemResponse | null;
  /** which worker made the call */
  worker: string | null;
  /** the lateness receipt: when each step was reached; null where it was not */
  receipt: Receipt;
  /** what came in after the attempt was taken for lost */
  lateOutcome: ExecutionAttemptsItemLateOutcome | null;
}

export interface Execution {
  /** also the `webhook-id` of its callbacks */
  id: string;
  timerId: string;
  namespace: string;
  scheduledFor: string;
  dueAt: string;
  state:
    | 'claimed'
    | 'running'
    | 'retrying'
    | 'deferred'
    | 'awaiting-ack'
    | 'succeeded'
    | 'failed'
    | 'aborted'
    | 'cancelled'
    | 'skipped';
  /** manual: somebody ran it by hand, it is no occurrence of the schedule */
  trigger: 'schedule' | 'manual';
  /** why it is deferred (`catch-up`: missed, and spread; `overlap`: waits for the one before; `test-clock`: waits for that clock), skipped (`too-late`: beyond the misfire window; `over-max`: more than may be caught up; `paused`; `overlap`), cancelled or failed */
  reason: string | null;
  /** where this one record tells of several occurrences that were left out, this the first */
  skipped: ExecutionSkipped | null;
  /** its timer is paused: no attempt starts before it is resumed */
  held: boolean;
  /** deferred, awaiting-ack: until when */
  until: string | null;
  /** retrying: when it is called again */
  nextAttemptAt: string | null;
  /** what its newest attempt that has ended came to; null before */
  outcome: 'succeeded' | 'failed' | 'lost' | 'aborted' | null;
  /** when it ended */
  settledAt: string | null;
  attempts: ExecutionAttemptsItem[];
}

export interface ExecutionPage {
  data: Execution[];
  /** for the next page; null on the last */
  nextCursor: string | null;
}

/** of a record of several that were left out: the last one, and how many */
export interface EventSkipped {
  to: string;
  count: number;
}

/** The data of an event of GET /v1/events. */
export interface Event {
  /** for `Last-Event-ID`; the same for everybody who hears of it */
  id: string;
  /** when it was told, right after it was written */
  at: string;
  kind:
    | 'timer.created'
    | 'timer.changed'
    | 'timer.touched'
    | 'timer.paused'
    | 'timer.resumed'
    | 'timer.run'
    | 'timer.cancelled'
    | 'execution.claimed'
    | 'execution.started'
    | 'execution.refused'
    | 'execution.deferred'
    | 'execution.retrying'
    | 'execution.succeeded'
    | 'execution.failed'
    | 'execution.aborted'
    | 'execution.cancelled'
    | 'execution.skipped';
  namespace: string;
  timerId: string;
  /** host and port of the target */
  host: string;
  /** of a timer: its state from now on */
  state?: string | undefined;
  /** of a timer */
  generation?: number | undefined;
  /** of a timer: when it is due next */
  nextDueAt?: string | null | undefined;
  executionId?: string | undefined;
  /** of an execution */
  scheduledFor?: string | undefined;
  /** of an execution: with its jitter */
  dueAt?: string | undefined;
  /** of an execution: which attempt; 0 before the first */
  attempt?: number | undefined;
  /** why it failed, is deferred, skipped or cancelled */
  reason?: string | undefined;
  /** of one that is retrying or deferred */
  nextAttemptAt?: string | undefined;
  /** the HTTP status of the answer */
  status?: number | undefined;
  /** the code of the failure, as in an attempt */
  error?: string | undefined;
  /** of a first attempt: from due to sent */
  latenessMs?: number | undefined;
  /** from sent to the end of the answer */
  durationMs?: number | undefined;
  /** of a record of several that were left out: the last one, and how many */
  skipped?: EventSkipped | undefined;
}

export interface PreviewOccurrencesItemNotesItem {
  kind:
    | 'gap-shifted'
    | 'gap-skipped'
    | 'fold-first'
    | 'fold-second'
    | 'fold-both'
    | 'excluded'
    | 'jitter'
    | 'overlap-skip'
    | 'overlap-buffer'
    | 'overlap-cancel'
    | 'paused';
  detail: string;
}

export interface PreviewOccurrencesItem {
  /** the nominal time */
  scheduledFor: string;
  /** with jitter; null where that is drawn only when the timer is made */
  dueAt: string | null;
  /** the nominal time in the zone of the schedule, with its offset */
  local: string;
  /** what a reader would not expect: clock changes, exclusions, jitter; of a timer that is there also its pause, and what its overlap policy would do if each execution took as long as the last ones on average */
  notes: PreviewOccurrencesItemNotesItem[];
}

/** The next occurrences, in order. */
export interface Preview {
  occurrences: PreviewOccurrencesItem[];
}

export interface TestClock {
  namespace: string;
  now: string;
  /** where it is going, or stands */
  target: string;
  /** true until all that falls due up to `target` has been fired and has ended */
  moving: boolean;
}

export interface ApiKey {
  /** its secrets begin with it */
  id: string;
  name: string;
  /** as sent */
  description: string | null;
  /** reader: sees; writer: changes timers too; admin: manages keys and test clocks too */
  role: 'reader' | 'writer' | 'admin';
  namespaces: string[];
  createdAt: string;
  /** the name of who made it */
  createdBy: string;
  /** when it got its present secret, if not at first */
  rotatedAt: string | null;
  /** until when the secret before that is good as well */
  previousUntil: string | null;
  /** from then on it is refused */
  expiresAt: string | null;
  /** up to two minutes old */
  lastUsedAt: string | null;
}

export interface ApiKeyPage {
  data: ApiKey[];
  /** null on the last page */
  nextCursor: string | null;
}

export interface ShownApiKey {
  /** its secrets begin with it */
  id: string;
  name: string;
  /** as sent */
  description: string | null;
  /** reader: sees; writer: changes timers too; admin: manages keys and test clocks too */
  role: 'reader' | 'writer' | 'admin';
  namespaces: string[];
  createdAt: string;
  /** the name of who made it */
  createdBy: string;
  /** when it got its present secret, if not at first */
  rotatedAt: string | null;
  /** until when the secret before that is good as well */
  previousUntil: string | null;
  /** from then on it is refused */
  expiresAt: string | null;
  /** up to two minutes old */
  lastUsedAt: string | null;
  /** shown here and never again; send it as `Bearer` */
  secret: string;
}

export interface Quotas {
  namespace: string;
  /** timers that are not closed; null for no limit */
  maxActiveTimers: number | null;
  /** null for no limit */
  requestsPerSecond: number | null;
  /** requests that may come at once; null without a limit */
  burst: number | null;
  /** which of them were given to this namespace; the others are as configured */
  own: ('maxActiveTimers' | 'requestsPerSecond' | 'burst')[];
}

/** the scheduler that leads; null while none says so */
export interface ClusterLeader {
  /** its incarnation */
  id: string;
  name: string;
  /** which leadership this is; only grows */
  term: number;
}

export interface ClusterMembersItem {
  /** its incarnation: one life of one process */
  id: string;
  /** as configured; a process that comes back has the same */
  name: string;
  /** api, scheduler, worker, or standalone: all in one */
  service: string;
  host: string;
  pid: number;
  startedAt: string;
  /** silent: no heartbeat for 3 s; gone: given up by the others, until what it held is taken up */
  state: 'alive' | 'silent' | 'gone';
  /** of a scheduler: leader, candidate, follower; else the service */
  role: string;
  /** of a scheduler that is elected by rank */
  rank: number | null;
  /** how long ago it told of itself; once a second is usual */
  heartbeatAgeMs: number | null;
  /** of a scheduler: it has claimed what is due before this instant */
  position: string | null;
  /** of a scheduler: the newest version of the ring that it knows */
  ringVersion: number | null;
  /** the newest version of the settings that it knows */
  settingsVersion: number | null;
  /** the store's clock less its own */
  clockSkewMs: number | null;
  /** where its admin port is */
  adminUrl: string | null;
}

export interface ClusterRingOwnersItem {
  member: string;
  shards: number[];
}

/** null before there is one */
export interface ClusterRing {
  /** the newest one */
  version: number;
  /** from which due instant it holds */
  effectiveFrom: string;
  /** settled; or where the handover to the next version stands: preparing, committing, synchronising, resuming; null while nobody leads */
  phase: string | null;
  /** who owns which shards now */
  owners: ClusterRingOwnersItem[];
}

export interface ClusterEventsItem {
  at: string;
  kind:
    | 'joined'
    | 'left'
    | 'lost'
    | 'elected'
    | 'stepped-down'
    | 'rival-quelled'
    | 'handover-begun'
    | 'handover-finished'
    | 'handover-rolled-back';
  /** the name of the process it is about */
  member: string;
  /** of a leader */
  term?: number | undefined;
  /** of a handover: the newest version then */
  ringVersion?: number | undefined;
}

export interface Cluster {
  /** the scheduler that leads; null while none says so */
  leader: ClusterLeader | null;
  members: ClusterMembersItem[];
  /** null before there is one */
  ring: ClusterRing | null;
  /** the last hundred, newest first */
  events: ClusterEventsItem[];
}

export interface Count {
  /** how many fit; at least so many unless `exact` */
  count: number;
  /** false where counting ended before the last one */
  exact: boolean;
}

export interface SettingsProcessesItem {
  /** incarnation */
  id: string;
  name: string;
  service: string;
  /** the newest version that it knows */
  settingsVersion: number | null;
  /** how long ago it said so */
  heartbeatAgeMs: number | null;
}

/** `current` is null while only configuration holds */
export interface Settings {
  current: SettingsVersion | null;
  /** those that will hold, soonest first */
  future: SettingsVersion[];
  /** those that held or were overtaken, newest first */
  past: SettingsVersion[];
  /** written too late to hold for anybody */
  void: SettingsVersion[];
  /** the earliest instant that an announcement may name at this moment */
  earliest: string;
  /** which process has seen which version */
  processes: SettingsProcessesItem[];
}

/** all that is set; what is left out is as each process is configured */
export interface SettingsVersionSettings {
  /** true: no callback leaves; what falls due waits, and is late then as after an outage. Claims, changes and reading go on */
  dispatchPaused?: boolean | undefined;
  /** how far ahead of their time timers are claimed; else CARILLON_SCHEDULER_LOOK_AHEAD_MS */
  lookAheadMs?: number | undefined;
  /** call slots of each worker, at most its CARILLON_WORKER_CONCURRENCY */
  workerConcurrency?: number | undefined;
}

export interface SettingsVersion {
  /** 1 for the first; of two that hold, the higher counts */
  version: number;
  /** a task that starts from then on uses it */
  effectiveFrom: string;
  /** when it was written, by the store's clock */
  committedAt: string;
  /** all that is set; what is left out is as each process is configured */
  settings: SettingsVersionSettings;
}

export interface ServiceLevelExecutions {
  succeeded: number;
  /** given up, so dead letters */
  failed: number;
  /** gave way to a newer one */
  aborted: number;
}

/** from due to sent, of first attempts, milliseconds; at most one percent off */
export interface ServiceLevelLatenessMs {
  count: number;
  /** half are no later */
  p50: number | null;
  /** 99 of 100 are no later */
  p99: number | null;
  /** 999 of 1000 are no later */
  p999: number | null;
}

export interface ServiceLevel {
  namespace: string;
  /** where the first minute, or hour, that counts begins */
  from: string;
  /** where the last one ends */
  to: string;
  executions: ServiceLevelExecutions;
  /** calls, repeated ones too */
  attempts: number;
  /** succeeded out of succeeded and failed, 0 to 1; null where none has ended */
  successRate: number | null;
  /** from due to sent, of first attempts, milliseconds; at most one percent off */
  latenessMs: ServiceLevelLatenessMs;
}

export interface ForecastHostsItemHoursItem {
  /** where the hour begins */
  from: string;
  calls: number;
}

export interface ForecastHostsItem {
  host: string;
  /** in all */
  calls: number;
  /** hours with calls, in order */
  hours: ForecastHostsItemHoursItem[];
  /** hours with more than `limit` */
  above: ForecastHostsItemHoursItem[];
  /** a `jitter` that would keep each hour within `limit`; null where none is needed */
  suggestedJitter: string | null;
}

/** destinations that are not named */
export interface ForecastFurtherHosts {
  hosts: number;
  calls: number;
}

export interface Forecast {
  namespace: string;
  /** now, or up to a few minutes ago */
  from: string;
  /** where it ends */
  until: string;
  /** up to here nothing is missing; earlier than `until` where there is too much to read */
  completeUntil: string;
  /** timers that were considered */
  timers: number;
  /** the destinations with most calls first, 1000 at most */
  hosts: ForecastHostsItem[];
  /** destinations that are not named */
  furtherHosts: ForecastFurtherHosts;
}

/** with `localTime` and `cron`: what clock changes do; shift and first unless sent, for a cron with a star or a step as its hour skip and both */
export interface TimerCreationDst {
  /** a local time that does not exist: leave it out, or read it with the offset before the gap (02:30 becomes 03:30) */
  gap?: 'skip' | 'shift' | undefined;
  /** a local time that comes twice: which of the two */
  fold?: 'first' | 'second' | 'both' | undefined;
}

/** occurrences that are left out, in the zone of the schedule */
export interface TimerCreationExclusions {
  /** whole local days, such as 2030-12-24 */
  dates?: string[] | undefined;
  /** expressions for times at which nothing occurs */
  crons?: string[] | undefined;
}

/** what becomes of occurrences that nobody could run in time */
export interface MisfireRequest {
  /** of occurrences later than the window: run none, the newest unless a newer one runs, or all */
  policy?: 'skip' | 'latest' | 'all' | undefined;
  /** lateness up to which an occurrence simply runs late, at least 1 s; 1 h unless set; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  window?: string | number | undefined;
  /** how many are caught up at most, 1 to 1000, the newest ones */
  max?: number | undefined;
}

/** what is called */
export interface TargetRequest {
  /** an http or https URL without credentials and fragment */
  url: string;
  /** the HTTP method */
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | undefined;
  /** headers to send, by name; what HTTP itself and the platform set is refused */
  headers?: Record<string, string> | undefined;
  /** any JSON value, sent as application/json; a string is sent as it is, as text/plain; either unless `headers` has a content-type. null for none */
  body?: unknown;
  /** limit on the whole call, at most 15 minutes; 30 s unless set; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  timeout?: string | number | undefined;
}

/** when a failed call is repeated */
export interface RetriesRequest {
  /** attempts, the first one included, 1 to 100 */
  maxAttempts?: number | undefined;
  /** no attempt starts later than this after the timer was due; a duration, or null for no limit */
  maxAge?: string | number | null | undefined;
  /** how the wait grows: base; base × failures; base × factor^(failures − 1) */
  backoff?: 'fixed' | 'linear' | 'exponential' | undefined;
  /** the first wait, at most 30 days; 1 s unless set; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  base?: string | number | undefined;
  /** growth of exponential waits, 1 to 10 */
  factor?: number | undefined;
  /** the longest wait, at most 30 days; 1 h unless set; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  maxDelay?: string | number | undefined;
  /** full: the wait is drawn uniformly between 0 and its length */
  jitter?: 'none' | 'full' | undefined;
  /** what is repeated: network, timeout, 3xx, 4xx, 5xx, or single statuses from 300 to 599; 410 never is */
  retryOn?: ('network' | 'timeout' | '3xx' | '4xx' | '5xx' | number)[] | undefined;
  /** when a worker vanishes within a call: repeat it, or (at most once) let it fail */
  onLost?: 'repeat' | 'fail' | undefined;
}

/** exactly one of `at`, `delay`, `localTime`, `cron` and `every`, and the target; an id of your own if you like */
export interface TimerCreation {
  /** 1 to 128 letters, digits, `_` and `-` */
  id?: string | undefined;
  /** one instant, RFC 3339 with offset */
  at?: string | undefined;
  /** how long from now; such a timer can be put off by touching it, as a watchdog; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  delay?: string | number | undefined;
  /** one local time without offset, such as 2030-03-31T02:30:00, in `timezone` */
  localTime?: string | undefined;
  /** an expression of five fields, or six with seconds first; names, lists, ranges, steps, L, W, #, H, @daily and its like, and CRON_TZ= in front */
  cron?: string | undefined;
  /** the same distance for ever, at least 1 s; aligned to `anchor`, whatever ran when; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  every?: string | number | undefined;
  /** with `every`: an instant that it is aligned to, RFC 3339; the creation unless sent */
  anchor?: string | undefined;
  /** a zone of the tz database, such as Europe/Berlin; required with `localTime`, else UTC unless sent */
  timezone?: string | undefined;
  /** with `localTime` and `cron`: what clock changes do; shift and first unless sent, for a cron with a star or a step as its hour skip and both */
  dst?: TimerCreationDst | undefined;
  /** no occurrence before it; one at this very instant counts */
  startAt?: string | undefined;
  /** no occurrence after it; one at this very instant counts */
  endAt?: string | undefined;
  /** no occurrence after so many runs */
  maxRuns?: number | undefined;
  /** occurrences that are left out, in the zone of the schedule */
  exclusions?: TimerCreationExclusions | undefined;
  /** each occurrence is due up to so much later, always the same for the same occurrence; at most 30 days; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  jitter?: string | number | undefined;
  /** what becomes of occurrences that nobody could run in time */
  misfire?: MisfireRequest | undefined;
  /** when one is due before the one before has ended: leave it out, keep one, keep all, end the older one, or run both */
  overlap?: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'allowAll' | undefined;
  /** what is called */
  target: TargetRequest;
  /** when a failed call is repeated */
  retries?: RetriesRequest | undefined;
  /** labels to find timers by */
  tags?: string[] | undefined;
  /** text of your own by name (letters, digits and `_ . : / -`), kept and shown, never sent */
  metadata?: Record<string, string> | undefined;
}

export interface CreateTimerRequest {
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  /** up to 255 visible characters of your choice, the same when the request is repeated */
  idempotencyKey?: string | undefined;
  /** exactly one of `at`, `delay`, `localTime`, `cron` and `every`, and the target; an id of your own if you like */
  body: TimerCreation;
}

export interface ListTimersRequest {
  /** `nextCursor` of the page before; leave it out for the first */
  cursor?: string | undefined;
  /** rows at most, 1 to 1000; a page may have fewer, or none, and yet not be the last */
  limit?: number | undefined;
  /** in this state only */
  state?: 'active' | 'paused' | 'completed' | 'cancelled' | undefined;
  /** with this tag only */
  tag?: string | undefined;
  /** whose target is at this host only, with the port where it is not the scheme's own, such as `example.org` or `10.0.0.7:8080` */
  host?: string | undefined;
  /** with ids that begin like this only */
  idPrefix?: string | undefined;
  /** next due before this instant only (RFC 3339; in a query write + as %2B) */
  dueBefore?: string | undefined;
  /** next due after this instant only (RFC 3339; in a query write + as %2B) */
  dueAfter?: string | undefined;
  /** created before this instant only (RFC 3339; in a query write + as %2B) */
  createdBefore?: string | undefined;
  /** created after this instant only (RFC 3339; in a query write + as %2B) */
  createdAfter?: string | undefined;
  /** `id`; `nextDueAt`, those that have one, the next first; `createdAt`, the newest first. Unless sent, the first of these that serves the filters. */
  order?: 'id' | 'nextDueAt' | 'createdAt' | undefined;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
}

export interface CreateTimerShortRequest {
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  /** up to 255 visible characters of your choice, the same when the request is repeated */
  idempotencyKey?: string | undefined;
  /** exactly one of `at`, `delay`, `localTime`, `cron` and `every`, and the target; an id of your own if you like */
  body: TimerCreation;
}

export interface CreateTimersBody {
  /** 1 to 1000 timers, each as for POST /v1/timers */
  timers: TimerCreation[];
}

export interface CreateTimersRequest {
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  /** up to 255 visible characters of your choice, the same when the request is repeated */
  idempotencyKey?: string | undefined;
  body: CreateTimersBody;
}

export interface CreateTimersAnswerResultsItem {
  /** 201, or the status of the problem in `error` */
  status: number;
  /** of the timer, where the status is 201 */
  id?: string | undefined;
  error?: Problem | undefined;
}

/** What became of each item. */
export interface CreateTimersAnswer {
  results: CreateTimersAnswerResultsItem[];
}

export interface GetTimerRequest {
  /** 1 to 128 letters, digits, `_` and `-` */
  id: string;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
}

/** exactly one of `at`, `delay`, `localTime`, `cron` and `every`, and the target */
export interface TimerDefinition {
  /** one instant, RFC 3339 with offset */
  at?: string | undefined;
  /** how long from now; such a timer can be put off by touching it, as a watchdog; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  delay?: string | number | undefined;
  /** one local time without offset, such as 2030-03-31T02:30:00, in `timezone` */
  localTime?: string | undefined;
  /** an expression of five fields, or six with seconds first; names, lists, ranges, steps, L, W, #, H, @daily and its like, and CRON_TZ= in front */
  cron?: string | undefined;
  /** the same distance for ever, at least 1 s; aligned to `anchor`, whatever ran when; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  every?: string | number | undefined;
  /** with `every`: an instant that it is aligned to, RFC 3339; the creation unless sent */
  anchor?: string | undefined;
  /** a zone of the tz database, such as Europe/Berlin; required with `localTime`, else UTC unless sent */
  timezone?: string | undefined;
  /** with `localTime` and `cron`: what clock changes do; shift and first unless sent, for a cron with a star or a step as its hour skip and both */
  dst?: TimerCreationDst | undefined;
  /** no occurrence before it; one at this very instant counts */
  startAt?: string | undefined;
  /** no occurrence after it; one at this very instant counts */
  endAt?: string | undefined;
  /** no occurrence after so many runs */
  maxRuns?: number | undefined;
  /** occurrences that are left out, in the zone of the schedule */
  exclusions?: TimerCreationExclusions | undefined;
  /** each occurrence is due up to so much later, always the same for the same occurrence; at most 30 days; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  jitter?: string | number | undefined;
  /** what becomes of occurrences that nobody could run in time */
  misfire?: MisfireRequest | undefined;
  /** when one is due before the one before has ended: leave it out, keep one, keep all, end the older one, or run both */
  overlap?: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'allowAll' | undefined;
  /** what is called */
  target: TargetRequest;
  /** when a failed call is repeated */
  retries?: RetriesRequest | undefined;
  /** labels to find timers by */
  tags?: string[] | undefined;
  /** text of your own by name (letters, digits and `_ . : / -`), kept and shown, never sent */
  metadata?: Record<string, string> | undefined;
}

export interface PutTimerRequest {
  /** 1 to 128 letters, digits, `_` and `-` */
  id: string;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  /** up to 255 visible characters of your choice, the same when the request is repeated */
  idempotencyKey?: string | undefined;
  /** the ETag of the generation to change, in quotes, such as "3" */
  ifMatch?: string | undefined;
  /** exactly one of `at`, `delay`, `localTime`, `cron` and `every`, and the target */
  body: TimerDefinition;
}

export interface PatchTimerRequest {
  /** 1 to 128 letters, digits, `_` and `-` */
  id: string;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  /** the ETag of the generation to change, in quotes, such as "3" */
  ifMatch?: string | undefined;
  /** a merge patch */
  body: Record<string, unknown>;
}

export interface CancelTimerRequest {
  /** 1 to 128 letters, digits, `_` and `-` */
  id: string;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  /** the ETag of the generation to change, in quotes, such as "3" */
  ifMatch?: string | undefined;
}

/** which timers: all that is given has to hold */
export interface CountTimersBodyFilter {
  /** in this state only */
  state?: 'active' | 'paused' | 'completed' | 'cancelled' | undefined;
  /** with this tag only */
  tag?: string | undefined;
  /** whose target is at this host only, with the port where it is not the scheme's own, such as `example.org` or `10.0.0.7:8080` */
  host?: string | undefined;
  /** with ids that begin like this only */
  idPrefix?: string | undefined;
  /** next due before this instant only (RFC 3339; in a query write + as %2B) */
  dueBefore?: string | undefined;
  /** next due after this instant only (RFC 3339; in a query write + as %2B) */
  dueAfter?: string | undefined;
  /** created before this instant only (RFC 3339; in a query write + as %2B) */
  createdBefore?: string | undefined;
  /** created after this instant only (RFC 3339; in a query write + as %2B) */
  createdAfter?: string | undefined;
}

export interface CountTimersBody {
  /** which timers: all that is given has to hold */
  filter: CountTimersBodyFilter;
}

export interface CountTimersRequest {
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  body: CountTimersBody;
}

/** may be empty: until it is resumed */
export interface PauseTimerBody {
  /** in your words; kept and shown */
  reason?: string | undefined;
  /** when the pause ends by itself: an instant (RFC 3339), or how long from now; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  until?: string | number | undefined;
}

export interface PauseTimerRequest {
  /** 1 to 128 letters, digits, `_` and `-` */
  id: string;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  /** the ETag of the generation to change, in quotes, such as "3" */
  ifMatch?: string | undefined;
  /** may be empty: until it is resumed */
  body: PauseTimerBody;
}

export interface ResumeTimerRequest {
  /** 1 to 128 letters, digits, `_` and `-` */
  id: string;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  /** the ETag of the generation to change, in quotes, such as "3" */
  ifMatch?: string | undefined;
}

/** may be empty: each request is a run of its own */
export interface RunTimerBody {
  /** an id of this request; sent again, it is the same run. `Idempotency-Key` does the same */
  id?: string | undefined;
}

export interface RunTimerRequest {
  /** 1 to 128 letters, digits, `_` and `-` */
  id: string;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  /** up to 255 visible characters of your choice, the same when the request is repeated */
  idempotencyKey?: string | undefined;
  /** the ETag of the generation to change, in quotes, such as "3" */
  ifMatch?: string | undefined;
  /** may be empty: each request is a run of its own */
  body: RunTimerBody;
}

export interface TouchTimerRequest {
  /** 1 to 128 letters, digits, `_` and `-` */
  id: string;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
}

export interface GetTimerHistoryRequest {
  /** `nextCursor` of the page before; leave it out for the first */
  cursor?: string | undefined;
  /** rows at most, 1 to 1000; a page may have fewer, or none, and yet not be the last */
  limit?: number | undefined;
  /** 1 to 128 letters, digits, `_` and `-` */
  id: string;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
}

export interface RestoreTimerBody {
  /** of the version to bring back, as the history tells */
  generation: number;
  /** in your words; kept */
  reason?: string | undefined;
}

export interface RestoreTimerRequest {
  /** 1 to 128 letters, digits, `_` and `-` */
  id: string;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  /** the ETag of the generation to change, in quotes, such as "3" */
  ifMatch?: string | undefined;
  body: RestoreTimerBody;
}

export interface CancelTimersBodyTimersItem {
  /** 1 to 128 letters, digits, `_` and `-` */
  id: string;
  /** only if it still is of this generation, in quotes, such as "3" */
  ifMatch?: string | undefined;
}

export interface CancelTimersBody {
  /** these, 1 to 1000, each once; instead of `filter` */
  timers?: CancelTimersBodyTimersItem[] | undefined;
  /** which timers: all that is given has to hold */
  filter?: CountTimersBodyFilter | undefined;
  /** every open timer of the namespace, instead of `filter` */
  all?: true | undefined;
  /** with `filter` or `all`: tell what would be changed */
  plan?: true | undefined;
  /** of the plan, or of the call before: do it */
  token?: string | undefined;
  /** in your words; kept with each change */
  reason?: string | undefined;
}

export interface CancelTimersRequest {
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  body: CancelTimersBody;
}

/** another "when", the same for all; exactly one of `to` and `by` */
export interface RescheduleTimersBodyTo {
  /** one instant, RFC 3339 with offset */
  at?: string | undefined;
  /** how long from now; such a timer can be put off by touching it, as a watchdog; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  delay?: string | number | undefined;
  /** one local time without offset, such as 2030-03-31T02:30:00, in `timezone` */
  localTime?: string | undefined;
  /** an expression of five fields, or six with seconds first; names, lists, ranges, steps, L, W, #, H, @daily and its like, and CRON_TZ= in front */
  cron?: string | undefined;
  /** the same distance for ever, at least 1 s; aligned to `anchor`, whatever ran when; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  every?: string | number | undefined;
  /** with `every`: an instant that it is aligned to, RFC 3339; the creation unless sent */
  anchor?: string | undefined;
  /** a zone of the tz database, such as Europe/Berlin; required with `localTime`, else UTC unless sent */
  timezone?: string | undefined;
  /** with `localTime` and `cron`: what clock changes do; shift and first unless sent, for a cron with a star or a step as its hour skip and both */
  dst?: TimerCreationDst | undefined;
}

export interface RescheduleTimersBody {
  /** these, 1 to 1000, each once; instead of `filter` */
  timers?: CancelTimersBodyTimersItem[] | undefined;
  /** which timers: all that is given has to hold */
  filter?: CountTimersBodyFilter | undefined;
  /** every open timer of the namespace, instead of `filter` */
  all?: true | undefined;
  /** with `filter` or `all`: tell what would be changed */
  plan?: true | undefined;
  /** of the plan, or of the call before: do it */
  token?: string | undefined;
  /** in your words; kept with each change */
  reason?: string | undefined;
  /** another "when", the same for all; exactly one of `to` and `by` */
  to?: RescheduleTimersBodyTo | undefined;
  /** so much later (+PT1H) or earlier (-PT1H): what is due once, and `every` by its anchor */
  by?: string | undefined;
}

export interface RescheduleTimersRequest {
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  body: RescheduleTimersBody;
}

/** a timer as for POST /v1/timers; the target may be left out */
export interface TimerSketch {
  /** 1 to 128 letters, digits, `_` and `-` */
  id?: string | undefined;
  /** one instant, RFC 3339 with offset */
  at?: string | undefined;
  /** how long from now; such a timer can be put off by touching it, as a watchdog; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  delay?: string | number | undefined;
  /** one local time without offset, such as 2030-03-31T02:30:00, in `timezone` */
  localTime?: string | undefined;
  /** an expression of five fields, or six with seconds first; names, lists, ranges, steps, L, W, #, H, @daily and its like, and CRON_TZ= in front */
  cron?: string | undefined;
  /** the same distance for ever, at least 1 s; aligned to `anchor`, whatever ran when; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  every?: string | number | undefined;
  /** with `every`: an instant that it is aligned to, RFC 3339; the creation unless sent */
  anchor?: string | undefined;
  /** a zone of the tz database, such as Europe/Berlin; required with `localTime`, else UTC unless sent */
  timezone?: string | undefined;
  /** with `localTime` and `cron`: what clock changes do; shift and first unless sent, for a cron with a star or a step as its hour skip and both */
  dst?: TimerCreationDst | undefined;
  /** no occurrence before it; one at this very instant counts */
  startAt?: string | undefined;
  /** no occurrence after it; one at this very instant counts */
  endAt?: string | undefined;
  /** no occurrence after so many runs */
  maxRuns?: number | undefined;
  /** occurrences that are left out, in the zone of the schedule */
  exclusions?: TimerCreationExclusions | undefined;
  /** each occurrence is due up to so much later, always the same for the same occurrence; at most 30 days; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  jitter?: string | number | undefined;
  /** what becomes of occurrences that nobody could run in time */
  misfire?: MisfireRequest | undefined;
  /** when one is due before the one before has ended: leave it out, keep one, keep all, end the older one, or run both */
  overlap?: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'allowAll' | undefined;
  /** what is called */
  target?: TargetRequest | undefined;
  /** when a failed call is repeated */
  retries?: RetriesRequest | undefined;
  /** labels to find timers by */
  tags?: string[] | undefined;
  /** text of your own by name (letters, digits and `_ . : / -`), kept and shown, never sent */
  metadata?: Record<string, string> | undefined;
}

export interface PreviewTimerBody {
  /** a timer as for POST /v1/timers; the target may be left out */
  timer: TimerSketch;
  /** occurrences strictly after this instant (RFC 3339; in a query write + as %2B); now unless sent */
  from?: string | undefined;
  /** how many at most, 1 to 1000 */
  count?: number | undefined;
}

export interface PreviewTimerRequest {
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  body: PreviewTimerBody;
}

export interface PreviewExistingTimerRequest {
  /** occurrences strictly after this instant (RFC 3339; in a query write + as %2B); now unless sent */
  from?: string | undefined;
  /** how many at most, 1 to 1000 */
  count?: number | undefined;
  /** 1 to 128 letters, digits, `_` and `-` */
  id: string;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
}

export interface ListExecutionsRequest {
  /** `nextCursor` of the page before; leave it out for the first */
  cursor?: string | undefined;
  /** rows at most, 1 to 1000; a page may have fewer, or none, and yet not be the last */
  limit?: number | undefined;
  /** 1 to 128 letters, digits, `_` and `-` */
  timerId?: string | undefined;
  /** in this state only */
  state?:
    | 'claimed'
    | 'running'
    | 'retrying'
    | 'deferred'
    | 'awaiting-ack'
    | 'succeeded'
    | 'failed'
    | 'aborted'
    | 'cancelled'
    | 'skipped'
    | undefined;
  /** whose target is at this host only, with the port where it is not the scheme's own, such as `example.org` or `10.0.0.7:8080` */
  host?: string | undefined;
  /** whose newest attempt that has ended came to this only */
  outcome?: 'succeeded' | 'failed' | 'lost' | 'aborted' | undefined;
  /** with a nominal time before this instant only (RFC 3339; in a query write + as %2B) */
  scheduledBefore?: string | undefined;
  /** with a nominal time after this instant only (RFC 3339; in a query write + as %2B) */
  scheduledAfter?: string | undefined;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
}

/** which executions: all that is given has to hold */
export interface CountExecutionsBodyFilter {
  /** 1 to 128 letters, digits, `_` and `-` */
  timerId?: string | undefined;
  /** in this state only */
  state?:
    | 'claimed'
    | 'running'
    | 'retrying'
    | 'deferred'
    | 'awaiting-ack'
    | 'succeeded'
    | 'failed'
    | 'aborted'
    | 'cancelled'
    | 'skipped'
    | undefined;
  /** whose target is at this host only, with the port where it is not the scheme's own, such as `example.org` or `10.0.0.7:8080` */
  host?: string | undefined;
  /** whose newest attempt that has ended came to this only */
  outcome?: 'succeeded' | 'failed' | 'lost' | 'aborted' | undefined;
  /** with a nominal time before this instant only (RFC 3339; in a query write + as %2B) */
  scheduledBefore?: string | undefined;
  /** with a nominal time after this instant only (RFC 3339; in a query write + as %2B) */
  scheduledAfter?: string | undefined;
}

export interface CountExecutionsBody {
  /** which executions: all that is given has to hold */
  filter: CountExecutionsBodyFilter;
}

export interface CountExecutionsRequest {
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  body: CountExecutionsBody;
}

export interface GetExecutionRequest {
  /** the id of an execution */
  id: string;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
}

export interface ListenToEventsRequest {
  /** 1 to 128 letters, digits, `_` and `-` */
  timerId?: string | undefined;
  /** of timers whose id begins so */
  idPrefix?: string | undefined;
  /** of this destination, `host` or `host:port` */
  host?: string | undefined;
  /** of these kinds, separated by commas: timer.created, timer.changed, timer.touched, timer.paused, timer.resumed, timer.run, timer.cancelled, execution.claimed, execution.started, execution.refused, execution.deferred, execution.retrying, execution.succeeded, execution.failed, execution.aborted, execution.cancelled, execution.skipped */
  kinds?: string | undefined;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
  /** the id of the last event that was heard, to go on after it */
  lastEventId?: string | undefined;
}

export interface ListChangesRequest {
  /** `nextCursor` of the page before; leave it out for the first */
  cursor?: string | undefined;
  /** rows at most, 1 to 1000; a page may have fewer, or none, and yet not be the last */
  limit?: number | undefined;
  /** of this kind only */
  resource?: 'timer' | 'settings' | 'key' | 'quota' | 'test-clock' | undefined;
  /** of the one with this id only; needs `resource` */
  resourceId?: string | undefined;
  /** by this one only */
  actor?: string | undefined;
  /** of this kind only, such as cancel */
  action?: string | undefined;
  /** made at this instant or later (RFC 3339; write + as %2B) */
  from?: string | undefined;
  /** made before this instant (RFC 3339; write + as %2B) */
  until?: string | undefined;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
}

export interface GetServiceLevelRequest {
  /** so long before `to`; 1h unless sent, not together with `from` */
  window?: '1h' | '6h' | '24h' | '7d' | '30d' | undefined;
  /** from here on; minutes of older hours count as hours */
  from?: string | undefined;
  /** up to here; now unless sent */
  to?: string | undefined;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
}

export interface GetForecastRequest {
  /** how far ahead; 7 unless sent */
  days?: number | undefined;
  /** of this destination, `host` or `host:port` */
  host?: string | undefined;
  /** calls an hour that a destination takes: hours above it are named, with a spread that would do */
  limit?: number | undefined;
  /** the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent */
  namespace?: string | undefined;
}

export interface GetTestClockRequest {
  /** the namespace, 1 to 64 letters, digits, `_` and `-` */
  ns: string;
}

export interface PutTestClockBody {
  /** where the clock stands, RFC 3339 */
  now: string;
}

export interface PutTestClockRequest {
  /** the namespace, 1 to 64 letters, digits, `_` and `-` */
  ns: string;
  body: PutTestClockBody;
}

export interface DeleteTestClockRequest {
  /** the namespace, 1 to 64 letters, digits, `_` and `-` */
  ns: string;
}

/** exactly one of `by` and `to` */
export interface AdvanceTestClockBody {
  /** how far, at most 10 years; instead of `to`; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  by?: string | number | undefined;
  /** where to, RFC 3339; instead of `by` */
  to?: string | undefined;
}

export interface AdvanceTestClockRequest {
  /** the namespace, 1 to 64 letters, digits, `_` and `-` */
  ns: string;
  /** exactly one of `by` and `to` */
  body: AdvanceTestClockBody;
}

export interface CreateKeyBody {
  /** who it is for; changes made with it are recorded under this name */
  name: string;
  /** in your words; kept and shown */
  description?: string | undefined;
  /** reader: sees; writer: changes timers too; admin: manages keys and test clocks too */
  role: 'reader' | 'writer' | 'admin';
  /** what it is good for: names, or `*` alone for all there are and will be */
  namespaces: string[];
  /** until when it is good, RFC 3339; for ever when left out */
  expiresAt?: string | undefined;
}

export interface CreateKeyRequest {
  body: CreateKeyBody;
}

export interface ListKeysRequest {
  /** `nextCursor` of the page before; leave it out for the first */
  cursor?: string | undefined;
  /** rows at most, 1 to 1000; a page may have fewer, or none, and yet not be the last */
  limit?: number | undefined;
}

/** may be empty */
export interface RotateKeyBody {
  /** how long the present secret stays good: a day unless sent, 30 days at most; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number */
  overlap?: string | number | undefined;
}

export interface RotateKeyRequest {
  /** the id of a key */
  id: string;
  /** may be empty */
  body: RotateKeyBody;
}

export interface RevokeKeyRequest {
  /** the id of a key */
  id: string;
}

export interface GetKeyRequest {
  /** the id of a key */
  id: string;
}

export interface GetQuotasRequest {
  /** the namespace, 1 to 64 letters, digits, `_` and `-` */
  ns: string;
}

/** empty: all as configured */
export interface PutQuotasBody {
  /** timers that are not closed; paused ones count; null for no limit, as configured when left out */
  maxActiveTimers?: number | null | undefined;
  /** at all processes of the API together; null for no limit, as configured when left out */
  requestsPerSecond?: number | null | undefined;
  /** requests that may come at once; as many as in a second unless told; null for no limit, as configured when left out */
  burst?: number | null | undefined;
}

export interface PutQuotasRequest {
  /** the namespace, 1 to 64 letters, digits, `_` and `-` */
  ns: string;
  /** empty: all as configured */
  body: PutQuotasBody;
}

export interface PutSettingsBody {
  /** from which instant it holds, RFC 3339; as soon as may be when left out */
  effectiveFrom?: string | undefined;
  /** all that is set; what is left out is as each process is configured */
  settings: SettingsVersionSettings;
}

export interface PutSettingsRequest {
  body: PutSettingsBody;
}

/** Every operation of the API, as it is; `Carillon` adds the comforts. */
export class Operations {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Create a timer. Answers 201 once the timer is durable. With an `Idempotency-Key` it may be repeated: the same request gets the same timer, with `Idempotency-Replayed: true`. */
  createTimer(request: CreateTimerRequest, options?: CallOptions): Promise<Timer> {
    return this.#send(
      {
        method: 'POST',
        path: `/v1/timers`,
        headers: { 'carillon-namespace': request.namespace, 'idempotency-key': request.idempotencyKey },
        body: request.body,
      },
      options,
    );
  }

  /** List timers. Follow `nextCursor` until it is null: a page looks at so many timers and may have few that fit, or none. Timers created meanwhile move nothing. */
  listTimers(request: ListTimersRequest = {}, options?: CallOptions): Promise<TimerPage> {
    return this.#send(
      {
        method: 'GET',
        path: `/v1/timers`,
        query: {
          cursor: request.cursor,
          limit: request.limit,
          state: request.state,
          tag: request.tag,
          host: request.host,
          idPrefix: request.idPrefix,
          dueBefore: request.dueBefore,
          dueAfter: request.dueAfter,
          createdBefore: request.createdBefore,
          createdAfter: request.createdAfter,
          order: request.order,
        },
        headers: { 'carillon-namespace': request.namespace },
      },
      options,
    );
  }

  /** Create a timer: the same, by a shorter path. Answers 201 once the timer is durable. With an `Idempotency-Key` it may be repeated: the same request gets the same timer, with `Idempotency-Replayed: true`. */
  createTimerShort(request: CreateTimerShortRequest, options?: CallOptions): Promise<Timer> {
    return this.#send(
      {
        method: 'POST',
        path: `/timers`,
        headers: { 'carillon-namespace': request.namespace, 'idempotency-key': request.idempotencyKey },
        body: request.body,
      },
      options,
    );
  }

  /** Create up to 1000 timers. Answers 200 with one result per item, in order. With an `Idempotency-Key` the whole request may be repeated: what it created before is not created again. */
  createTimers(request: CreateTimersRequest, options?: CallOptions): Promise<CreateTimersAnswer> {
    return this.#send(
      {
        method: 'POST',
        path: `/v1/timers:batch`,
        headers: { 'carillon-namespace': request.namespace, 'idempotency-key': request.idempotencyKey },
        body: request.body,
      },
      options,
    );
  }

  /** Read a timer */
  getTimer(request: GetTimerRequest, options?: CallOptions): Promise<Timer> {
    return this.#send(
      {
        method: 'GET',
        path: `/v1/timers/${encodeURIComponent(request.id)}`,
        headers: { 'carillon-namespace': request.namespace },
      },
      options,
    );
  }

  /** Create or replace a timer by your own id. Sending the same again changes nothing: 200, same generation. A closed id gets a new timer (201), unless the request repeats the `at` of the closed one or its `Idempotency-Key`. */
  putTimer(request: PutTimerRequest, options?: CallOptions): Promise<Timer> {
    return this.#send(
      {
        method: 'PUT',
        path: `/v1/timers/${encodeURIComponent(request.id)}`,
        headers: {
          'carillon-namespace': request.namespace,
          'idempotency-key': request.idempotencyKey,
          'if-match': request.ifMatch,
        },
        body: request.body,
      },
      options,
    );
  }

  /** Change parts of a timer. A JSON merge patch (RFC 7396) on the definition: null removes, objects are merged, what is not named stays. A `delay` counts from now; `at` and `delay` take each other's place. What comes out is checked like a new timer. */
  patchTimer(request: PatchTimerRequest, options?: CallOptions): Promise<Timer> {
    return this.#send(
      {
        method: 'PATCH',
        path: `/v1/timers/${encodeURIComponent(request.id)}`,
        headers: { 'carillon-namespace': request.namespace, 'if-match': request.ifMatch },
        body: request.body,
      },
      options,
    );
  }

  /** Cancel a timer. Once answered, nothing of it starts any more. Calls under way are named in `executions`; they are left to end and never repeated. Cancelling a closed timer changes nothing. */
  cancelTimer(request: CancelTimerRequest, options?: CallOptions): Promise<CancelledTimer> {
    return this.#send(
      {
        method: 'DELETE',
        path: `/v1/timers/${encodeURIComponent(request.id)}`,
        headers: { 'carillon-namespace': request.namespace, 'if-match': request.ifMatch },
      },
      options,
    );
  }

  /** Count timers. The same filters as of the list. Counting ends after 100000 timers that were looked at: then `exact` is false, and there are at least so many. */
  countTimers(request: CountTimersRequest, options?: CallOptions): Promise<Count> {
    return this.#send(
      {
        method: 'POST',
        path: `/v1/timers:count`,
        headers: { 'carillon-namespace': request.namespace },
        body: request.body,
      },
      options,
    );
  }

  /** Pause a timer. Once answered, nothing of its schedule starts until it is resumed. What would have been due meanwhile is recorded as skipped; what had started is left to end, and what would be repeated waits. */
  pauseTimer(request: PauseTimerRequest, options?: CallOptions): Promise<Timer> {
    return this.#send(
      {
        method: 'POST',
        path: `/v1/timers/${encodeURIComponent(request.id)}/pause`,
        headers: { 'carillon-namespace': request.namespace, 'if-match': request.ifMatch },
        body: request.body,
      },
      options,
    );
  }

  /** Resume a timer. It goes on from the first occurrence after now. An active one is answered as it is. */
  resumeTimer(request: ResumeTimerRequest, options?: CallOptions): Promise<Timer> {
    return this.#send(
      {
        method: 'POST',
        path: `/v1/timers/${encodeURIComponent(request.id)}/resume`,
        headers: { 'carillon-namespace': request.namespace, 'if-match': request.ifMatch },
      },
      options,
    );
  }

  /** Run a timer now. One execution beside the schedule, of a paused timer too; its overlap policy holds. With an `Idempotency-Key` or an `id` the request may be repeated: it is the same execution, with `Idempotency-Replayed: true`. */
  runTimer(request: RunTimerRequest, options?: CallOptions): Promise<Execution> {
    return this.#send(
      {
        method: 'POST',
        path: `/v1/timers/${encodeURIComponent(request.id)}/run`,
        headers: {
          'carillon-namespace': request.namespace,
          'idempotency-key': request.idempotencyKey,
          'if-match': request.ifMatch,
        },
        body: request.body,
      },
      options,
    );
  }

  /** Put a watchdog off. A timer with a `delay` becomes due that delay after now, never earlier than it was. It is no change: the generation stays. 409 once its time has come. */
  touchTimer(request: TouchTimerRequest, options?: CallOptions): Promise<Timer> {
    return this.#send(
      {
        method: 'POST',
        path: `/v1/timers/${encodeURIComponent(request.id)}/touch`,
        headers: { 'carillon-namespace': request.namespace },
      },
      options,
    );
  }

  /** Read who changed a timer, when and how. Newest first. At least the latest 100 changes are kept, for 90 days unless configured otherwise; of a timer that was removed too. Touches are no changes. */
  getTimerHistory(request: GetTimerHistoryRequest, options?: CallOptions): Promise<TimerHistory> {
    return this.#send(
      {
        method: 'GET',
        path: `/v1/timers/${encodeURIComponent(request.id)}/history`,
        query: { cursor: request.cursor, limit: request.limit },
        headers: { 'carillon-namespace': request.namespace },
      },
      options,
    );
  }

  /** Bring an earlier version of a timer back. As if the definition of that generation were sent again now, as one more change: a delay counts from now, a paused timer stays paused, and a version whose time has passed is refused. A closed timer gets a new one of that version in its place. */
  restoreTimer(request: RestoreTimerRequest, options?: CallOptions): Promise<Timer> {
    return this.#send(
      {
        method: 'POST',
        path: `/v1/timers/${encodeURIComponent(request.id)}/restore`,
        headers: { 'carillon-namespace': request.namespace, 'if-match': request.ifMatch },
        body: request.body,
      },
      options,
    );
  }

  /** Cancel many timers. Named in `timers`, each has its own result. By `filter` (or `all: true`), first with `plan: true`, which answers how many and a token good for 15 minutes; then the same again with `token`, until the answer has no further one. Each call changes about a thousand. Timers created or changed after the plan was made are left out and counted, watchdogs apart. */
  cancelTimers(request: CancelTimersRequest, options?: CallOptions): Promise<BulkAnswer> {
    return this.#send(
      {
        method: 'POST',
        path: `/v1/timers:cancel`,
        headers: { 'carillon-namespace': request.namespace },
        body: request.body,
      },
      options,
    );
  }

  /** Reschedule many timers. Named in `timers`, each has its own result. By `filter` (or `all: true`), first with `plan: true`, which answers how many and a token good for 15 minutes; then the same again with `token`, until the answer has no further one. Each call changes about a thousand. Timers created or changed after the plan was made are left out and counted, watchdogs apart. */
  rescheduleTimers(request: RescheduleTimersRequest, options?: CallOptions): Promise<BulkAnswer> {
    return this.#send(
      {
        method: 'POST',
        path: `/v1/timers:reschedule`,
        headers: { 'carillon-namespace': request.namespace },
        body: request.body,
      },
      options,
    );
  }

  /** Preview a timer before it is created. Nothing is created. The same occurrences that the timer will have; its jitter is drawn only when it is made, and `H` goes by its id. */
  previewTimer(request: PreviewTimerRequest, options?: CallOptions): Promise<Preview> {
    return this.#send(
      {
        method: 'POST',
        path: `/v1/timers:preview`,
        headers: { 'carillon-namespace': request.namespace },
        body: request.body,
      },
      options,
    );
  }

  /** Preview a timer that is there */
  previewExistingTimer(request: PreviewExistingTimerRequest, options?: CallOptions): Promise<Preview> {
    return this.#send(
      {
        method: 'GET',
        path: `/v1/timers/${encodeURIComponent(request.id)}/preview`,
        query: { from: request.from, count: request.count },
        headers: { 'carillon-namespace': request.namespace },
      },
      options,
    );
  }

  /** List executions. Newest `scheduledFor` first. Follow `nextCursor` until it is null: a page looks at so many executions and may have few that fit, or none. */
  listExecutions(request: ListExecutionsRequest = {}, options?: CallOptions): Promise<ExecutionPage> {
    return this.#send(
      {
        method: 'GET',
        path: `/v1/executions`,
        query: {
          cursor: request.cursor,
          limit: request.limit,
          timerId: request.timerId,
          state: request.state,
          host: request.host,
          outcome: request.outcome,
          scheduledBefore: request.scheduledBefore,
          scheduledAfter: request.scheduledAfter,
        },
        headers: { 'carillon-namespace': request.namespace },
      },
      options,
    );
  }

  /** Count executions. The same filters as of the list. Counting ends after 100000 executions that were looked at: then `exact` is false, and there are at least so many. */
  countExecutions(request: CountExecutionsRequest, options?: CallOptions): Promise<Count> {
    return this.#send(
      {
        method: 'POST',
        path: `/v1/executions:count`,
        headers: { 'carillon-namespace': request.namespace },
        body: request.body,
      },
      options,
    );
  }

  /** Read an execution. With each attempt: status, error, first bytes of the response, and the lateness receipt. */
  getExecution(request: GetExecutionRequest, options?: CallOptions): Promise<Execution> {
    return this.#send(
      {
        method: 'GET',
        path: `/v1/executions/${encodeURIComponent(request.id)}`,
        headers: { 'carillon-namespace': request.namespace },
      },
      options,
    );
  }

  /** List who changed what, when and why. Newest first, for 90 days unless configured otherwise. Filter by one of `resource`, `actor` and `action`; with `resourceId` by any of them. The creation of a timer is told by the timer itself (`createdAt`, `createdBy`). */
  listChanges(request: ListChangesRequest = {}, options?: CallOptions): Promise<ChangePage> {
    return this.#send(
      {
        method: 'GET',
        path: `/v1/audit`,
        query: {
          cursor: request.cursor,
          limit: request.limit,
          resource: request.resource,
          resourceId: request.resourceId,
          actor: request.actor,
          action: request.action,
          from: request.from,
          until: request.until,
        },
        headers: { 'carillon-namespace': request.namespace },
      },
      options,
    );
  }

  /** See how punctual the calls are, and how many succeed. Lateness and success of a namespace in a stretch of time, counted by every process as it happens and stored every five seconds; a process that dies takes the last seconds with it. Of the last two to three hours minutes are kept, of earlier ones hours. */
  getServiceLevel(request: GetServiceLevelRequest = {}, options?: CallOptions): Promise<ServiceLevel> {
    return this.#send(
      {
        method: 'GET',
        path: `/v1/slo`,
        query: { window: request.window, from: request.from, to: request.to },
        headers: { 'carillon-namespace': request.namespace },
      },
      options,
    );
  }

  /** See how many calls each destination will get, hour by hour. From the schedules of active timers, with their jitter; retries, and what is under way already, are not in it. Kept for a minute, or ten times as long as it took. */
  getForecast(request: GetForecastRequest = {}, options?: CallOptions): Promise<Forecast> {
    return this.#send(
      {
        method: 'GET',
        path: `/v1/forecast`,
        query: { days: request.days, host: request.host, limit: request.limit },
        headers: { 'carillon-namespace': request.namespace },
      },
      options,
    );
  }

  /** Read the test clock of a namespace */
  getTestClock(request: GetTestClockRequest, options?: CallOptions): Promise<TestClock> {
    return this.#send(
      { method: 'GET', path: `/v1/namespaces/${encodeURIComponent(request.ns)}/clock` },
      options,
    );
  }

  /** Give a namespace a test clock. From then on the namespace lives by it: it stands until it is advanced. Only for a namespace without open timers; never back. */
  putTestClock(request: PutTestClockRequest, options?: CallOptions): Promise<TestClock> {
    return this.#send(
      { method: 'PUT', path: `/v1/namespaces/${encodeURIComponent(request.ns)}/clock`, body: request.body },
      options,
    );
  }

  /** Take the test clock of a namespace away. From then on the namespace lives by real time. Only without open timers. */
  deleteTestClock(request: DeleteTestClockRequest, options?: CallOptions): Promise<void> {
    return this.#send(
      { method: 'DELETE', path: `/v1/namespaces/${encodeURIComponent(request.ns)}/clock` },
      options,
    );
  }

  /** Move a test clock on. Fires what falls due on the way, in the order in which it is due, and answers when all of it has ended; 202 when that takes longer than 25 s. */
  advanceTestClock(request: AdvanceTestClockRequest, options?: CallOptions): Promise<TestClock> {
    return this.#send(
      {
        method: 'POST',
        path: `/v1/namespaces/${encodeURIComponent(request.ns)}/clock/advance`,
        body: request.body,
      },
      options,
    );
  }

  /** Make an API key. Answers its secret, once. An admin makes keys for its own namespaces; for all of them (`*`) an admin of all. */
  createKey(request: CreateKeyRequest, options?: CallOptions): Promise<ShownApiKey> {
    return this.#send({ method: 'POST', path: `/v1/keys`, body: request.body }, options);
  }

  /** List keys. Those all of whose namespaces are your own, in the order of their ids. */
  listKeys(request: ListKeysRequest = {}, options?: CallOptions): Promise<ApiKeyPage> {
    return this.#send(
      { method: 'GET', path: `/v1/keys`, query: { cursor: request.cursor, limit: request.limit } },
      options,
    );
  }

  /** Give a key a new secret. Answers the new secret, once. The present one stays good for `overlap`, so that it can be replaced where it is used; one that was rotated out before ends now. */
  rotateKey(request: RotateKeyRequest, options?: CallOptions): Promise<ShownApiKey> {
    return this.#send(
      { method: 'POST', path: `/v1/keys/${encodeURIComponent(request.id)}/rotate`, body: request.body },
      options,
    );
  }

  /** Revoke a key. It is removed. Every process of the API refuses it within 5 seconds. */
  revokeKey(request: RevokeKeyRequest, options?: CallOptions): Promise<void> {
    return this.#send({ method: 'DELETE', path: `/v1/keys/${encodeURIComponent(request.id)}` }, options);
  }

  /** Read a key */
  getKey(request: GetKeyRequest, options?: CallOptions): Promise<ApiKey> {
    return this.#send({ method: 'GET', path: `/v1/keys/${encodeURIComponent(request.id)}` }, options);
  }

  /** Read what a namespace may use */
  getQuotas(request: GetQuotasRequest, options?: CallOptions): Promise<Quotas> {
    return this.#send(
      { method: 'GET', path: `/v1/namespaces/${encodeURIComponent(request.ns)}/quotas` },
      options,
    );
  }

  /** Say what a namespace may use. All of it at once. Every process of the API keeps to it within 3 seconds. */
  putQuotas(request: PutQuotasRequest, options?: CallOptions): Promise<Quotas> {
    return this.#send(
      { method: 'PUT', path: `/v1/namespaces/${encodeURIComponent(request.ns)}/quotas`, body: request.body },
      options,
    );
  }

  /** See who is there, who leads and who owns what. As each process told of itself last, once a second; the same in every namespace. */
  getCluster(options?: CallOptions): Promise<Cluster> {
    return this.#send({ method: 'GET', path: `/v1/cluster` }, options);
  }

  /** Read the settings: current, to come, past, and who knows which */
  getSettings(options?: CallOptions): Promise<Settings> {
    return this.#send({ method: 'GET', path: `/v1/settings` }, options);
  }

  /** Announce settings for an instant to come. Adds a version that holds from `effectiveFrom` on, at that instant for every process alike: whoever could not hear of it by then takes no new work. It replaces all that was set before. */
  putSettings(request: PutSettingsRequest, options?: CallOptions): Promise<SettingsVersion> {
    return this.#send({ method: 'PUT', path: `/v1/settings`, body: request.body }, options);
  }
}
