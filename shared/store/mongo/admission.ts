/**
 * Who may start where executions of a timer must not run side by side: the one that `busy` of the timer names. No
 * transaction: each step is a compare-and-set that is good by itself, in an order that a crash may cut anywhere, and
 * after it everything is looked at again (contest.ts decides).
 *
 *   free ──take──► busy = this one ──► start          taken ──► skip, or
 *                                                     place (buffered = this one) ──► defer ──► look again ──► wake
 *
 * Who waits has written so before it looks whether `busy` still names one that is alive; who ends has written that
 * before it looks for who waits (succession.ts). So one of the two sees the other, and nobody is left waiting.
 */
import type { ClientSession, Document } from 'mongodb';
import { groupBy } from '../../base/grouping.js';
import { openStates } from '../../timers/execution.js';
import type { Runner, Start } from '../store.js';
import { updateGroups, valueOf } from './batches.js';
import { updatesOfClaimed } from './claimed.js';
import { closeIdle } from './closing.js';
import { inTurn, type Move, movesOf, type Rival, type Scene, type Seat, type Step } from './contest.js';
import { type Database, wholeBatch } from './database.js';
import { timerRowId } from './rows.js';
import { makeDue } from './succession.js';
import type { Patience } from './transactions.js';

export interface Admission {
  db: Database;
  by: Runner;
  session: ClientSession;
  patience: Patience;
}

/**
 * Answers those that may start; the others are skipped, or wait, or were not to start anyway. Where `busy` is free it is
 * taken unseen: a late copy of a message may take it for one that waits for something else, which then comes first.
 */
export async function admitted(admission: Admission, starts: Start[]): Promise<Start[]> {
  if (starts.length === 0) return [];
  const first = [...groupBy(starts, ({ timer }) => timer.uid).values()].map((group) => inTurn(group)[0]!);
  // Mostly nobody is in the way: then this is all.
  if ((await take(admission, first, [])) === starts.length) return starts;
  const allowed: Start[] = [];
  const displaced = new Map<string, string>();
  for (let pending = starts; pending.length > 0;) {
    const moves = await look(admission, pending);
    allowed.push(...of(moves, 'start').map(({ start }) => start));
    await carryOut(admission, moves, displaced);
    pending = moves.filter(({ step }) => !isLast(step)).map(({ start }) => start);
  }
  return allowed;
}

/** Nothing has to be looked at again after it. */
function isLast({ kind }: Step): boolean {
  return kind === 'start' || kind === 'leave' || kind === 'skip' || kind === 'wake';
}

async function look(admission: Admission, pending: Start[]): Promise<Move[]> {
  const scene = await sceneOf(admission, pending);
  return [...groupBy(pending, ({ timer }) => timer.uid).values()].flatMap((group) => movesOf(group, scene));
}

/** The timers before the executions: one that is seen alive then has not given `busy` away. */
async function sceneOf({ db, session, patience }: Admission, pending: Start[]): Promise<Scene> {
  const seats = await db.timers
    .find<Seat>(seatsOf(pending), {
      session,
      maxTimeMS: patience.leftMs(),
      projection: { uid: 1, busy: 1, buffered: 1 },
      ...wholeBatch,
    })
    .toArray();
  const named = seats.flatMap(({ busy, buffered }) => [busy ?? [], buffered ?? []].flat());
  const ids = [...new Set([...pending.map(({ id }) => id), ...named])];
  const rivals = await db.executions
    .find<Rival>(
      { _id: { $in: ids } },
      { session, maxTimeMS: patience.leftMs(), projection: ofRival, ...wholeBatch },
    )
    .toArray();
  return {
    seats: new Map(seats.map((seat) => [seat.uid, seat])),
    rivals: new Map(rivals.map((rival) => [rival._id, rival])),
  };
}

const ofRival = {
  state: 1,
  reason: 1,
  scheduledFor: 1,
  generation: 1,
  claim: 1,
  attempt: 1,
  abort: 1,
} as const;

/** In this order: a crash after any of them leaves what the next start of the same execution goes on from. */
async function carryOut(admission: Admission, moves: Move[], displaced: Map<string, string>): Promise<void> {
  await cancel(admission, moves);
  const takes = of(moves, 'take');
  await take(
    admission,
    takes.map(({ start }) => start),
    takes.flatMap(({ step }) => step.from ?? []),
  );
  const placed = await place(admission, of(moves, 'place'));
  for (const { start, step } of [...of(moves, 'place'), ...of(moves, 'cancel')])
    if (step.displaces !== null) displaced.set(start.id, step.displaces);
  const waiting = [...placed, ...of(moves, 'defer').map(({ start }) => start)];
  const cancelling = of(moves, 'cancel').map(({ start }) => start);
  const replaced = [...waiting, ...cancelling].flatMap(({ id }) => displaced.get(id) ?? []);
  await refuse(admission, { waiting, skipped: of(moves, 'skip').map(({ start }) => start), replaced });
  await makeDue(
    admission.db,
    of(moves, 'wake').map(({ start }) => start.id),
    optionsOf(admission),
  );
}

/** Makes `busy` name these where it names nothing, themselves, or what is over; answers how many it names now. */
async function take(admission: Admission, starts: Start[], over: string[]): Promise<number> {
  if (starts.length === 0) return 0;
  const ids = starts.map(({ id }) => id);
  const names = new Map(starts.map(({ id, timer }) => [timer.uid, id]));
  const group = {
    filter: { ...seatsOf(starts), busy: { $in: [null, ...ids, ...over] } },
    update: [
      { $set: { busy: valueOf('$uid', names) } },
      { $set: { buffered: { $cond: [{ $eq: ['$buffered', '$busy'] }, null, '$buffered'] } } },
    ],
  };
  return updateGroups(admission.db.timers, [group], optionsOf(admission));
}

type Place = Extract<Step, { kind: 'place' }>;

/** Makes `buffered` name these; answers them when all of them came through, else the next look tells. */
async function place(admission: Admission, places: { start: Start; step: Place }[]): Promise<Start[]> {
  if (places.length === 0) return [];
  const starts = places.map(({ start }) => start);
  const names = new Map(starts.map(({ id, timer }) => [timer.uid, id]));
  const group = {
    filter: {
      ...seatsOf(starts),
      busy: { $in: places.map(({ step }) => step.behind) },
      buffered: { $in: [null, ...places.flatMap(({ step }) => step.from ?? [])] },
    },
    update: [{ $set: { buffered: valueOf('$uid', names) } }],
  };
  const matched = await updateGroups(admission.db.timers, [group], optionsOf(admission));
  return matched === starts.length ? starts : [];
}

/** An older one that is under way is told to stop; one that only waits ends here. */
async function cancel(admission: Admission, moves: Move[]): Promise<void> {
  const ids = moves.flatMap(({ step }) => ('cancels' in step ? (step.cancels ?? []) : []));
  if (ids.length === 0) return;
  const isUnderWay = { $in: ['$state', ['running', 'awaiting-ack']] };
  const end = Object.entries({ state: 'aborted', ...refusedBy(admission.by) });
  const ended = end.map(([field, value]) => [
    field,
    { $cond: [isUnderWay, `$${field}`, { $literal: value }] },
  ]);
  const abort = { $or: ['$abort', isUnderWay] };
  const update: Document[] = [{ $set: Object.fromEntries([...ended, ['abort', abort]]) as Document }];
  const filter = { _id: { $in: ids }, state: { $in: [...openStates] } };
  await updateGroups(admission.db.executions, [{ filter, update }], optionsOf(admission));
}

interface Refusal {
  waiting: Start[];
  skipped: Start[];
  /** Ids of those that waited and make room for a newer one. */
  replaced: string[];
}

async function refuse(admission: Admission, { waiting, skipped, replaced }: Refusal): Promise<void> {
  const { db, by } = admission;
  const end = { state: 'skipped', ...refusedBy(by) } as const;
  const groups = [
    ...updatesOfClaimed(waiting, ({ recheckAt }) => ({
      $set: { state: 'deferred', reason: 'overlap', holder: null, wakeAt: recheckAt },
    })),
    ...updatesOfClaimed(skipped, () => ({ $set: end })),
    ...(replaced.length === 0
      ? []
      : [
          {
            filter: { _id: { $in: replaced }, state: { $in: ['claimed', 'deferred', 'retrying'] } } as const,
            update: { $set: end },
          },
        ]),
  ];
  await updateGroups(db.executions, groups, optionsOf(admission));
  if (skipped.length > 0) await closeAfter(admission, skipped);
}

/** A timer may have waited for nothing but the one that is left out. */
async function closeAfter({ db, by, session, patience }: Admission, skipped: Start[]): Promise<void> {
  const finished = await db.timers
    .find(
      { ...seatsOf(skipped), state: 'active', next: null },
      { session, maxTimeMS: patience.leftMs(), projection: { uid: 1, stamp: 1 }, ...wholeBatch },
    )
    .toArray();
  await closeIdle(db, finished, by);
}

function refusedBy({ now, expireAt }: Runner) {
  return { reason: 'overlap', holder: null, settledAt: now, wakeAt: expireAt };
}

function seatsOf(starts: Start[]) {
  return {
    _id: { $in: starts.map(({ timer }) => timerRowId(timer)) },
    uid: { $in: starts.map(({ timer }) => timer.uid) },
  };
}

function optionsOf({ session, patience }: Admission): { session: ClientSession; maxTimeMS: number } {
  return { session, maxTimeMS: patience.leftMs() };
}

function of<Kind extends Step['kind']>(moves: Move[], kind: Kind) {
  return moves.flatMap(({ start, step }) =>
    step.kind === kind ? [{ start, step: step as Extract<Step, { kind: Kind }> }] : [],
  );
}
