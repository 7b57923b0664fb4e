/**
 * Starting: a compare-and-set on each execution, in groups. Those whose timer lets any number run at a time are started
 * by that alone; the others are admitted first (admission.ts), beside them, so that nobody waits for their sake.
 */
import type { ClientSession } from 'mongodb';
import { CarillonError } from '../../base/errors.js';
import type { Runner, Start, Started } from '../store.js';
import { admitted } from './admission.js';
import { updateGroups } from './batches.js';
import { updatesOfClaimed } from './claimed.js';
import { type Database, wholeBatch } from './database.js';
import { within } from './deadline.js';
import { isAway, isTimeLimit } from './errors.js';
import type { ExecutionRow } from './rows.js';
import { Patience } from './transactions.js';

/** One try of a start: the server's limit lies below ours, so that it is over there when we stop waiting. */
const startLimitMs = 950;
const serverLimitMs = 800;

interface Try {
  session: ClientSession;
  patience: Patience;
}

/** An unknown answer is asked for once more: what the first try won, the second one finds. */
export async function start(db: Database, starts: Start[], by: Runner): Promise<Started> {
  const tryOnce = (): Promise<Started> => within(startLimitMs, inTime(startOnce(db, starts, by)));
  try {
    return await tryOnce();
  } catch (error) {
    if (!isAway(error)) throw error;
    return await tryOnce();
  }
}

/** A server that is too slow is as good as away: the same start may well be asked for again. */
async function inTime(answer: Promise<Started>): Promise<Started> {
  try {
    return await answer;
  } catch (error) {
    if (!isTimeLimit(error)) throw error;
    throw new CarillonError('store-unavailable', 'MongoDB took too long over a start', { cause: error });
  }
}

async function startOnce(db: Database, starts: Start[], by: Runner): Promise<Started> {
  const patience = new Patience(serverLimitMs);
  const free = starts.filter(({ overlap }) => overlap === 'allowAll');
  const bound = starts.filter(({ overlap }) => overlap !== 'allowAll');
  const [one, other] = await Promise.all([
    inSession(db, free, (session) => run(db, { starts: free, all: free, by }, { session, patience })),
    inSession(db, bound, async (session) => {
      const allowed = await admitted({ db, by, session, patience }, bound);
      return run(db, { starts: allowed, all: bound, by }, { session, patience });
    }),
  ]);
  return {
    won: new Map([...one.won, ...other.won]),
    refused: new Set([...one.refused, ...other.refused]),
  };
}

async function inSession(
  db: Database,
  starts: Start[],
  work: (session: ClientSession) => Promise<Started>,
): Promise<Started> {
  return starts.length > 0 ? db.client.withSession(work) : { won: new Map(), refused: new Set() };
}

interface Running {
  /** Those that may run. */
  starts: Start[];
  /** Those that are asked about. */
  all: Start[];
  by: Runner;
}

/** As many matched as were asked about: all won. Else one read tells. */
async function run(db: Database, { starts, all, by }: Running, { session, patience }: Try): Promise<Started> {
  const groups = updatesOfClaimed(starts, ({ attempt, until }) => ({
    $set: { state: 'running', holder: by.incarnation, attempt: attempt + 1, wakeAt: until },
  }));
  const matched = await updateGroups(db.executions, groups, { session, maxTimeMS: patience.leftMs() });
  if (matched === all.length)
    return { won: new Map(all.map(({ id, until }) => [id, until])), refused: new Set() };
  const rows = await db.executions
    .find(
      { _id: { $in: all.map(({ id }) => id) } },
      {
        session,
        maxTimeMS: patience.leftMs(),
        projection: { state: 1, reason: 1, holder: 1, generation: 1, claim: 1, attempt: 1, wakeAt: 1 },
        ...wholeBatch,
      },
    )
    .toArray();
  const asked = new Map(all.map((wish) => [wish.id, wish]));
  const won = rows.filter((row) => isWon(asked.get(row._id)!, row, by));
  const refused = rows.filter((row) => isRefused(asked.get(row._id)!, row));
  return {
    won: new Map(won.map(({ _id, wakeAt }) => [_id, wakeAt])),
    refused: new Set(refused.map(({ _id }) => _id)),
  };
}

/** A winner is one that runs this attempt of this claim by this runner, whichever try made it so. */
function isWon(wish: Start, row: ExecutionRow, { incarnation }: Runner): boolean {
  return (
    row.state === 'running' &&
    row.holder === incarnation &&
    isOfClaim(wish, row) &&
    row.attempt === wish.attempt + 1
  );
}

function isRefused(wish: Start, row: ExecutionRow): boolean {
  const isOut = row.state === 'skipped' || row.state === 'deferred';
  return isOut && row.reason === 'overlap' && isOfClaim(wish, row) && row.attempt === wish.attempt;
}

function isOfClaim({ generation, claim }: Start, row: ExecutionRow): boolean {
  return row.generation === generation && row.claim === claim;
}
