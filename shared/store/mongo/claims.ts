/**
 * Claiming: the executions appear and the timers move on, in one transaction, or nothing happens. Everything is
 * acknowledged by a majority with journal here too: in batches it costs next to nothing, and no claim is undone by a
 * failover.
 */
import type { ClientSession } from 'mongodb';
import { groupBy } from '../../base/grouping.js';
import type { Claim, ScheduleStore } from '../store.js';
import { type GroupUpdate, insertNew, updateGroups } from './batches.js';
import { type Database, wholeBatch } from './database.js';
import { instantMark, stampOf, timerRowId, type TimerRow, toExecutionRow } from './rows.js';
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
  const ids = claims.map(({ execution }) => execution.id);
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
  const fresh = claims.filter(({ execution }) => !existed.has(execution.id));
  const rows = fresh.map(({ execution }) => toExecutionRow(execution));
  const duplicates = await insertNew(db.executions, rows, { session });
  if (duplicates.size > 0) return { commit: false, reply: 'duplicate' };
  return { commit: true, reply: { existed } };
}

/** Timers that move to the same next occurrence go together; a run is counted only where its execution is new. */
function advances(claims: Claim[], existed: Set<string>): GroupUpdate<TimerRow>[] {
  const isFresh = ({ execution }: Claim): boolean => !existed.has(execution.id);
  const groups = groupBy(claims, (claim) => JSON.stringify([isFresh(claim), claim.next, claim.wakeAt]));
  return [...groups.values()].map((group) => advance(group, isFresh(group[0]!)));
}

function advance(group: Claim[], isFresh: boolean): GroupUpdate<TimerRow> {
  const { next, wakeAt } = group[0]!;
  return {
    filter: {
      _id: { $in: group.map(({ timer }) => timerRowId(timer)) },
      stamp: { $in: group.map(({ timer }) => stampOf(timer)) },
      state: 'active',
    },
    update: [
      {
        $set: {
          next: { $literal: next },
          lastScheduledFor: '$next.scheduledFor',
          runs: { $add: ['$runs', isFresh ? 1 : 0] },
          wakeAt,
          stamp: { $concat: ['$uid', '.', { $toString: '$generation' }, '.', instantMark(next)] },
        },
      },
    ],
  };
}
