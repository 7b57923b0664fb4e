/** Lists and counts of timers, each along the index that serves its filters in its order. */
import type { Document } from 'mongodb';
import type { Timer } from '../../timers/timer.js';
import { type TimerFilter, type TimerOrder, type TimerWalk, walkOf } from '../../timers/timer-filter.js';
import type { Count, CountQuery, TimerPosition, TimerQuery } from '../queries.js';
import type { Database } from './database.js';
import { timerRowId, toTimer } from './rows.js';
import { countOn, piecesOf, reachOn, rowsOn, type Stretch, type Walk } from './walks.js';

/** By which lists go. */
export const timerIndexes = {
  tag: { namespace: 1, tags: 1, _id: 1 },
  host: { namespace: 1, host: 1, _id: 1 },
  state: { namespace: 1, state: 1, _id: 1 },
  all: { _id: 1 },
  nextDueAt: { namespace: 1, 'next.dueAt': 1, _id: 1 },
  createdAt: { namespace: 1, createdAt: -1, _id: -1 },
} as const;

export async function listTimers(db: Database, query: TimerQuery): Promise<Timer[]> {
  return (await rowsOn(db.timers, walkFor(query), query.limit)).map(toTimer);
}

export async function reachOfTimers(db: Database, query: TimerQuery): Promise<TimerPosition | null> {
  const row = await reachOn(db.timers, walkFor(query), query.limit);
  if (!row) return null;
  const at = { id: 0, nextDueAt: row.next?.dueAt ?? 0, createdAt: row.createdAt }[query.order ?? 'id'];
  return { id: row._id.slice(query.namespace.length + 1), at };
}

export function countTimers(db: Database, query: CountQuery): Promise<Count> {
  return countOn(db.timers, walkFor({ ...query, after: null, limit: 0 }));
}

function walkFor(query: TimerQuery): Walk {
  const { order = 'id' } = query;
  const { by, rest } = walkOf(query, order);
  const walk = order === 'id' ? byId(query, by) : byInstant(query, order);
  return { ...walk, rest: conditionsOf(query.namespace, rest) };
}

function byId(query: TimerQuery, by: TimerWalk['by']): Omit<Walk, 'rest'> {
  const { namespace, idPrefix = '', after, until } = query;
  const prefix = timerRowId({ namespace, id: idPrefix });
  const begin = after && timerRowId({ namespace, id: after.id });
  const _id = {
    ...(begin !== null && begin >= prefix ? { $gt: begin } : { $gte: prefix }),
    ...(until ? { $lte: timerRowId({ namespace, id: until.id }) } : { $lt: endOfPrefix(prefix) }),
  };
  const equal = by === null ? {} : { namespace, [by === 'tag' ? 'tags' : by]: query[by] };
  return { hint: timerIndexes[by ?? 'all'], sort: { _id: 1 }, pieces: [{ ...equal, _id }] };
}

function byInstant(query: TimerQuery, order: Exclude<TimerOrder, 'id'>): Omit<Walk, 'rest'> {
  const { namespace, dueAfter, dueBefore, createdAfter, createdBefore } = query;
  const placed = (place: TimerPosition | null | undefined) =>
    place ? { at: place.at, _id: timerRowId({ namespace, id: place.id }) } : null;
  const [after, until] = [placed(query.after), placed(query.until)];
  const stretch: Stretch =
    order === 'nextDueAt'
      ? { field: 'next.dueAt', direction: 1, from: dueAfter, to: dueBefore, after, until }
      : { field: 'createdAt', direction: -1, from: createdBefore, to: createdAfter, after, until };
  return {
    hint: timerIndexes[order],
    sort: { [stretch.field]: stretch.direction, _id: stretch.direction },
    pieces: piecesOf(stretch).map((piece) => ({ namespace, ...piece })),
  };
}

/** What each filter says of a document. */
function conditionsOf(namespace: string, filter: TimerFilter): Document[] {
  const { state, tag, host, idPrefix, dueBefore, dueAfter, createdBefore, createdAfter } = filter;
  const prefix = timerRowId({ namespace, id: idPrefix ?? '' });
  const all: [unknown, Document][] = [
    [state, { state }],
    [tag, { tags: tag }],
    [host, { host }],
    [idPrefix, { _id: { $gte: prefix, $lt: endOfPrefix(prefix) } }],
    [dueBefore, { 'next.dueAt': { $lt: dueBefore } }],
    [dueAfter, { 'next.dueAt': { $gt: dueAfter } }],
    [createdBefore, { createdAt: { $lt: createdBefore } }],
    [createdAfter, { createdAt: { $gt: createdAfter } }],
  ];
  return all.filter(([value]) => value !== undefined).map(([, condition]) => condition);
}

/** The first string after all that begin with `prefix`. */
function endOfPrefix(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}
