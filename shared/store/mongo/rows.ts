/**
 * How timers, executions, attempts and the rest look in MongoDB, and the way there and back. Nothing that only the
 * adapter needs (`_id`, stamps, server sessions) leaves through here.
 *
 * Ids carry the keys: a timer's `_id` is `namespace/id`, an execution's `uid-<scheduledFor>`, an attempt's
 * `executionId#n`, a retired definition's `uid:version`. So the attempts of one execution and the definitions of one uid
 * are ranges of `_id` and need no further index.
 */
import type { Binary, Document } from 'mongodb';
import type { ChangeRecord } from '../../timers/change-record.js';
import type { Execution } from '../../timers/execution.js';
import type { AttemptRecord } from '../../timers/outcome.js';
import type { Occurrence } from '../../timers/schedule.js';
import { type Definition, hostOf, type Timer, type TimerKey } from '../../timers/timer.js';
import type { ServiceLevelRow } from '../../timers/service-level.js';
import type { ApiKey } from '../keys.js';
import type { ProcessRow } from '../processes.js';

export interface TimerRow extends Omit<Timer, 'id' | 'tags'> {
  _id: string;
  /** Of the target. */
  host: string;
  /** Left out when there are none, so that only tagged timers are in the index of tags. */
  tags?: string[];
  /**
   * Which uid, generation, manual runs and next occurrence this row has, in one unique string, rewritten whenever one of
   * them changes: a single update of many timers compares each of them exactly by `{ _id: in, stamp: in }`.
   */
  stamp: string;
}

export interface ExecutionRow extends Omit<Execution, 'id'> {
  _id: string;
}

export interface AttemptRow extends Omit<AttemptRecord, 'id'> {
  _id: string;
}

export interface DefinitionRow {
  _id: string;
  definition: Definition;
  /** When it may go; absent while the timer of its uid is there, with which it goes. */
  expireAt?: number;
}

export interface ProcessDocument extends Omit<ProcessRow, 'incarnation'> {
  _id: string;
  /** Ids of the server sessions that its transactions use. */
  sessions: Binary[];
}

export interface DocumentRow {
  _id: string;
  version: number;
  value: unknown;
  /** Missing in documents of releases that did not write it. */
  writtenAt?: Date;
  /** Rewritten by whoever relies on this version, so that two such transactions meet. */
  guarded?: string;
}

export interface ServiceLevelDocument extends ServiceLevelRow {
  _id: string;
}

export interface ChangeRow extends Omit<ChangeRecord, 'id'> {
  _id: string;
}

export interface KeyRow extends Omit<ApiKey, 'id'> {
  _id: string;
}

/** Of one namespace. */
export interface BucketRow {
  _id: string;
  level: number;
  /** By the server's clock. */
  at: Date;
  /** What the last ask was given; only its own answer is read. */
  granted: number;
}

export interface MetaRow {
  _id: string;
  /** The number of shards, which the timers in here were placed by. */
  shards: number;
  /** Of the shapes above. */
  layout: number;
}

export function timerRowId({ namespace, id }: TimerKey): string {
  return `${namespace}/${id}`;
}

/** The `_id`s of a uid's retired definitions. */
export function definitionRange(uid: string): { $gt: string; $lt: string } {
  return { $gt: `${uid}:`, $lt: `${uid};` };
}

export function stampOf({
  uid,
  generation,
  manualRuns,
  next,
}: Pick<Timer, 'uid' | 'generation' | 'manualRuns' | 'next'>): string {
  return `${uid}.${generation}.${manualRuns}.${instantMark(next)}`;
}

/** The part of a stamp that a claim moves. */
export function instantMark(next: Occurrence | null): string {
  return next ? String(next.scheduledFor) : 'none';
}

/** In an update of many: the stamp that each row has from now on; `mark` is a text, or what the server makes one of. */
export function stampWith(mark: string | Document): Document {
  return {
    $concat: ['$uid', '.', { $toString: '$generation' }, '.', { $toString: '$manualRuns' }, '.', mark],
  };
}

/** The mark of an occurrence that the row has already. */
export const markOfNext: Document = {
  $cond: [{ $eq: ['$next', null] }, 'none', { $toString: { $toLong: '$next.scheduledFor' } }],
};

export function toTimerRow(timer: Timer): TimerRow {
  const { id: _id, tags, ...rest } = timer;
  return {
    _id: timerRowId(timer),
    ...rest,
    host: hostOf(timer.definition.target),
    ...(tags.length > 0 ? { tags } : {}),
    stamp: stampOf(timer),
  };
}

export function toTimer({ _id, stamp: _stamp, host: _host, tags, ...rest }: TimerRow): Timer {
  return {
    id: _id.slice(rest.namespace.length + 1),
    ...rest,
    tags: tags ?? [],
    // Missing in rows of releases that did not write it.
    createdBy: rest.createdBy ?? null,
  };
}

export function toExecutionRow({ id, ...rest }: Execution): ExecutionRow {
  return { _id: id, ...rest };
}

export function toExecution({ _id, ...rest }: ExecutionRow): Execution {
  return { id: _id, ...rest };
}

export function toAttemptRow({ id, ...rest }: AttemptRecord): AttemptRow {
  return { _id: id, ...rest };
}

export function toAttempt({ _id, ...rest }: AttemptRow): AttemptRecord {
  return { id: _id, ...rest };
}

export function toProcessDocument({ incarnation, ...rest }: ProcessRow, sessions: Binary[]): ProcessDocument {
  return { _id: incarnation, ...rest, sessions };
}

export function toProcessRow({ _id, sessions: _sessions, ...rest }: ProcessDocument): ProcessRow {
  return { incarnation: _id, ...rest };
}
