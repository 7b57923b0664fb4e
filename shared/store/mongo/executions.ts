/** Executions for those who look at them: each with the records of its attempts. */
import type { Filter } from 'mongodb';
import { attemptId } from '../../timers/outcome.js';
import type { ExecutionQuery } from '../queries.js';
import type { ExecutionStore, ExecutionWithAttempts } from '../store.js';
import { type Database, wholeBatch } from './database.js';
import { type ExecutionRow, toAttempt, toExecution } from './rows.js';

/** Only the executions of one timer are in the order of an index; the server stops what takes longer. */
const listLimitMs = 3_000;

export function executionStore(db: Database): ExecutionStore {
  return {
    async read(namespace, id) {
      const row = await db.executions.findOne({ _id: id, namespace });
      return row && (await withAttempts(db, [row]))[0]!;
    },
    async list(query) {
      const rows = await db.executions
        .find(filterOf(query), {
          sort: { scheduledFor: -1, _id: -1 },
          limit: query.limit,
          maxTimeMS: listLimitMs,
          ...wholeBatch,
        })
        .toArray();
      return withAttempts(db, rows);
    },
  };
}

function filterOf({ namespace, timerId, state, before }: ExecutionQuery): Filter<ExecutionRow> {
  return {
    namespace,
    ...(timerId === undefined ? {} : { timerId }),
    ...(state === undefined ? {} : { state }),
    ...(before === null ? {} : olderThan(before)),
  };
}

/** The first bound is implied by the second, but only it lets the index begin in the right place. */
function olderThan({ scheduledFor, id }: NonNullable<ExecutionQuery['before']>): Filter<ExecutionRow> {
  return {
    scheduledFor: { $lte: scheduledFor },
    $or: [{ scheduledFor: { $lt: scheduledFor } }, { _id: { $lt: id } }],
  };
}

async function withAttempts(db: Database, rows: ExecutionRow[]): Promise<ExecutionWithAttempts[]> {
  const ids = rows.flatMap(attemptIdsOf);
  const found = ids.length > 0 ? await db.attempts.find({ _id: { $in: ids } }, wholeBatch).toArray() : [];
  const records = new Map(found.map((row) => [row._id, toAttempt(row)]));
  return rows.map((row) => ({
    ...toExecution(row),
    attempts: attemptIdsOf(row).flatMap((id) => records.get(id) ?? []),
  }));
}

/** The ids of all attempts that an execution can have a record of, oldest first. */
export function attemptIdsOf({ _id, attempt }: Pick<ExecutionRow, '_id' | 'attempt'>): string[] {
  return Array.from({ length: attempt }, (_, i) => attemptId(_id, i + 1));
}
