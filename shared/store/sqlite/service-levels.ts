/** ServiceLevelStore on SQLite. */
import { hourMs, minuteMs, type ServiceLevel, type ServiceLevelRow } from '../../timers/service-level.js';
import type { OldestQuery, ServiceLevelQuery, ServiceLevelStore } from '../service-levels.js';
import type { Database } from './database.js';

interface Row extends Omit<ServiceLevelRow, 'from' | 'level'> {
  startsAt: number;
  level: string;
}

const columns = 'namespace, spanMs, startsAt, source, level';

export class SqliteServiceLevels implements ServiceLevelStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  put(rows: ServiceLevelRow[]): Promise<void> {
    return this.#db.write(() => this.#insert(rows, 'REPLACE'));
  }

  read({ namespace, from, to }: ServiceLevelQuery): Promise<ServiceLevelRow[]> {
    return this.#rows('namespace = ? AND startsAt >= ? AND startsAt < ?', namespace, from, to);
  }

  oldest({ spanMs, before, limit }: OldestQuery): Promise<ServiceLevelRow[]> {
    const where = 'spanMs = ? AND startsAt < ? ORDER BY startsAt, namespace LIMIT ?';
    return this.#rows(where, spanMs, before, limit);
  }

  rollUp(hour: ServiceLevelRow, counted: ServiceLevelRow[]): Promise<void> {
    return this.#db.write(() => {
      this.#insert([hour], 'IGNORE');
      this.#delete(counted);
    });
  }

  remove(before: number, limit: number): Promise<number> {
    return this.#db.write(() => {
      const old = this.#db
        .sql(
          `SELECT ${columns} FROM serviceLevels WHERE spanMs IN (${minuteMs},${hourMs}) AND startsAt < ? LIMIT ?`,
        )
        .all(before, limit) as Row[];
      this.#delete(old.map(({ startsAt, ...row }) => ({ ...row, from: startsAt })));
      return old.length;
    });
  }

  #insert(rows: ServiceLevelRow[], otherwise: 'REPLACE' | 'IGNORE'): void {
    const insert = this.#db.sql(
      `INSERT OR ${otherwise} INTO serviceLevels (${columns}) VALUES (?, ?, ?, ?, ?)`,
    );
    for (const { namespace, spanMs, from, source, level } of rows)
      insert.run(namespace, spanMs, from, source, JSON.stringify(level));
  }

  #delete(rows: Pick<ServiceLevelRow, 'namespace' | 'spanMs' | 'from' | 'source'>[]): void {
    const remove = this.#db.sql(
      'DELETE FROM serviceLevels WHERE namespace = ? AND spanMs = ? AND startsAt = ? AND source = ?',
    );
    for (const { namespace, spanMs, from, source } of rows) remove.run(namespace, spanMs, from, source);
  }

  #rows(where: string, ...values: (string | number)[]): Promise<ServiceLevelRow[]> {
    const text = `SELECT ${columns} FROM serviceLevels WHERE ${where}`;
    return this.#db.read(() =>
      (this.#db.sql(text).all(...values) as Row[]).map(({ startsAt, level, ...row }) => ({
        ...row,
        from: startsAt,
        level: JSON.parse(level) as ServiceLevel,
      })),
    );
  }
}
