/**
 * Putting plain watchdogs off, however many, by one write without a transaction. It meets claims and changes on the
 * timer's row: a claim that read the row before finds another stamp.
 */
import { isPlainWatchdog } from '../../timers/touch.js';
import type { Timer, TimerKey } from '../../timers/timer.js';
import { updateGroups } from './batches.js';
import { type Database, wholeBatch } from './database.js';
import { markOfNext, stampWith, timerRowId, toTimer } from './rows.js';

/** What `isPlainWatchdog` says, for the server. */
const plainWatchdog = {
  'definition.schedule.kind': 'at',
  'definition.schedule.delayMs': { $exists: true },
  'definition.schedule.startAt': { $exists: false },
  'definition.schedule.endAt': { $exists: false },
  'definition.schedule.exclusions': { $exists: false },
  'definition.schedule.jitterMs': { $in: [null, 0] },
};

export async function touch(db: Database, keys: TimerKey[], now: number): Promise<(Timer | null)[]> {
  const filter = {
    _id: { $in: keys.map(timerRowId) },
    state: 'active' as const,
    'next.scheduledFor': { $gt: now },
    ...plainWatchdog,
  };
  const update = [
    { $set: { 'definition.schedule.at': putOff(now), updatedAt: latest('$updatedAt', now) } },
    {
      $set: {
        next: { scheduledFor: '$definition.schedule.at', dueAt: '$definition.schedule.at' },
        changedAt: latest('$changedAt', now),
        wakeAt: '$definition.schedule.at',
      },
    },
    { $set: { stamp: stampWith(markOfNext) } },
  ];
  if (keys.length === 0 || (await updateGroups(db.timers, [{ filter, update }])) === 0)
    return keys.map(() => null);
  const rows = await db.timers.find({ _id: filter._id }, wholeBatch).toArray();
  const timers = new Map(rows.map((row) => [row._id, toTimer(row)]));
  return keys.map((key) => {
    const timer = timers.get(timerRowId(key));
    return timer && isPutOff(timer, now) ? timer : null;
  });
}

/** By this touch or by a later one. */
function isPutOff(timer: Timer, now: number): boolean {
  const { state, next, definition } = timer;
  const { schedule } = definition;
  if (state !== 'active' || !next || schedule.kind !== 'at' || !isPlainWatchdog(timer)) return false;
  return next.scheduledFor > now && next.scheduledFor >= now + (schedule.delayMs ?? 0);
}

function putOff(now: number) {
  return latest('$next.scheduledFor', { $add: [now, '$definition.schedule.delayMs'] });
}

function latest(one: unknown, other: unknown) {
  return { $max: [one, other] };
}
