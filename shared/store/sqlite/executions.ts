/** ExecutionStore on SQLite: executions with their attempts, for those who look. */
import type { AttemptRecord } from '../../timers/outcome.js';
import { walkOfExecutions } from '../../timers/execution-filter.js';
import type { Count, ExecutionCountQuery, ExecutionPosition, ExecutionQuery } from '../queries.js';
import type { ExecutionStore, ExecutionWithAttempts } from '../store.js';
import type { Database } from './database.js';
import { executionColumns, executionFrom, type ExecutionRow } from './rows.js';
import { isOpenState, isUnsuccessfulEnd } from './schema.js';
import { type Condition, countOn, instantStretch, type Place, reachOn, rowsOn, type Walk } from './walks.js';

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
    return this.#db.read(() => {
      const rows = rowsOn(this.#db, walkFor(query), { columns: executionColumns, limit: query.limit });
      return (rows as ExecutionRow[]).map((row) => this.#withAttempts(row));
    });
  }

  reach(query: ExecutionQuery): Promise<ExecutionPosition | null> {
    return this.#db.read(() => {
      const place = reachOn(this.#db, walkFor(query), query.limit);
      return place && { scheduledFor: place.at, id: place.id };
    });
  }

  count(query: ExecutionCountQuery): Promise<Count> {
    return this.#db.read(() =>
      countOn(this.#db, (place) => {
        const until = place && { scheduledFor: place.at, id: place.id };
        return walkFor({ ...query, before: null, until, limit: 0 });
      }),
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

const indexes = {
  timerId: 'executionsOfTimer',
  state: 'executionsOfState',
  open: 'executionsOpenInTime',
  all: 'executionsOfNamespace',
};

function walkFor(query: ExecutionQuery): Walk {
  const { by, rest } = walkOfExecutions(query);
  const keys = `executions INDEXED BY ${indexes[by ?? 'all']}`;
  // The condition of a partial index has to stand there in its own words.
  const partial: Condition[] = by === 'state' ? [[isUnsuccessfulEnd]] : by === 'open' ? [[isOpenState]] : [];
  const equal: Condition[] = by === 'timerId' || by === 'state' ? [[`${by} = ?`, query[by]!]] : [];
  return {
    keys,
    rows: keys,
    at: 'scheduledFor',
    direction: 'DESC',
    stretch: [['namespace = ?', query.namespace], ...partial, ...equal, ...stretchOf(query)],
    rest: Object.entries(rest).map(([name, value]): Condition => [`${name} = ?`, value]),
  };
}

function stretchOf({ scheduledBefore, scheduledAfter, before, until }: ExecutionQuery): Condition[] {
  const placed = (place: ExecutionPosition | null | undefined): Place | null =>
    place ? { at: place.scheduledFor, id: place.id } : null;
  return instantStretch({
    column: 'scheduledFor',
    direction: 'DESC',
    from: scheduledBefore,
    to: scheduledAfter,
    after: placed(before),
    until: placed(until),
  });
}
