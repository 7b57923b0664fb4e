/** What the worker reads and writes around a call: starts are in starting.ts, settles in settling.ts. */
import { groupBy } from '../../base/grouping.js';
import type { Definition } from '../../timers/timer.js';
import { type Deferral, type DefinitionRef, definitionKey, type DeliveryStore } from '../store.js';
import { updateGroups } from './batches.js';
import { type Database, wholeBatch } from './database.js';
import { timerRowId } from './rows.js';
import { settle } from './settling.js';
import { start } from './starting.js';

export function deliveryStore(db: Database): DeliveryStore {
  return {
    start: (starts, by) => start(db, starts, by),
    aborts: (runner) => aborts(db, runner),
    defer: (deferrals) => defer(db, deferrals),
    settle: (settlements) => settle(db, settlements),
    definitions: (refs) => definitions(db, refs),
  };
}

/** The index { state, wakeAt, shard, holder } finds what it runs, a few hundred at most. */
async function aborts(db: Database, runner: string): Promise<string[]> {
  const rows = await db.executions
    .find({ state: 'running', holder: runner, abort: true }, { projection: { _id: 1 }, ...wholeBatch })
    .toArray();
  return rows.map(({ _id }) => _id);
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
