/**
 * What is told of timers and executions while somebody listens: the kinds, the facts of each, and ids that order them across
 * processes. Pure. An event is a hint and may be missed; what became of anything is read from the store.
 */
export const eventKinds = [
  'timer.created',
  'timer.changed',
  'timer.touched',
  'timer.paused',
  'timer.resumed',
  'timer.run',
  'timer.cancelled',
  'execution.claimed',
  'execution.started',
  'execution.refused',
  'execution.deferred',
  'execution.retrying',
  'execution.succeeded',
  'execution.failed',
  'execution.aborted',
  'execution.cancelled',
  'execution.skipped',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** What happened; instants are epoch milliseconds. */
export interface Fact {
  kind: EventKind;
  namespace: string;
  timerId: string;
  /** The destination's host and port. */
  host: string;
  /** Of a timer: as it is from now on. */
  state?: string;
  generation?: number;
  nextDueAt?: number | null;
  executionId?: string;
  scheduledFor?: number;
  dueAt?: number;
  /** Of an execution: the number of the attempt; before the first one 0. */
  attempt?: number;
  reason?: string;
  /** Of one that is retrying or deferred: when it goes on. */
  nextAttemptAt?: number;
  /** Of a finished call: the HTTP status, and why it failed. */
  status?: number;
  error?: string;
  /** Of a first attempt: from due to sent. */
  latenessMs?: number;
  /** Of a finished call: from sent to the end of the answer. */
  durationMs?: number;
  /** Of a record of several that were left out. */
  skipped?: { to: number; count: number };
}

export interface Told extends Fact {
  at: number;
}

/** One message on the bus: what one process tells of one namespace. */
export interface EventBatch {
  /** One life of one process. */
  sender: string;
  /** The number of the first event; a gap to the batch before says how many were lost on the way. */
  first: number;
  events: Told[];
}

/** Where somebody says which namespaces are listened to. */
export const interestTopic = 'event-interest';

/** How long one word of interest is good for: who left may come back within it and miss nothing. */
export const interestMs = 60_000;

export interface Interest {
  namespaces: string[];
  /** Who says so, and which time, so that it knows its own words again. */
  from: string;
  n: number;
}

/** More namespaces than this nobody tells of at a time. */
export const mostNamespaces = 1_000;

export function eventTopic(namespace: string): string {
  return `events.${namespace}`;
}

export interface EventId {
  at: number;
  sender: string;
  n: number;
}

/** Ids of one process grow; those of several are compared by their time. */
export function formatEventId({ at, sender, n }: EventId): string {
  return `${at}-${sender}-${n}`;
}

/** Null for what is no id of ours. */
export function parseEventId(text: string): EventId | null {
  const parts = /^(\d{1,16})-([a-z0-9]{1,32})-(\d{1,16})$/.exec(text);
  return parts ? { at: Number(parts[1]), sender: parts[2]!, n: Number(parts[3]) } : null;
}

/** Who listens to what; nothing left out is everything. */
export interface EventFilter {
  timerId?: string;
  idPrefix?: string;
  host?: string;
  kinds?: readonly string[];
}

export function fits({ timerId, idPrefix, host, kinds }: EventFilter, fact: Fact): boolean {
  return (
    (timerId === undefined || fact.timerId === timerId) &&
    (idPrefix === undefined || fact.timerId.startsWith(idPrefix)) &&
    (host === undefined || fact.host === host) &&
    (kinds === undefined || kinds.includes(fact.kind))
  );
}
