/**
 * When a timer closes: it is active, has no next occurrence, and none of its executions is open. Only a change can give
 * such a timer a new execution, and a change moves its stamp (its generation, or that it was run by hand), so the stamp
 * makes "none is open, hence close" safe.
 */
import type { Timer } from '../../timers/timer.js';
import { openStates } from '../../timers/execution.js';
import { updateGroups } from './batches.js';
import type { Database } from './database.js';
import { stampOf, timerRowId, type TimerRow } from './rows.js';

/** A timer without next occurrence, as it was read. */
export type Finished = Pick<TimerRow, '_id' | 'uid' | 'stamp'>;

/** When a timer closes, and until when it is kept. */
export interface End {
  now: number;
  expireAt: number;
}

export async function closeFinished(
  db: Database,
  timers: Timer[],
  { now, checkAt, expireAt }: { now: number; checkAt: number; expireAt: number },
): Promise<void> {
  const finished = timers.map((timer) => ({ _id: timerRowId(timer), uid: timer.uid, stamp: stampOf(timer) }));
  const open = await uidsWithOpen(db, finished);
  const [busy, done] = [
    finished.filter(({ uid }) => open.has(uid)),
    finished.filter(({ uid }) => !open.has(uid)),
  ];
  await updateGroups(
    db.timers,
    [
      { filter: unchanged(done), update: { $set: closed({ now, expireAt }) } },
      { filter: unchanged(busy), update: { $set: { wakeAt: checkAt } } },
    ].filter(({ filter }) => filter._id.$in.length > 0),
  );
}

/** Closes those of which no execution is open; the others close with their last one. */
export async function closeIdle(db: Database, finished: Finished[], end: End): Promise<void> {
  const open = await uidsWithOpen(db, finished);
  const idle = finished.filter(({ uid }) => !open.has(uid));
  if (idle.length > 0)
    await updateGroups(db.timers, [{ filter: unchanged(idle), update: { $set: closed(end) } }]);
}

/** What closing writes; the row is kept until `expireAt`. */
export function closed({ now, expireAt }: End): Pick<TimerRow, 'state' | 'updatedAt' | 'wakeAt'> {
  return { state: 'completed', updatedAt: now, wakeAt: expireAt };
}

function unchanged(timers: Finished[]) {
  return {
    _id: { $in: timers.map(({ _id }) => _id) },
    stamp: { $in: timers.map(({ stamp }) => stamp) },
    state: 'active' as const,
    next: null,
  };
}

async function uidsWithOpen(db: Database, timers: Finished[]): Promise<Set<string>> {
  if (timers.length === 0) return new Set();
  const uids = timers.map(({ uid }) => uid);
  const open = await db.executions.distinct('uid', { uid: { $in: uids }, state: { $in: [...openStates] } });
  return new Set(open);
}
