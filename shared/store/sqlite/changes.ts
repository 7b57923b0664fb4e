/** A change of one timer and its open executions, inside one transaction that nothing else can enter. */
import type { TimerKey } from '../../timers/timer.js';
import type { Change, Current, Decision } from '../store.js';
import { insertRecord } from './change-records.js';
import type { Database } from './database.js';
import {
  executionColumns,
  executionFrom,
  executionValues,
  insertExecution,
  replaceTimer,
  selectTimer,
  timerFrom,
  timerValues,
  updateExecution,
  type ExecutionRow,
  type TimerRow,
} from './rows.js';
import { isOpenState } from './schema.js';

/** To be called inside a transaction. */
export function changeTimer<Reply>(
  db: Database,
  key: TimerKey,
  decide: (current: Current | null) => Decision<Reply>,
): Reply {
  const current = readCurrent(db, key);
  const { change, reply, record } = decide(current);
  if (change) {
    if (change.retire) retire(db, current?.timer.uid ?? change.timer.uid, change.retire);
    db.sql(replaceTimer).run(...timerValues(change.timer));
    writeExecutions(db, change);
    if (record) insertRecord(db, record);
  }
  return reply;
}

function readCurrent(db: Database, { namespace, id }: TimerKey): Current | null {
  const row = db.sql(selectTimer).get(namespace, id) as TimerRow | undefined;
  if (!row) return null;
  const timer = timerFrom(row);
  const open = db
    .sql(`SELECT ${executionColumns} FROM executions WHERE uid = ? AND ${isOpenState}`)
    .all(timer.uid) as ExecutionRow[];
  const started = db
    .sql(
      `SELECT scheduledFor FROM executions WHERE namespace = ? AND timerId = ? AND uid = ? AND attempt > 0
       ORDER BY scheduledFor DESC LIMIT 1`,
    )
    .get(namespace, id, timer.uid) as { scheduledFor: number } | undefined;
  return { timer, open: open.map(executionFrom), lastStartedFor: started?.scheduledFor ?? null };
}

function retire(db: Database, uid: string, definition: NonNullable<Change['retire']>): void {
  db.sql('INSERT INTO definitions (uid, version, definition) VALUES (?, ?, ?) ON CONFLICT DO NOTHING').run(
    uid,
    definition.version,
    JSON.stringify(definition),
  );
}

function writeExecutions(db: Database, { withdraw, update, insert }: Change): void {
  const withdrawn = db.sql('DELETE FROM executions WHERE id = ?');
  for (const id of withdraw) withdrawn.run(id);
  const updated = db.sql(updateExecution);
  for (const execution of update) updated.run(...executionValues(execution), execution.id);
  const inserted = db.sql(insertExecution);
  for (const execution of insert) inserted.run(...executionValues(execution));
}
