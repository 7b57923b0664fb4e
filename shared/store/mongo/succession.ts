/**
 * Who comes next once an execution has ended that kept others of its timer out. The heir is made due first and gets
 * `busy` afterwards: a crash in between leaves one that finds `busy` with an execution that is over, and takes it. Who
 * begins to wait meanwhile looks again itself (admission.ts), so it does not matter whether it is seen here.
 */
import type { ClientSession } from 'mongodb';
import type { Settlement } from '../store.js';
import { updateGroups, valueOf } from './batches.js';
import { type Database, wholeBatch } from './database.js';
import { type ExecutionRow, timerRowId, type TimerRow } from './rows.js';

type Seat = Pick<TimerRow, '_id' | 'uid' | 'busy' | 'buffered'>;
type Heir = Pick<ExecutionRow, '_id' | 'uid' | 'state' | 'reason' | 'shard' | 'held'>;

const ofHeir = { uid: 1, state: 1, reason: 1, shard: 1, held: 1 } as const;
const waitsForTurn = { state: 'deferred', reason: 'overlap' } as const;

/** Passes `busy` on of each whose execution has ended. Answers the shards in which one became due. */
export async function passOn(db: Database, ended: Settlement[]): Promise<Set<number>> {
  if (ended.length === 0) return new Set();
  const [seats, oldest] = await Promise.all([seatsOf(db, ended), oldestWaiting(db, ended)]);
  if (seats.length === 0) return new Set();
  const heirs = await heirsOf(db, seats, oldest);
  const waiting = [...heirs.values()].filter(
    ({ state, reason }) => state === waitsForTurn.state && reason === waitsForTurn.reason,
  );
  await makeDue(
    db,
    waiting.map(({ _id }) => _id),
  );
  await handOver(db, seats, heirs);
  return new Set(waiting.filter(({ held }) => !held).map(({ shard }) => shard));
}

/** Ends the waiting of these; what is held waits on, and is due once it is released. */
export async function makeDue(
  db: Database,
  ids: string[],
  options: { session?: ClientSession; maxTimeMS?: number } = {},
): Promise<void> {
  if (ids.length === 0) return;
  const update = [
    {
      $set: {
        callAt: { $cond: ['$held', '$dueAt', '$callAt'] },
        wakeAt: { $cond: ['$held', '$wakeAt', '$dueAt'] },
      },
    },
  ];
  await updateGroups(db.executions, [{ filter: { _id: { $in: ids }, ...waitsForTurn }, update }], options);
}

/** The timers whose `busy` still names what has ended. */
function seatsOf(db: Database, ended: Settlement[]): Promise<Seat[]> {
  return db.timers
    .find<Seat>(
      {
        _id: { $in: ended.map(({ timer }) => timerRowId(timer)) },
        uid: { $in: ended.map(({ timer }) => timer.uid) },
        busy: { $in: ended.map(({ record }) => record.executionId) },
      },
      { projection: { uid: 1, busy: 1, buffered: 1 }, ...wholeBatch },
    )
    .toArray();
}

/** Of each uid, in the order of the index { uid, scheduledFor } of those that wait. */
function oldestWaiting(db: Database, ended: Settlement[]): Promise<Heir[]> {
  const uid = { $in: [...new Set(ended.map(({ timer }) => timer.uid))] };
  return db.executions
    .aggregate<Heir>(
      [
        { $match: { ...waitsForTurn, uid } },
        { $sort: { uid: 1, scheduledFor: 1 } },
        { $group: { _id: '$uid', first: { $first: '$$ROOT' } } },
        { $replaceWith: '$first' },
        { $project: ofHeir },
      ],
      wholeBatch,
    )
    .toArray();
}

/** By uid: the one that is buffered, unless it is over or under way; else the oldest that waits. */
async function heirsOf(db: Database, seats: Seat[], oldest: Heir[]): Promise<Map<string, Heir>> {
  const buffered = seats.flatMap((seat) => seat.buffered ?? []);
  const placed =
    buffered.length === 0
      ? []
      : await db.executions
          .find<Heir>(
            { _id: { $in: buffered }, state: { $in: ['claimed', 'deferred', 'retrying'] } },
            { projection: ofHeir, ...wholeBatch },
          )
          .toArray();
  return new Map([...oldest, ...placed].map((heir) => [heir.uid, heir]));
}

/** Only where nobody has taken `busy` or a place behind it since it was read: who did looks again. */
async function handOver(db: Database, seats: Seat[], heirs: Map<string, Heir>): Promise<void> {
  const names = new Map(seats.map(({ uid }) => [uid, heirs.get(uid)?._id ?? null]));
  const filter = {
    _id: { $in: seats.map(({ _id }) => _id) },
    busy: { $in: seats.map(({ busy }) => busy) },
    buffered: { $in: [null, ...seats.flatMap(({ buffered }) => buffered ?? [])] },
  };
  await updateGroups(db.timers, [
    { filter, update: [{ $set: { busy: valueOf('$uid', names), buffered: null } }] },
  ]);
}
