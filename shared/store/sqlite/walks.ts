/**
 * A walk along one index, between two places in it. It names the index, so that SQLite never chooses another; what the
 * index does not bear is compared row by row on the way.
 */
import { type Count, countScanLimit } from '../queries.js';
import type { Database } from './database.js';

type Value = string | number;
/** A condition of SQL, and what it takes. */
export type Condition = [text: string, ...values: Value[]];

/** A row's place in an index that goes by an instant and then by id; the instant is 0 where it goes by id alone. */
export interface Place {
  at: number;
  id: string;
}

export interface Walk {
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

export function rowsOn(
  db: Database,
  walk: Walk,
  { columns, limit }: { columns: string; limit: number },
): unknown[] {
  const { text, values } = joined([...walk.stretch, ...walk.rest]);
  return db
    .sql(`SELECT ${columns} FROM ${walk.rows} WHERE ${text} ORDER BY ${orderOf(walk)} LIMIT ?`)
    .all(...values, limit);
}

/** The place of the row that many rows on; null where there are fewer. */
export function reachOn(db: Database, walk: Walk, rows: number): Place | null {
  const { text, values } = joined(walk.stretch);
  const place: unknown = db
    .sql(
      `SELECT ${walk.at} AS at, id FROM ${walk.keys} WHERE ${text} ORDER BY ${orderOf(walk)} LIMIT 1 OFFSET ?`,
    )
    .get(...values, rows - 1);
  return (place as Place | undefined) ?? null;
}

/** @param walkUntil the whole walk, to its end or to a place */
export function countOn(db: Database, walkUntil: (until: Place | null) => Walk): Count {
  const until = reachOn(db, walkUntil(null), countScanLimit);
  const { keys, rows, stretch, rest } = walkUntil(until);
  const { text, values } = joined([...stretch, ...rest]);
  const found = db
    .sql(`SELECT count(*) AS count FROM ${rest.length > 0 ? rows : keys} WHERE ${text}`)
    .get(...values) as { count: number };
  return { count: found.count, exact: until === null };
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

export interface InstantStretch {
  column: string;
  direction: Walk['direction'];
  /** Both exclusive, in the direction of the walk. */
  from: number | undefined;
  to: number | undefined;
  /** Narrower than `from`, exclusive. */
  after: Place | null | undefined;
  /** Narrower than `to`, inclusive. */
  until: Place | null | undefined;
}

export function instantStretch({ column, direction, from, to, after, until }: InstantStretch): Condition[] {
  const [beyond, before] = direction === 'ASC' ? ['>', '<'] : ['<', '>'];
  const stretch: Condition[] = [];
  if (after) stretch.push([`(${column}, id) ${beyond} (?, ?)`, after.at, after.id]);
  else if (from !== undefined) stretch.push([`${column} ${beyond} ?`, from]);
  if (until) stretch.push([`(${column}, id) ${before}= (?, ?)`, until.at, until.id]);
  else if (to !== undefined) stretch.push([`${column} ${before} ?`, to]);
  return stretch;
}
