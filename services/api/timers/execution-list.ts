/** Executions by filter, newest first, each page a bounded piece of work: it may have fewer than asked for, or none. */
import { type ExecutionPosition, type ExecutionQuery, pageScanLimit } from '../../../shared/store/queries.js';
import type { ExecutionStore, ExecutionWithAttempts } from '../../../shared/store/store.js';
import { walkOfExecutions } from '../../../shared/timers/execution-filter.js';

export interface ExecutionsFound {
  rows: ExecutionWithAttempts[];
  /** After which place to go on; null at the end. */
  next: ExecutionPosition | null;
}

export async function findExecutions(
  executions: ExecutionStore,
  query: ExecutionQuery,
): Promise<ExecutionsFound> {
  const { limit } = query;
  const isSparse = Object.keys(walkOfExecutions(query).rest).length > 0;
  const until = isSparse ? await executions.reach({ ...query, limit: Math.max(pageScanLimit, limit) }) : null;
  const rows = await executions.list({ ...query, until, limit: limit + 1 });
  const last = rows[limit - 1];
  return rows.length > limit && last ? { rows: rows.slice(0, limit), next: last } : { rows, next: until };
}
