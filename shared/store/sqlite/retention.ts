/** What is past its retention goes: ended executions with their attempts, closed timers with their definitions. */
import type { TimerKey } from '../../timers/timer.js';
import type { Database } from './database.js';
import { isClosedState, isEndedState } from './schema.js';

type TimerOfUid = TimerKey & { uid: string };

/** Removes up to `limit` rows and answers how many, attempts and definitions not counted. Inside a transaction. */
export function removeExpired(db: Database, now: number, limit: number): number {
  const executions = removeExecutions(db, now, limit);
  const timers = removeTimers(db, now, limit - executions.length);
  const touched = new Map([...executions, ...timers].map((timer) => [timer.uid, timer]));
  for (const timer of touched.values()) removeDefinitions(db, timer);
  return executions.length + timers.length;
}

/** Answers the timers of the removed executions, one for each. */
function removeExecutions(db: Database, now: number, limit: number): TimerOfUid[] {
  const expired = db
    .sql(
      `SELECT id AS executionId, namespace, timerId AS id, uid FROM executions
       WHERE ${isEndedState} AND wakeAt <= ? ORDER BY wakeAt LIMIT ?`,
    )
    .all(now, limit) as (TimerOfUid & { executionId: string })[];
  const [attempts, execution] = [
    db.sql('DELETE FROM attempts WHERE executionId = ?'),
    db.sql('DELETE FROM executions WHERE id = ?'),
  ];
  for (const { executionId } of expired) {
    attempts.run(executionId);
    execution.run(executionId);
  }
  return expired;
}

function removeTimers(db: Database, now: number, limit: number): TimerOfUid[] {
  const expired = db
    .sql(
      `SELECT namespace, id, uid FROM timers WHERE ${isClosedState} AND wakeAt <= ? ORDER BY wakeAt LIMIT ?`,
    )
    .all(now, limit) as TimerOfUid[];
  const timer = db.sql('DELETE FROM timers WHERE namespace = ? AND id = ?');
  for (const { namespace, id } of expired) timer.run(namespace, id);
  return expired;
}

/** Once neither the timer nor an execution of this uid is left, nobody can ask for its definitions. */
function removeDefinitions(db: Database, { namespace, id, uid }: TimerOfUid): void {
  db.sql(
    `DELETE FROM definitions WHERE uid = ?
       AND NOT EXISTS (SELECT 1 FROM timers WHERE namespace = ? AND id = ? AND uid = definitions.uid)
       AND NOT EXISTS (SELECT 1 FROM executions WHERE namespace = ? AND timerId = ? AND uid = definitions.uid)`,
  ).run(uid, namespace, id, namespace, id);
}
