/** Timers by filter, page by page, each page a bounded piece of work: it may have fewer rows than asked for, or none. */
import type { TimerStore } from '../../../shared/store/store.js';
import { pageScanLimit, type TimerPosition, type TimerQuery } from '../../../shared/store/queries.js';
import type { Timer } from '../../../shared/timers/timer.js';
import { walkOf } from '../../../shared/timers/timer-filter.js';

export interface TimersFound {
  rows: Timer[];
  /** After which place to go on; null at the end. */
  next: TimerPosition | null;
}

export async function findTimers(timers: TimerStore, query: TimerQuery): Promise<TimersFound> {
  const { order = 'id', limit } = query;
  const isSparse = Object.keys(walkOf(query, order).rest).length > 0;
  const until = isSparse ? await timers.reach({ ...query, limit: Math.max(pageScanLimit, limit) }) : null;
  const rows = await timers.list({ ...query, until, limit: limit + 1 });
  const last = rows[limit - 1];
  if (rows.length > limit && last) return { rows: rows.slice(0, limit), next: positionOf(last, order) };
  return { rows, next: until };
}

function positionOf(timer: Timer, order: TimerQuery['order']): TimerPosition {
  const at = { id: 0, nextDueAt: timer.next?.dueAt ?? 0, createdAt: timer.createdAt }[order ?? 'id'];
  return { id: timer.id, at };
}
