/** Settle on SQLite: the record, the execution's state, whose turn is next, then the timer. */
import type { AttemptRecord, LateOutcome } from '../../timers/outcome.js';
import { never } from '../../timers/timer.js';
import type { Settlement } from '../store.js';
import { passTurn } from './admission.js';
import { closeTimer } from './closing.js';
import type { Database } from './database.js';

/** Answers the shards in which one became due. To be called inside a transaction. */
export function settle(db: Database, settlements: Settlement[]): Set<number> {
  const due = new Set<number>();
  for (const settlement of settlements) {
    move(db, settlement, recordOf(db, settlement.record));
    const shard = settlement.overlap ? passTurn(db, settlement) : null;
    if (shard !== null) due.add(shard);
  }
  const timers = new Map(settlements.map((settlement) => [settlement.timer.uid, settlement]));
  for (const { timer, now, expireAt } of timers.values()) closeTimer(db, timer, { now, expireAt });
  return due;
}

/** Inserts the record unless one is there; answers the one that counts. */
function recordOf(db: Database, record: AttemptRecord): AttemptRecord {
  const { executionId, n } = record;
  const inserted = db
    .sql('INSERT INTO attempts (executionId, n, record) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
    .run(executionId, n, JSON.stringify(record));
  if (inserted.changes === 1) return record;
  const read = db.sql('SELECT record FROM attempts WHERE executionId = ? AND n = ?');
  const counts = JSON.parse((read.get(executionId, n) as { record: string }).record) as AttemptRecord;
  if (counts.outcome === 'lost' && record.outcome !== 'lost' && !counts.lateOutcome) keepLate(db, record);
  return counts;
}

function keepLate(db: Database, { executionId, n, outcome, status, receipt }: AttemptRecord): void {
  const late: LateOutcome = { outcome, status, finishedAt: receipt.finishedAt };
  db.sql(
    `UPDATE attempts SET record = json_set(record, '$.lateOutcome', json(?)) WHERE executionId = ? AND n = ?`,
  ).run(JSON.stringify(late), executionId, n);
}

/** Moves an execution that still runs this attempt to the verdict's state. */
function move(
  db: Database,
  { now, expireAt }: Settlement,
  { executionId, n, outcome, verdict }: AttemptRecord,
): void {
  const lost = Number(outcome === 'lost');
  const running = `id = ? AND attempt = ? AND state IN ('running','awaiting-ack')`;
  if (verdict.state === 'retrying')
    db.sql(
      `UPDATE executions SET state = 'retrying', holder = NULL, callAt = iif(held, ?, callAt), wakeAt = iif(held, ?, ?),
       lost = lost + ?, outcome = ? WHERE ${running} AND final = 0 AND abort = 0`,
    ).run(verdict.at, never, verdict.at, lost, outcome, executionId, n);
  // What still runs now is at its end: a verdict that ends it, or another attempt that a stamp forbids.
  const end = verdict.state === 'retrying' ? null : verdict.state;
  const reason = verdict.state === 'succeeded' ? null : verdict.reason;
  db.sql(
    `UPDATE executions SET state = coalesce(?, iif(final, 'cancelled', 'aborted')), reason = ?, holder = NULL,
     settledAt = ?, wakeAt = ?, lost = lost + ?, outcome = ? WHERE ${running}`,
  ).run(end, reason, now, expireAt, lost, outcome, executionId, n);
}
