/** Timers and executions as rows: a column for each field, JSON for what is never compared. */
import type { Execution } from '../../timers/execution.js';
import type { Definition, Timer } from '../../timers/timer.js';

export interface TimerRow extends Omit<Timer, 'definition' | 'next' | 'tags' | 'metadata'> {
  definition: string;
  nextScheduledFor: number | null;
  nextDueAt: number | null;
  tags: string;
  metadata: string;
}

export interface ExecutionRow extends Omit<Execution, 'final'> {
  final: number;
}

const timerNames = [
  'namespace',
  'id',
  'uid',
  'shard',
  'state',
  'generation',
  'definition',
  'digest',
  'idempotencyKey',
  'nextScheduledFor',
  'nextDueAt',
  'lastScheduledFor',
  'runs',
  'tags',
  'metadata',
  'createdAt',
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

export function timerValues(timer: Timer): unknown[] {
  const row: TimerRow = {
    ...timer,
    definition: JSON.stringify(timer.definition),
    nextScheduledFor: timer.next?.scheduledFor ?? null,
    nextDueAt: timer.next?.dueAt ?? null,
    tags: JSON.stringify(timer.tags),
    metadata: JSON.stringify(timer.metadata),
  };
  return timerNames.map((name) => row[name]);
}

export function timerFrom(row: TimerRow): Timer {
  const { definition, nextScheduledFor, nextDueAt, tags, metadata, ...rest } = row;
  return {
    ...rest,
    definition: JSON.parse(definition) as Definition,
    next:
      nextScheduledFor === null || nextDueAt === null
        ? null
        : { scheduledFor: nextScheduledFor, dueAt: nextDueAt },
    tags: JSON.parse(tags) as string[],
    metadata: JSON.parse(metadata) as Record<string, string>,
  };
}

export function executionValues(execution: Execution): unknown[] {
  const row: ExecutionRow = { ...execution, final: Number(execution.final) };
  return executionNames.map((name) => row[name]);
}

export function executionFrom(row: ExecutionRow): Execution {
  return { ...row, final: row.final === 1 };
}

function insertInto(table: string, names: readonly string[]): string {
  return `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
}
