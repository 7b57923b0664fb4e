/** Lists and counts of timers, each along the index that serves its filters in its order. */
import type { TimerState } from '../../timers/timer.js';
import { type TimerFilter, type TimerOrder, type TimerWalk, walkOf } from '../../timers/timer-filter.js';
import type { Count, CountQuery, TimerPosition, TimerQuery } from '../queries.js';
import type { Database } from './database.js';
import { timerColumns, type TimerRow } from './rows.js';
import { type Condition, countOn, instantStretch, reachOn, rowsOn, type Walk } from './walks.js';

export function listTimers(db: Database, query: TimerQuery): TimerRow[] {
  return rowsOn(db, walkFor(query), { columns: timerColumns, limit: query.limit }) as TimerRow[];
}

export function reachOfTimers(db: Database, query: TimerQuery): TimerPosition | null {
  return reachOn(db, walkFor(query), query.limit);
}

export function countTimers(db: Database, query: CountQuery): Count {
  const { namespace, order = 'id', state, ...others } = query;
  const isKept = order === 'id' && Object.values(others).every((value) => value === undefined);
  if (isKept) return countKept(db, namespace, state);
  return countOn(db, (until) => walkFor({ ...query, after: null, until, limit: 0 }));
}

/** Triggers keep the numbers by state. */
function countKept(db: Database, namespace: string, state: TimerState | undefined): Count {
  const kept = db
    .sql('SELECT sum(count) AS count FROM timerCounts WHERE namespace = ? AND (? IS NULL OR state = ?)')
    .get(namespace, state ?? null, state ?? null) as { count: number | null };
  return { count: kept.count ?? 0, exact: true };
}

function walkFor(query: TimerQuery): Walk {
  const { order = 'id' } = query;
  const { by, rest } = walkOf(query, order);
  const walk = order === 'id' ? byId(query, by) : byInstant(query, order);
  return {
    ...walk,
    stretch: [['namespace = ?', query.namespace], ...walk.stretch],
    rest: Object.entries(rest).map(([name, value]) => conditions[name as keyof TimerFilter](value as never)),
  };
}

const indexesById = {
  tag: 'timerTags',
  host: 'timers INDEXED BY timersOfHost',
  state: 'timers INDEXED BY timersOfState',
  all: 'timers INDEXED BY sqlite_autoindex_timers_1',
};

function byId(query: TimerQuery, by: TimerWalk['by']): Omit<Walk, 'rest'> {
  const { idPrefix = '', after, until } = query;
  const keys = indexesById[by ?? 'all'];
  return {
    keys,
    rows: by === 'tag' ? 'timerTags CROSS JOIN timers USING (namespace, id)' : keys,
    at: '0',
    direction: 'ASC',
    stretch: [
      ...(by === null ? [] : [[`${by} = ?`, query[by]!] satisfies Condition]),
      after && after.id >= idPrefix ? ['id > ?', after.id] : ['id >= ?', idPrefix],
      until ? ['id <= ?', until.id] : ['id < ?', idPrefix + afterAll],
    ],
  };
}

/** Above every character that an id may contain. */
const afterAll = '\u{7f}';

function byInstant(query: TimerQuery, order: Exclude<TimerOrder, 'id'>): Omit<Walk, 'rest'> {
  const { after, until, dueAfter, dueBefore, createdAfter, createdBefore } = query;
  const isDue = order === 'nextDueAt';
  const direction = isDue ? 'ASC' : 'DESC';
  const bounds = isDue ? { from: dueAfter, to: dueBefore } : { from: createdBefore, to: createdAfter };
  const keys = `timers INDEXED BY ${isDue ? 'timersByNextDueAt' : 'timersByCreatedAt'}`;
  const isIndexed: Condition[] = isDue ? [['nextDueAt IS NOT NULL']] : [];
  const stretch = instantStretch({ column: order, direction, ...bounds, after, until });
  return { keys, rows: keys, at: order, direction, stretch: [...isIndexed, ...stretch] };
}

/** What each filter says of a row. */
const conditions: { [Name in keyof TimerFilter]-?: (value: NonNullable<TimerFilter[Name]>) => Condition } = {
  state: (state) => ['timers.state = ?', state],
  tag: (tag) => [
    'EXISTS (SELECT 1 FROM timerTags t WHERE t.namespace = timers.namespace AND t.tag = ? AND t.id = timers.id)',
    tag,
  ],
  host: (host) => ['timers.host = ?', host],
  idPrefix: (prefix) => ['timers.id >= ? AND timers.id < ?', prefix, prefix + afterAll],
  dueBefore: (at) => ['timers.nextDueAt < ?', at],
  dueAfter: (at) => ['timers.nextDueAt > ?', at],
  createdBefore: (at) => ['timers.createdAt < ?', at],
  createdAfter: (at) => ['timers.createdAt > ?', at],
};
