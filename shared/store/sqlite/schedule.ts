/** ScheduleStore on SQLite: what is due, who claims it, and what becomes of the finished. */
import type { Execution } from '../../timers/execution.js';
import type { Timer } from '../../timers/timer.js';
import type { Claim, Claimer, DueQuery, ScheduleStore } from '../store.js';
import { closeTimer } from './closing.js';
import type { Database } from './database.js';
import { removeExpired } from './retention.js';
import {
  executionColumns,
  executionFrom,
  executionValues,
  insertExecution,
  timerColumns,
  timerFrom,
  type ExecutionRow,
  type TimerRow,
} from './rows.js';
import { isDueState, isHeldState, isOverdueState } from './schema.js';

/** The shards are a list in JSON: one process owns them all here, so the order in time comes first, from the index. */
function isDue({ namespace }: DueQuery): string {
  const ofNamespace = namespace === undefined ? '' : 'AND namespace = ?';
  return `wakeAt >= ? AND wakeAt < ? AND shard IN (SELECT value FROM json_each(?)) ${ofNamespace} ORDER BY wakeAt LIMIT ?`;
}

/** What `isDue` takes. */
function dueValues({ shards, namespace, from = 0, before, limit }: DueQuery): (string | number)[] {
  return [from, before, JSON.stringify(shards), ...(namespace === undefined ? [] : [namespace]), limit];
}

const isAsRead = `namespace = ? AND id = ? AND uid = ? AND generation = ? AND nextScheduledFor IS ? AND nextDueAt IS ?`;

export class SqliteSchedule implements ScheduleStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  dueTimers(query: DueQuery): Promise<Timer[]> {
    return this.#timers(`state = 'active'`, query);
  }

  duePauses(query: DueQuery): Promise<Timer[]> {
    return this.#timers(`state = 'paused'`, query);
  }

  #timers(condition: string, query: DueQuery): Promise<Timer[]> {
    const text = `SELECT ${timerColumns} FROM timers WHERE ${condition} AND ${isDue(query)}`;
    return this.#db.read(() => (this.#db.sql(text).all(...dueValues(query)) as TimerRow[]).map(timerFrom));
  }

  claim(claims: Claim[]): Promise<{ existed: Set<string> } | 'conflict'> {
    return this.#db.write(() => {
      const unchanged = this.#db.sql(`SELECT 1 FROM timers WHERE ${isAsRead}`);
      if (!claims.every(({ timer }) => unchanged.get(...asRead(timer)))) return 'conflict';
      return { existed: new Set(claims.flatMap((claim) => this.#claimOne(claim))) };
    });
  }

  /** Answers the ids of those that existed. */
  #claimOne({ timer, executions, next, wakeAt }: Claim): string[] {
    const insert = this.#db.sql(insertExecution);
    const fresh = executions.filter((execution) => insert.run(...executionValues(execution)).changes === 1);
    const claimed = fresh.filter(({ state }) => state !== 'skipped');
    this.#db
      .sql(
        `UPDATE timers SET nextScheduledFor = ?, nextDueAt = ?, wakeAt = ?,
         lastScheduledFor = coalesce(?, lastScheduledFor), runs = runs + ? WHERE namespace = ? AND id = ?`,
      )
      .run(
        next?.scheduledFor ?? null,
        next?.dueAt ?? null,
        wakeAt,
        claimed.at(-1)?.scheduledFor ?? null,
        claimed.length,
        timer.namespace,
        timer.id,
      );
    return executions.filter((execution) => !fresh.includes(execution)).map(({ id }) => id);
  }

  closeFinished(
    timers: Timer[],
    { now, checkAt, expireAt }: { now: number; checkAt: number; expireAt: number },
  ): Promise<void> {
    return this.#db.write(() => {
      const later = this.#db.sql(
        `UPDATE timers SET wakeAt = ? WHERE namespace = ? AND id = ? AND uid = ? AND state = 'active' AND nextDueAt IS NULL`,
      );
      for (const timer of timers)
        if (!closeTimer(this.#db, timer, { now, expireAt }))
          later.run(checkAt, timer.namespace, timer.id, timer.uid);
    });
  }

  dueExecutions(query: DueQuery): Promise<Execution[]> {
    return this.#executions(isDueState, query);
  }

  overdueExecutions(query: DueQuery): Promise<Execution[]> {
    return this.#executions(isOverdueState, query);
  }

  #executions(condition: string, query: DueQuery): Promise<Execution[]> {
    const text = `SELECT ${executionColumns} FROM executions WHERE ${condition} AND ${isDue(query)}`;
    return this.#db.read(() =>
      (this.#db.sql(text).all(...dueValues(query)) as ExecutionRow[]).map(executionFrom),
    );
  }

  heldBy(holders: string[], limit: number, shards?: readonly number[]): Promise<Execution[]> {
    const text = `SELECT ${executionColumns} FROM executions
      WHERE ${isHeldState} AND holder IN (SELECT value FROM json_each(?))
      AND (? IS NULL OR shard IN (SELECT value FROM json_each(?))) LIMIT ?`;
    const list = shards ? JSON.stringify(shards) : null;
    return this.#db.read(() =>
      (this.#db.sql(text).all(JSON.stringify(holders), list, list, limit) as ExecutionRow[]).map(
        executionFrom,
      ),
    );
  }

  reclaim(executions: Execution[], by: Claimer, clockOffsetMs = 0): Promise<Execution[]> {
    const { holder, now, publishAgainAt } = by;
    const text = `UPDATE executions SET state = 'claimed', reason = NULL, claim = claim + 1, callAt = wakeAt - ?,
      clockOffsetMs = ?, holder = ?, claimedAt = ?, wakeAt = ?
      WHERE id = ? AND claim = ? AND final = 0 AND held = 0 AND ${isDueState} RETURNING ${executionColumns}`;
    return this.#take(text, executions, [clockOffsetMs, clockOffsetMs, holder, now, publishAgainAt]);
  }

  takeOver(executions: Execution[], { holder, publishAgainAt }: Claimer): Promise<Execution[]> {
    const text = `UPDATE executions SET holder = ?, wakeAt = ?
      WHERE id = ? AND claim = ? AND state = 'claimed' RETURNING ${executionColumns}`;
    return this.#take(text, executions, [holder, publishAgainAt]);
  }

  /** Runs an update that takes `values`, an id and a claim number on each, and answers the rows it matched. */
  #take(text: string, executions: Execution[], values: (string | number)[]): Promise<Execution[]> {
    return this.#db.write(() => {
      const take = this.#db.sql(text);
      return executions.flatMap(({ id, claim }) =>
        (take.all(...values, id, claim) as ExecutionRow[]).map(executionFrom),
      );
    });
  }

  handBack(executions: Pick<Execution, 'id' | 'claim'>[], holder: string, now: number): Promise<void> {
    return this.#db.write(() => {
      const update = this.#db.sql(
        `UPDATE executions SET holder = NULL, wakeAt = ? WHERE id = ? AND claim = ? AND holder = ? AND state = 'claimed'`,
      );
      for (const { id, claim } of executions) update.run(now, id, claim, holder);
    });
  }

  removeExpired(now: number, limit: number): Promise<number> {
    return this.#db.write(() => removeExpired(this.#db, now, limit));
  }
}

/** The values of `isDue`. */
function asRead({ namespace, id, uid, generation, next }: Timer): unknown[] {
  return [namespace, id, uid, generation, next?.scheduledFor ?? null, next?.dueAt ?? null];
}
