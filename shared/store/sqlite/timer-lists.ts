/**
 * Lists and counts of timers. Each names the index it walks, so that SQLite never chooses another, and is bounded by
 * places in that index; what the index does not bear is compared row by row between them.
 */
import type { TimerState } from '../../timers/timer.js';
import { type TimerFilter, type TimerOrder, type TimerWalk, walkOf } from '../../timers/timer-filter.js';
import {
  type Count,
  type CountQuery,
  countScanLimit,
  type TimerPosition,
  type TimerQuery,
} from '../queries.js';
import type { Database } from './database.js';
import { timerColumns, type TimerRow } from './rows.js';

type Value = string | number;
/** A condition of SQL, and what it takes. */
type Condition = [text: string, ...values: Value[]];

interface Walk {
  /** The index alone, and the rows that it leads to. */
  keys: string;
  rows: string;
  /** The column that the order goes by before the id; 0 for none. */
  at: string;
  direction: 'ASC' | 'DESC';
  /** What the index bears. */
  stretch: Condition[];
  rest: Condition[];
}

export function listTimers(db: Database, query: TimerQuery): TimerRow[] {
  const walk = walkFor(query);
  const { text, values } = joined([...walk.stretch, ...walk.rest]);
  return db
    .sql(`SELECT ${timerColumns} FROM ${walk.rows} WHERE ${text} ORDER BY ${orderOf(walk)} LIMIT ?`)
    .all(...values, query.limit) as TimerRow[];
}

export function reachOfTimers(db: Database, query: TimerQuery): TimerPosition | null {
  const walk = walkFor(query);
  const { text, values } = joined(walk.stretch);
  const place: unknown = db
    .sql(
      `SELECT ${walk.at} AS at, id FROM ${walk.keys} WHERE ${text}
       ORDER BY ${orderOf(walk)} LIMIT 1 OFFSET ?`,
    )
    .get(...values, query.limit - 1);
  return (place as TimerPosition | undefined) ?? null;
}

export function countTimers(db: Database, query: CountQuery): Count {
  const { namespace, order = 'id', state, ...others } = query;
  const isKept = order === 'id' && Object.values(others).every((value) => value === undefined);
  if (isKept) return countKept(db, namespace, state);
  const whole: TimerQuery = { ...query, after: null, limit: countScanLimit };
  const until = reachOfTimers(db, whole);
  const { keys, rows, stretch, rest } = walkFor({ ...whole, until });
  const { text, values } = joined([...stretch, ...rest]);
  const found = db
    .sql(`SELECT count(*) AS count FROM ${rest.length > 0 ? rows : keys} WHERE ${text}`)
    .get(...values) as { count: number };
  return { count: found.count, exact: until === null };
}

/** Triggers keep the numbers by state. */
function countKept(db: Database, namespace: string, state: TimerState | undefined): Count {
  const kept = db
    .sql('SELECT sum(count) AS count FROM timerCounts WHERE namespace = ? AND (? IS NULL OR state = ?)')
    .get(namespace, state ?? null, state ?? null) as { count: number | null };
  return { count: kept.count ?? 0, exact: true };
}

function joined(conditions: Condition[]): { text: string; values: Value[] } {
  return {
    text: conditions.map(([text]) => text).join(' AND '),
    values: conditions.flatMap(([, ...values]) => values),
  };
}

function orderOf({ at, direction }: Walk): string {
  return at === '0' ? 'id' : `${at} ${direction}, id ${direction}`;
}

function walkFor(query: TimerQuery): Walk {
  const { order = 'id' } = query;
  const { by, rest } = walkOf(query, order);
  const walk = order === 'id' ? byId(query, by) : byInstant(query, instants[order]);
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

interface InstantOrder {
  column: string;
  index: string;
  direction: Walk['direction'];
  from: keyof TimerFilter;
  to: keyof TimerFilter;
}

const instants: Record<Exclude<TimerOrder, 'id'>, InstantOrder> = {
  nextDueAt: {
    column: 'nextDueAt',
    index: 'timersByNextDueAt',
    direction: 'ASC',
    from: 'dueAfter',
    to: 'dueBefore',
  },
  createdAt: {
    column: 'createdAt',
    index: 'timersByCreatedAt',
    direction: 'DESC',
    from: 'createdBefore',
    to: 'createdAfter',
  },
};

function byInstant(
  query: TimerQuery,
  { column, index, direction, from, to }: InstantOrder,
): Omit<Walk, 'rest'> {
  const { after, until, [from]: begin, [to]: end } = query;
  const [beyond, before] = direction === 'ASC' ? ['>', '<'] : ['<', '>'];
  const keys = `timers INDEXED BY ${index}`;
  const stretch: Condition[] = [[`${column} IS NOT NULL`]];
  if (after) stretch.push([`(${column}, id) ${beyond} (?, ?)`, after.at, after.id]);
  else if (begin !== undefined) stretch.push([`${column} ${beyond} ?`, begin]);
  if (until) stretch.push([`(${column}, id) ${before}= (?, ?)`, until.at, until.id]);
  else if (end !== undefined) stretch.push([`${column} ${before} ?`, end]);
  return { keys, rows: keys, at: column, direction, stretch };
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
