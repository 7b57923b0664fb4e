/** TimerStore on SQLite: create, read, list and count; `change` has a file of its own. */
import { type Timer, type TimerKey, type TimerState, timerStates } from '../../timers/timer.js';
import type { Count, CountQuery, TimerPosition, TimerQuery } from '../queries.js';
import type { Current, Decision, TimerStore } from '../store.js';
import { changeTimer } from './changes.js';
import type { Database } from './database.js';
import { insertTimer, selectTimer, timerFrom, timerValues, type TimerRow } from './rows.js';
import { countTimers, listTimers, reachOfTimers } from './timer-lists.js';
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
    return this.#db.read(() => listTimers(this.#db, query).map(timerFrom));
  }

  reach(query: TimerQuery): Promise<TimerPosition | null> {
    return this.#db.read(() => reachOfTimers(this.#db, query));
  }

  count(query: CountQuery): Promise<Count> {
    return this.#db.read(() => countTimers(this.#db, query));
  }

  change<Reply>(key: TimerKey, decide: (current: Current | null) => Decision<Reply>): Promise<Reply> {
    return this.#db.write(() => changeTimer(this.#db, key, decide));
  }

  changeMany<Reply>(
    keys: TimerKey[],
    decide: (current: Current | null, key: TimerKey) => Decision<Reply>,
  ): Promise<Reply[]> {
    return this.#db.write(() =>
      keys.map((key) => changeTimer(this.#db, key, (current) => decide(current, key))),
    );
  }

  touch(keys: TimerKey[], now: number): Promise<(Timer | null)[]> {
    return this.#db.write(() => keys.map((key) => touchTimer(this.#db, key, now)));
  }

  counts(namespace?: string): Promise<Record<TimerState, number>> {
    const where = namespace === undefined ? '' : 'WHERE namespace = ?';
    const values = namespace === undefined ? [] : [namespace];
    return this.#db.read(() => {
      const rows = this.#db
        .sql(`SELECT state, sum(count) AS count FROM timerCounts ${where} GROUP BY state`)
        .all(...values) as { state: TimerState; count: number }[];
      const counts = new Map(rows.map(({ state, count }) => [state, count]));
      return Object.fromEntries(timerStates.map((state) => [state, counts.get(state) ?? 0])) as Record<
        TimerState,
        number
      >;
    });
  }
}
