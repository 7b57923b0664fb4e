/**
 * Claiming: the executions appear and the timers move on, in one transaction, or nothing happens. Everything is
 * acknowledged by a majority with journal here too: in batches it costs next to nothing, and no claim is undone by a
 * failover.
 */
import type { ClientSession, Document } from 'mongodb';
import { groupBy } from '../../base/grouping.js';
import type { Execution } from '../../timers/execution.js';
import type { Claim, ScheduleStore } from '../store.js';
import { type GroupUpdate, insertNew, updateGroups } from './batches.js';
import { type Database, wholeBatch } from './database.js';
import { instantMark, stampOf, stampWith, timerRowId, type TimerRow, toExecutionRow } from './rows.js';
import { type Conclusion, conflict } from './transactions.js';

type Answer = Awaited<ReturnType<ScheduleStore['claim']>>;

interface Transaction {
  db: Database;
  session: ClientSession;
}

export async function claim(db: Database, claims: Claim[]): Promise<Answer> {
  if (claims.length === 0) return { existed: new Set() };
  // An occurrence that was claimed before is rare, and its duplicate key says so: only then is it worth reading.
  const answer = await db.transactions.attempt((session) => write({ db, session }, claims, new Set()));
  if (answer === conflict) return 'conflict';
  return answer === 'duplicate' ? claimAround(db, claims) : answer;
}

/** Claims what is new, and only moves the timer on where the execution exists. */
async function claimAround(db: Database, claims: Claim[]): Promise<Answer> {
  const answer = await db.transactions.attempt(async (session) =>
    write({ db, session }, claims, await readExisting({ db, session }, claims)),
  );
  return answer === conflict || answer === 'duplicate' ? 'conflict' : answer;
}

async function readExisting({ db, session }: Transaction, claims: Claim[]): Promise<Set<string>> {
  const ids = claims.flatMap(({ executions }) => executions.map(({ id }) => id));
  const rows = await db.executions
    .find({ _id: { $in: ids } }, { session, projection: { _id: 1 }, ...wholeBatch })
    .toArray();
  return new Set(rows.map((row) => row._id));
}

async function write(
  { db, session }: Transaction,
  claims: Claim[],
  existed: Set<string>,
): Promise<Conclusion<Answer | 'duplicate'>> {
  const moved = await updateGroups(db.timers, advances(claims, existed), { session });
  if (moved < claims.length) return { commit: false, reply: 'conflict' };
  const rows = claims.flatMap((claim) => freshOf(claim, existed)).map(toExecutionRow);
  const duplicates = await insertNew(db.executions, rows, { session });
  if (duplicates.size > 0) return { commit: false, reply: 'duplicate' };
  return { commit: true, reply: { existed } };
}

function freshOf({ executions }: Claim, existed: Set<string>): Execution[] {
  return executions.filter(({ id }) => !existed.has(id));
}

/** What a claim makes of its timer's row. */
interface Advance extends Pick<Claim, 'next' | 'wakeAt'> {
  runs: number;
  /** `next` stands for the occurrence that the row names, so that timers which part there go together all the same. */
  last: 'next' | number | null;
}

/** Timers that move alike go together; a run is counted only where its execution is new and is to run. */
function advances(claims: Claim[], existed: Set<string>): GroupUpdate<TimerRow>[] {
  const moves = claims.map((claim) => ({ claim, move: advanceOf(claim, existed) }));
  const groups = groupBy(moves, ({ move }) => JSON.stringify(move));
  return [...groups.values()].map((group) => ({
    filter: {
      _id: { $in: group.map(({ claim }) => timerRowId(claim.timer)) },
      stamp: { $in: group.map(({ claim }) => stampOf(claim.timer)) },
      state: 'active',
    },
    update: updateOf(group[0]!.move),
  }));
}

function advanceOf(claim: Claim, existed: Set<string>): Advance {
  const { timer, next, wakeAt } = claim;
  const counted = freshOf(claim, existed).filter(({ state }) => state !== 'skipped');
  const last = counted.at(-1)?.scheduledFor ?? null;
  const isNext = last !== null && last === timer.next?.scheduledFor;
  return { next, wakeAt, runs: counted.length, last: isNext ? 'next' : last };
}

function updateOf({ next, wakeAt, runs, last }: Advance): Document[] {
  const lastScheduledFor = last === 'next' ? '$next.scheduledFor' : (last ?? '$lastScheduledFor');
  return [
    {
      $set: {
        next: { $literal: next },
        lastScheduledFor,
        runs: { $add: ['$runs', runs] },
        wakeAt,
        stamp: stampWith(instantMark(next)),
      },
    },
  ];
}
