/** Executions for those who look at them: each with the records of its attempts. */
import type { Document } from 'mongodb';
import { openStates } from '../../timers/execution.js';
import { type ExecutionWalk, unsuccessfulEnds, walkOfExecutions } from '../../timers/execution-filter.js';
import { attemptId } from '../../timers/outcome.js';
import type { ExecutionPosition, ExecutionQuery } from '../queries.js';
import type { ExecutionStore, ExecutionWithAttempts } from '../store.js';
import { type Database, wholeBatch } from './database.js';
import { type ExecutionRow, toAttempt, toExecution } from './rows.js';
import { countOn, piecesOf, type Place, reachOn, rowsOn, type Stretch, type Walk } from './walks.js';

export function executionStore(db: Database): ExecutionStore {
  return {
    async read(namespace, id) {
      const row = await db.executions.findOne({ _id: id, namespace });
      return row && (await withAttempts(db, [row]))[0]!;
    },
    list: async (query) => withAttempts(db, await rowsOn(db.executions, walkFor(query), query.limit)),
    async reach(query) {
      const row = await reachOn(db.executions, walkFor(query), query.limit);
      return row && { scheduledFor: row.scheduledFor, id: row._id };
    },
    count: (query) => countOn(db.executions, walkFor({ ...query, before: null, limit: 0 })),
  };
}

/** By which lists go. Two of them bear few: what succeeds is in one only while it is open. */
export const executionIndexes = {
  timerId: { key: { namespace: 1, timerId: 1, scheduledFor: -1, _id: -1 } },
  state: {
    key: { namespace: 1, state: 1, scheduledFor: -1, _id: -1 },
    name: 'unsuccessful',
    states: unsuccessfulEnds,
  },
  open: { key: { namespace: 1, scheduledFor: -1, _id: -1 }, name: 'open', states: openStates },
  // By its name, for it has the same key as the one before.
  all: { key: { namespace: 1, scheduledFor: -1, _id: -1 }, name: 'all' },
} as const;

function walkFor(query: ExecutionQuery): Walk {
  const { namespace, scheduledBefore, scheduledAfter, before, until } = query;
  const { by, rest } = walkOfExecutions(query);
  const stretch: Stretch = {
    field: 'scheduledFor',
    direction: -1,
    from: scheduledBefore,
    to: scheduledAfter,
    after: placed(before),
    until: placed(until),
  };
  const equal = by === 'timerId' || by === 'state' ? { namespace, [by]: query[by] } : { namespace };
  return {
    hint: hintOf(by),
    sort: { scheduledFor: -1, _id: -1 },
    pieces: piecesOf(stretch).map((piece) => ({ ...equal, ...(by === 'open' && isOpen), ...piece })),
    rest: Object.entries(rest).map(([name, value]) => ({ [name]: value })),
  };
}

/** What makes the server see that the index of open ones has all that are asked for. */
const isOpen = { state: { $in: [...openStates] } };

function hintOf(by: ExecutionWalk['by']): string | Document {
  const index = executionIndexes[by ?? 'all'];
  return 'name' in index ? index.name : index.key;
}

function placed(position: ExecutionPosition | null | undefined): Place | null {
  return position ? { at: position.scheduledFor, _id: position.id } : null;
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
