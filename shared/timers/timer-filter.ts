/**
 * Which timers are meant, wherever many are asked for at once: lists, counts, changes of many. Pure. It also says how such
 * a question is answered without looking at every timer: each order walks one index, which bears some of the filters, and
 * the rest is looked at row by row. What would walk everything for a few is refused, with what would make it narrower.
 */
import type { Timer, TimerState } from './timer.js';
import { hostOf } from './timer.js';

/** What is given has to hold, all of it. */
export interface TimerFilter {
  state?: TimerState;
  tag?: string;
  /** Host and port of the target, as `hostOf` says them. */
  host?: string;
  idPrefix?: string;
  /** Bounds on the next occurrence's dueAt, each exclusive. */
  dueBefore?: number;
  dueAfter?: number;
  /** Bounds on createdAt, each exclusive. */
  createdBefore?: number;
  createdAfter?: number;
}

/** By id; by next dueAt, those that have one; by creation, the newest first. Equal instants are in the order of ids. */
export const timerOrders = ['id', 'nextDueAt', 'createdAt'] as const;
export type TimerOrder = (typeof timerOrders)[number];

type FilterName = keyof TimerFilter;

export const timerFilterNames: readonly FilterName[] = [
  'state',
  'tag',
  'host',
  'idPrefix',
  'dueBefore',
  'dueAfter',
  'createdBefore',
  'createdAfter',
];

/** The filters that are a stretch of the order itself. */
const stretches: Record<TimerOrder, readonly FilterName[]> = {
  id: ['idPrefix'],
  nextDueAt: ['dueBefore', 'dueAfter'],
  createdAt: ['createdBefore', 'createdAfter'],
};

/** Filters that have an index in the order of ids, the one that leaves fewest rows first. */
const ownIndexes = ['tag', 'host', 'state'] as const;

/** Those any one of which makes the way short enough, whatever else is looked at on it. */
const narrowing: Record<TimerOrder, readonly FilterName[]> = {
  id: ['tag', 'host', 'idPrefix'],
  nextDueAt: ['dueBefore'],
  createdAt: ['createdAfter'],
};

export interface TimerWalk {
  /** The filter whose index is walked; null for all timers of the namespace. */
  by: (typeof ownIndexes)[number] | null;
  /** What the index does not bear. */
  rest: TimerFilter;
}

/** The index that serves these filters in this order. */
export function walkOf(filter: TimerFilter, order: TimerOrder): TimerWalk {
  const by = order === 'id' ? (ownIndexes.find((name) => filter[name] !== undefined) ?? null) : null;
  const rest = givenIn(filter).filter((name) => name !== by && !stretches[order].includes(name));
  return { by, rest: Object.fromEntries(rest.map((name) => [name, filter[name]])) };
}

/** Filters any one of which is missing for this order, or for each order where none is told; none where it is fine. */
export function missingFor(filter: TimerFilter, order?: TimerOrder): FilterName[] {
  if (order !== undefined) return isBounded(filter, order) ? [] : [...narrowing[order]];
  const missing = timerOrders.map((one) => missingFor(filter, one));
  return missing.some((names) => names.length === 0) ? [] : missing.flat();
}

/** The first order in which these filters are bounded; null where there is none. */
export function orderOf(filter: TimerFilter): TimerOrder | null {
  return timerOrders.find((order) => isBounded(filter, order)) ?? null;
}

function isBounded(filter: TimerFilter, order: TimerOrder): boolean {
  const { rest } = walkOf(filter, order);
  // Most that have a next occurrence are active.
  const few = order === 'nextDueAt' && rest.state === 'active' ? 1 : 0;
  return givenIn(rest).length === few || narrowing[order].some((name) => filter[name] !== undefined);
}

function givenIn(filter: TimerFilter): FilterName[] {
  return timerFilterNames.filter((name) => filter[name] !== undefined);
}

/** True for a timer that is meant. */
export function fitsFilter(timer: Timer, filter: TimerFilter): boolean {
  const { state, tag, host, idPrefix = '', dueBefore, dueAfter, createdBefore, createdAfter } = filter;
  return (
    (state === undefined || timer.state === state) &&
    (tag === undefined || timer.tags.includes(tag)) &&
    (host === undefined || hostOf(timer.definition.target) === host) &&
    timer.id.startsWith(idPrefix) &&
    liesWithin(timer.next?.dueAt, dueAfter, dueBefore) &&
    liesWithin(timer.createdAt, createdAfter, createdBefore)
  );
}

function liesWithin(at: number | undefined, after: number | undefined, before: number | undefined): boolean {
  if (after === undefined && before === undefined) return true;
  return at !== undefined && at > (after ?? -Infinity) && at < (before ?? Infinity);
}
