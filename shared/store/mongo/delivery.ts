/** What the worker reads and writes before a call; what follows it is in settling.ts. */
import type { ClientSession } from 'mongodb';
import { groupBy } from '../../base/grouping.js';
import type { Definition } from '../../timers/timer.js';
import {
  type Deferral,
  type DefinitionRef,
  definitionKey,
  type DeliveryStore,
  type Start,
} from '../store.js';
import { updateGroups } from './batches.js';
import { type Database, wholeBatch } from './database.js';
import { within } from './deadline.js';
import { isAway, isTimeLimit } from './errors.js';
import { timerRowId } from './rows.js';
import { settle } from './settling.js';

/** One try of a start: the server's limit lies below ours, so that it is over there when we stop waiting. */
const startLimitMs = 950;
const serverLimitMs = 800;

export function deliveryStore(db: Database): DeliveryStore {
  return {
    start: (starts, runner) => start(db, starts, runner),
    defer: (deferrals) => defer(db, deferrals),
    settle: (settlements) => settle(db, settlements),
    definitions: (refs) => definitions(db, refs),
  };
}

/** An unknown answer is asked for once more: what the first try won, the second one finds. */
async function start(db: Database, starts: Start[], runner: string): Promise<Set<string>> {
  if (starts.length === 0) return new Set();
  const tryOnce = (): Promise<Set<string>> => within(startLimitMs, startOnce(db, starts, runner));
  try {
    return await tryOnce();
  } catch (error) {
    if (!isAway(error) && !isTimeLimit(error)) throw error;
    return await tryOnce();
  }
}

/**
 * As many matched as were sent: all won. Else one read tells, for a winner is one that runs this attempt of this claim by
 * this runner, whichever try made it so.
 */
function startOnce(db: Database, starts: Start[], runner: string): Promise<Set<string>> {
  const keyOf = ({ generation, claim, attempt, until }: Start) =>
    JSON.stringify([generation, claim, attempt, until]);
  const groups = [...groupBy(starts, keyOf).values()].map((group) => {
    const { generation, claim, attempt, until } = group[0]!;
    return {
      filter: {
        _id: { $in: group.map(({ id }) => id) },
        state: 'claimed',
        generation,
        claim,
        attempt,
      } as const,
      update: { $set: { state: 'running', holder: runner, attempt: attempt + 1, wakeAt: until } as const },
    };
  });
  return db.client.withSession(async (session) => {
    const matched = await updateGroups(db.executions, groups, { session, maxTimeMS: serverLimitMs });
    if (matched === starts.length) return new Set(starts.map(({ id }) => id));
    return readStarted(db, starts, { runner, session });
  });
}

async function readStarted(
  db: Database,
  starts: Start[],
  { runner, session }: { runner: string; session: ClientSession },
): Promise<Set<string>> {
  const wanted = new Map(starts.map((wish) => [wish.id, wish]));
  const rows = await db.executions
    .find(
      { _id: { $in: [...wanted.keys()] }, state: 'running', holder: runner },
      { session, maxTimeMS: serverLimitMs, ...wholeBatch },
    )
    .toArray();
  const won = rows.filter(({ _id, generation, claim, attempt }) => {
    const wish = wanted.get(_id)!;
    return generation === wish.generation && claim === wish.claim && attempt === wish.attempt + 1;
  });
  return new Set(won.map(({ _id }) => _id));
}

async function defer(db: Database, deferrals: Deferral[]): Promise<void> {
  const keyOf = ({ generation, claim, until, reason }: Deferral): string =>
    JSON.stringify([generation, claim, until, reason]);
  const groups = [...groupBy(deferrals, keyOf).values()].map((group) => {
    const { generation, claim, until, reason } = group[0]!;
    return {
      filter: { _id: { $in: group.map(({ id }) => id) }, state: 'claimed', generation, claim } as const,
      update: {
        $set: { state: 'deferred', reason, holder: null, wakeAt: until } as const,
        $inc: { deferrals: 1 },
      },
    };
  });
  await updateGroups(db.executions, groups);
}

/** The row first, then the history: a change between the two reads moves a definition the same way. */
async function definitions(db: Database, refs: DefinitionRef[]): Promise<Map<string, Definition>> {
  const found = new Map<string, Definition>();
  const ids = refs.map(timerRowId);
  const rows = await db.timers
    .find({ _id: { $in: ids } }, { projection: { uid: 1, definition: 1 }, ...wholeBatch })
    .toArray();
  for (const { uid, definition } of rows) found.set(definitionKey({ uid, ...definition }), definition);
  const missing = refs.map(definitionKey).filter((key) => !found.has(key));
  const retired =
    missing.length > 0 ? await db.definitions.find({ _id: { $in: missing } }, wholeBatch).toArray() : [];
  for (const { _id, definition } of retired) found.set(_id, definition);
  return new Map(
    refs.map(definitionKey).flatMap((key) => (found.has(key) ? [[key, found.get(key)!] as const] : [])),
  );
}
