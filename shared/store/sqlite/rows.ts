/** Timers and executions as rows: a column for each field, JSON for what is never compared. */
import type { Covers, Execution } from '../../timers/execution.js';
import { hostOf, type Definition, type Pause, type Timer } from '../../timers/timer.js';

export interface TimerRow extends Omit<Timer, 'definition' | 'next' | 'pause' | 'tags' | 'metadata'> {
  definition: string;
  /** Of the target. */
  host: string;
  nextScheduledFor: number | null;
  nextDueAt: number | null;
  pause: string | null;
  tags: string;
  metadata: string;
}

export interface ExecutionRow extends Omit<Execution, 'final' | 'held' | 'abort' | 'covers'> {
  final: number;
  held: number;
  abort: number;
  covers: string | null;
}

const timerNames = [
  'namespace',
  'id',
  'uid',
  'shard',
  'state',
  'generation',
  'definition',
  'host',
  'digest',
  'idempotencyKey',
  'nextScheduledFor',
  'nextDueAt',
  'lastScheduledFor',
  'runs',
  'manualRuns',
  'pause',
  'busy',
  'buffered',
  'tags',
  'metadata',
  'createdAt',
  'createdBy',
  'updatedAt',
  'changedAt',
  'wakeAt',
] as const satisfies readonly (keyof TimerRow)[];

const executionNames = [
  'id',
  'uid',
  'namespace',
  'timerId',
  'shard',
  'host',
  'scheduledFor',
  'dueAt',
  'state',
  'reason',
  'generation',
  'version',
  'claim',
  'holder',
  'claimedAt',
  'callAt',
  'wakeAt',
  'attempt',
  'lost',
  'deferrals',
  'final',
  'held',
  'abort',
  'covers',
  'clockOffsetMs',
  'outcome',
  'settledAt',
] as const satisfies readonly (keyof ExecutionRow)[];

export const timerColumns = timerNames.map((name) => `timers.${name}`).join(', ');
export const executionColumns = executionNames.join(', ');

/** One timer by namespace and id. */
export const selectTimer = `SELECT ${timerColumns} FROM timers WHERE namespace = ? AND id = ?`;

/** Inserts a timer whose key is free; takes `timerValues`. */
export const insertTimer = `${insertInto('timers', timerNames)} ON CONFLICT (namespace, id) DO NOTHING`;

/** Inserts a timer or overwrites the one that is there; takes `timerValues`. */
export const replaceTimer = `${insertInto('timers', timerNames)} ON CONFLICT (namespace, id) DO UPDATE SET
  ${timerNames.map((name) => `${name} = excluded.${name}`).join(', ')}`;

/** Inserts an execution whose id is free; takes `executionValues`. */
export const insertExecution = `${insertInto('executions', executionNames)} ON CONFLICT (id) DO NOTHING`;

/** Overwrites an execution that is there; takes `executionValues` and its id. */
export const updateExecution = `UPDATE executions SET
  ${executionNames.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`;

export function timerValues(timer: Timer): unknown[] {
  const row: TimerRow = {
    ...timer,
    definition: JSON.stringify(timer.definition),
    host: hostOf(timer.definition.target),
    nextScheduledFor: timer.next?.scheduledFor ?? null,
    nextDueAt: timer.next?.dueAt ?? null,
    pause: timer.pause && JSON.stringify(timer.pause),
    tags: JSON.stringify(timer.tags),
    metadata: JSON.stringify(timer.metadata),
  };
  return timerNames.map((name) => row[name]);
}

export function timerFrom(row: TimerRow): Timer {
  const { definition, host: _host, nextScheduledFor, nextDueAt, pause, tags, metadata, ...rest } = row;
  return {
    ...rest,
    definition: JSON.parse(definition) as Definition,
    next:
      nextScheduledFor === null || nextDueAt === null
        ? null
        : { scheduledFor: nextScheduledFor, dueAt: nextDueAt },
    pause: pause === null ? null : (JSON.parse(pause) as Pause),
    tags: JSON.parse(tags) as string[],
    metadata: JSON.parse(metadata) as Record<string, string>,
  };
}

export function executionValues(execution: Execution): unknown[] {
  const row: ExecutionRow = {
    ...execution,
    final: Number(execution.final),
    held: Number(execution.held),
    abort: Number(execution.abort),
    covers: execution.covers && JSON.stringify(execution.covers),
  };
  return executionNames.map((name) => row[name]);
}

export function executionFrom(row: ExecutionRow): Execution {
  return {
    ...row,
    final: row.final === 1,
    held: row.held === 1,
    abort: row.abort === 1,
    covers: row.covers === null ? null : (JSON.parse(row.covers) as Covers),
  };
}

function insertInto(table: string, names: readonly string[]): string {
  return `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
}
