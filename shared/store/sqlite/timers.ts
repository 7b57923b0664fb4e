/** TimerStore on SQLite: create, read, list and count; `change` has a file of its own. */
import type { Timer, TimerKey, TimerState } from '../../timers/timer.js';
import type { Current, Decision, TimerQuery, TimerStore } from '../store.js';
import { changeTimer } from './changes.js';
import type { Database } from './database.js';
import { insertTimer, selectTimer, timerColumns, timerFrom, timerValues, type TimerRow } from './rows.js';
import { touchTimer } from './touching.js';

export class SqliteTimers implements TimerStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  create(timers: Timer[]): Promise<(Timer | null)[]> {
    return this.#db.write(() => {
      const insert = this.#db.sql(insertTimer);
      return timers.map((timer) =>
        insert.run(...timerValues(timer)).changes === 1 ? null : this.#read(timer),
      );
    });
  }

  read(key: TimerKey): Promise<Timer | null> {
    return this.#db.read(() => this.#read(key));
  }

  #read({ namespace, id }: TimerKey): Timer | null {
    const row = this.#db.sql(selectTimer).get(namespace, id) as TimerRow | undefined;
    return row ? timerFrom(row) : null;
  }

  list(query: TimerQuery): Promise<Timer[]> {
    const { from, order, where, values } = selection(query);
    const text = `SELECT ${timerColumns} FROM ${from} WHERE ${where.join(' AND ')} ORDER BY ${order} LIMIT ?`;
    return this.#db.read(() => (this.#db.sql(text).all(...values, query.limit) as TimerRow[]).map(timerFrom));
  }

  change<Reply>(key: TimerKey, decide: (current: Current | null) => Decision<Reply>): Promise<Reply> {
    return this.#db.write(() => changeTimer(this.#db, key, decide));
  }

  touch(keys: TimerKey[], now: number): Promise<(Timer | null)[]> {
    return this.#db.write(() => keys.map((key) => touchTimer(this.#db, key, now)));
  }

  counts(): Promise<Record<TimerState, number>> {
    return this.#db.read(() => {
      const rows = this.#db.sql('SELECT state, count FROM timerCounts').all() as {
        state: TimerState;
        count: number;
      }[];
      return Object.fromEntries(rows.map(({ state, count }) => [state, count])) as Record<TimerState, number>;
    });
  }
}

/** Above every character that an id may contain. */
const afterAll = '\u{7f}';

function selection(query: TimerQuery): {
  from: string;
  order: string;
  where: string[];
  values: (string | number)[];
} {
  const table = query.tag === undefined ? 'timers' : 'timerTags';
  const where = [`${table}.namespace = ?`, `${table}.id > ?`];
  const values: (string | number)[] = [query.namespace, query.after ?? ''];
  const restrict = (condition: string, ...bounds: (string | number)[]): void => {
    where.push(condition);
    values.push(...bounds);
  };
  if (query.state !== undefined) restrict('timers.state = ?', query.state);
  if (query.tag !== undefined) restrict('timerTags.tag = ?', query.tag);
  if (query.idPrefix !== undefined)
    restrict(`${table}.id >= ? AND ${table}.id < ?`, query.idPrefix, query.idPrefix + afterAll);
  if (query.dueBefore !== undefined) restrict('timers.nextDueAt < ?', query.dueBefore);
  if (query.dueAfter !== undefined) restrict('timers.nextDueAt > ?', query.dueAfter);
  return { from: source(query), order: `${table}.id`, where, values };
}

/** Walks an index in the order of ids, which bears what the query filters by: rows are read only where they match. */
function source({ tag, state }: TimerQuery): string {
  if (tag !== undefined) return 'timerTags CROSS JOIN timers USING (namespace, id)';
  return `timers INDEXED BY ${state === undefined ? 'timersOfNamespace' : 'timersOfState'}`;
}
