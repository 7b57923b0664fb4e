/** The end of a timer: it closes when it has no next occurrence and none of its executions is open. */
import type { TimerKey } from '../../timers/timer.js';
import type { Database } from './database.js';
import { isOpenState } from './schema.js';

/** Closes an active timer that is finished; false when it is not. To be called inside a transaction. */
export function closeTimer(
  db: Database,
  { namespace, id, uid }: TimerKey & { uid: string },
  { now, expireAt }: { now: number; expireAt: number },
): boolean {
  const close = db.sql(
    `UPDATE timers SET state = 'completed', updatedAt = ?, wakeAt = ?
     WHERE namespace = ? AND id = ? AND uid = ? AND state = 'active' AND nextDueAt IS NULL
       AND NOT EXISTS (SELECT 1 FROM executions WHERE uid = ? AND ${isOpenState})`,
  );
  return close.run(now, expireAt, namespace, id, uid, uid).changes === 1;
}
