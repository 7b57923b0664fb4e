/** ChangeStore on SQLite, and the way in which a change writes its record. */
import type { ChangeRecord } from '../../timers/change-record.js';
import {
  type ChangeQuery,
  type ChangeStore,
  firstIdAt,
  idBounds,
  keptChanges,
  trimEvery,
} from '../changes.js';
import type { Database } from './database.js';

interface Row extends Omit<ChangeRecord, 'changes' | 'previous'> {
  changes: string;
  previous: string | null;
}

const names = [
  'id',
  'namespace',
  'resource',
  'resourceId',
  'uid',
  'generation',
  'at',
  'actor',
  'action',
  'reason',
  'changes',
  'previous',
] as const satisfies readonly (keyof Row)[];

/** To be called inside the transaction of the change that it tells of. */
export function insertRecord(db: Database, record: ChangeRecord): void {
  const row: Row = {
    ...record,
    changes: JSON.stringify(record.changes),
    previous: record.previous && JSON.stringify(record.previous),
  };
  const insert = `INSERT INTO changes (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
  db.sql(insert).run(...names.map((name) => row[name]));
  trim(db, record);
}

/** Of a timer that has many, the oldest go. */
function trim(db: Database, { namespace, resource, resourceId, generation }: ChangeRecord): void {
  if (resource !== 'timer' || generation === null) return;
  if (generation <= keptChanges || generation % trimEvery > 0) return;
  db.sql(
    `DELETE FROM changes WHERE namespace = ? AND resourceId = ? AND resource = 'timer' AND generation <= ?`,
  ).run(namespace, resourceId, generation - keptChanges);
}

export class SqliteChanges implements ChangeStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(query: ChangeQuery): Promise<ChangeRecord[]> {
    const { where, values } = selection(query);
    const text = `SELECT ${names.join(', ')} FROM changes INDEXED BY ${indexOf(query)}
      WHERE ${where.join(' AND ')} ORDER BY id DESC LIMIT ?`;
    return this.#db.read(() => (this.#db.sql(text).all(...values, query.limit) as Row[]).map(recordFrom));
  }

  removeBefore(at: number, limit: number): Promise<number> {
    const text = 'DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE id < ? ORDER BY id LIMIT ?)';
    return this.#db.write(() => Number(this.#db.sql(text).run(firstIdAt(at), limit).changes));
  }
}

function recordFrom({ changes, previous, ...rest }: Row): ChangeRecord {
  return {
    ...rest,
    changes: JSON.parse(changes) as ChangeRecord['changes'],
    previous: previous === null ? null : (JSON.parse(previous) as ChangeRecord['previous']),
  };
}

/** Each walks its rows in the order of ids, from the newest on. */
function indexOf({ resourceId, resource, actor, action }: ChangeQuery): string {
  if (resourceId !== undefined) return 'changesOfId';
  if (resource !== undefined) return 'changesOfResource';
  if (actor !== undefined) return 'changesOfActor';
  return action === undefined ? 'changesOfNamespace' : 'changesOfAction';
}

function selection(query: ChangeQuery): { where: string[]; values: (string | number)[] } {
  const { namespace, resource, resourceId, actor, action } = query;
  const { first, below } = idBounds(query);
  const conditions: [string, string | null | undefined][] = [
    ['namespace = ?', namespace],
    ['resource = ?', resource],
    ['resourceId = ?', resourceId],
    ['actor = ?', actor],
    ['action = ?', action],
    ['id >= ?', first],
    ['id < ?', below],
  ];
  const given = conditions.flatMap(([text, value]) => (typeof value === 'string' ? [{ text, value }] : []));
  return { where: given.map(({ text }) => text), values: given.map(({ value }) => value) };
}
