/**
 * Lists and counts of timers. Each names the index it walks, so that the server never chooses another, and is bounded by
 * places in that index; what the index does not bear is compared document by document between them.
 */
import type { Document, Filter } from 'mongodb';
import type { Timer } from '../../timers/timer.js';
import { type TimerFilter, type TimerOrder, type TimerWalk, walkOf } from '../../timers/timer-filter.js';
import {
  type Count,
  type CountQuery,
  countScanLimit,
  type TimerPosition,
  type TimerQuery,
} from '../queries.js';
import { type Database, wholeBatch } from './database.js';
import { piecesOf, type Stretch } from './places.js';
import { timerRowId, type TimerRow, toTimer } from './rows.js';

/** The server stops what takes longer, however slow the machine may be. */
const listLimitMs = 3_000;

/** By which lists go. */
export const timerIndexes = {
  tag: { namespace: 1, tags: 1, _id: 1 },
  host: { namespace: 1, host: 1, _id: 1 },
  state: { namespace: 1, state: 1, _id: 1 },
  all: { _id: 1 },
  nextDueAt: { namespace: 1, 'next.dueAt': 1, _id: 1 },
  createdAt: { namespace: 1, createdAt: -1, _id: -1 },
} as const;

interface Walk {
  hint: Document;
  sort: Record<string, 1 | -1>;
  /** What the index bears: stretches that follow one another. */
  pieces: Document[];
  rest: Document[];
}

export async function listTimers(db: Database, query: TimerQuery): Promise<Timer[]> {
  const { hint, sort, pieces, rest } = walkFor(query);
  const options = { hint, sort, limit: query.limit, maxTimeMS: listLimitMs, ...wholeBatch };
  return (await db.timers.find(anyOf(pieces, rest), options).toArray()).map(toTimer);
}

export async function reachOfTimers(db: Database, query: TimerQuery): Promise<TimerPosition | null> {
  const { hint, sort, pieces } = walkFor(query);
  const projection = Object.fromEntries(Object.keys({ _id: 1, ...sort }).map((field) => [field, 1]));
  const options = { hint, sort, skip: query.limit - 1, limit: 1, maxTimeMS: listLimitMs, projection };
  const [row] = await db.timers.find(anyOf(pieces), options).toArray();
  if (!row) return null;
  const at = query.order === 'createdAt' ? row.createdAt : (row.next?.dueAt ?? 0);
  return { id: row._id.slice(query.namespace.length + 1), at };
}

export async function countTimers(db: Database, query: CountQuery): Promise<Count> {
  const whole: TimerQuery = { ...query, after: null, limit: countScanLimit };
  const { hint, pieces, rest } = walkFor(whole);
  const stretch = anyOf(pieces);
  const options = { hint, maxTimeMS: listLimitMs };
  if (rest.length === 0) {
    const count = await db.timers.countDocuments(stretch, { ...options, limit: countScanLimit });
    return { count, exact: count < countScanLimit };
  }
  const until = await reachOfTimers(db, whole);
  const found = await db.timers
    .aggregate<{
      count: number;
    }>(
      [{ $match: stretch }, { $limit: countScanLimit }, { $match: { $and: rest } }, { $count: 'count' }],
      options,
    )
    .toArray();
  return { count: found[0]?.count ?? 0, exact: until === null };
}

function anyOf(pieces: Document[], rest: Document[] = []): Filter<TimerRow> {
  const filters = pieces.map((piece) => ({ $and: [piece, ...rest] }));
  return filters.length === 1 ? filters[0]! : { $or: filters };
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
