/** ExecutionStore on SQLite: executions with their attempts, for those who look. */
import type { AttemptRecord } from '../../timers/outcome.js';
import type { ExecutionQuery } from '../queries.js';
import type { ExecutionStore, ExecutionWithAttempts } from '../store.js';
import type { Database } from './database.js';
import { executionColumns, executionFrom, type ExecutionRow } from './rows.js';

export class SqliteExecutions implements ExecutionStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  read(namespace: string, id: string): Promise<ExecutionWithAttempts | null> {
    const text = `SELECT ${executionColumns} FROM executions WHERE id = ? AND namespace = ?`;
    return this.#db.read(() => {
      const row = this.#db.sql(text).get(id, namespace) as ExecutionRow | undefined;
      return row ? this.#withAttempts(row) : null;
    });
  }

  list(query: ExecutionQuery): Promise<ExecutionWithAttempts[]> {
    const where = ['namespace = ?'];
    const values: (string | number)[] = [query.namespace];
    const restrict = (condition: string, ...bounds: (string | number)[]): void => {
      where.push(condition);
      values.push(...bounds);
    };
    if (query.timerId !== undefined) restrict('timerId = ?', query.timerId);
    // The plus keeps a timer's few executions from being sought among all of that state.
    if (query.state !== undefined)
      restrict(query.timerId === undefined ? 'state = ?' : '+state = ?', query.state);
    if (query.before) restrict('(scheduledFor, id) < (?, ?)', query.before.scheduledFor, query.before.id);
    const text = `SELECT ${executionColumns} FROM executions WHERE ${where.join(' AND ')}
      ORDER BY scheduledFor DESC, id DESC LIMIT ?`;
    return this.#db.read(() =>
      (this.#db.sql(text).all(...values, query.limit) as ExecutionRow[]).map((row) =>
        this.#withAttempts(row),
      ),
    );
  }

  #withAttempts(row: ExecutionRow): ExecutionWithAttempts {
    const records = this.#db
      .sql('SELECT record FROM attempts WHERE executionId = ? ORDER BY n')
      .all(row.id) as { record: string }[];
    return {
      ...executionFrom(row),
      attempts: records.map(({ record }) => JSON.parse(record) as AttemptRecord),
    };
  }
}
