/**
 * From an older layout of the rows to the present one. Every step looks for what has not been done yet, so that it may
 * be broken off and repeated, and done by several processes at once. No process of an older version may still run.
 *
 * Layout 2: misfires, overlap, pauses, manual runs and test clocks. Layout 3: the host of each timer's target, and what
 * became of each execution's newest attempt.
 */
import type { Collection, Document, Filter } from 'mongodb';
import type { Definition } from '../../timers/timer.js';
import type { Database } from './database.js';
import { markOfNext, stampWith } from './rows.js';

/** Of the shapes in rows.ts. */
export const layout = 3;

/** What every definition of layout 1 meant. */
const meant: Pick<Definition, 'misfire' | 'overlap'> = {
  misfire: { policy: 'latest', windowMs: 3_600_000, max: 1_000 },
  overlap: 'allowAll',
};

/** So many rows are changed at a time: each call has to be over within the limits of the connection. */
const stride = 5_000;

/** False where nobody knows the way. */
export async function upgrade(db: Database, from: number): Promise<boolean> {
  if (from === layout) return true;
  if (from !== 1 && from !== 2) return false;
  if (from === 1) await toLayout2(db);
  await toLayout3(db);
  return true;
}

async function toLayout2(db: Database): Promise<void> {
  const definition = { 'definition.misfire': meant.misfire, 'definition.overlap': meant.overlap };
  await changeAll(db.timers, { manualRuns: { $exists: false } }, [
    { $set: { ...definition, manualRuns: 0, pause: null, busy: null, buffered: null } },
    { $set: { stamp: stampWith(markOfNext) } },
  ]);
  await changeAll(db.definitions, { 'definition.overlap': { $exists: false } }, [{ $set: definition }]);
  await changeAll(db.executions, { held: { $exists: false } }, [
    { $set: { held: false, abort: false, covers: null, clockOffsetMs: 0 } },
  ]);
  await db.meta.updateOne({ _id: 'store', layout: 1 }, { $set: { layout: 2 } });
}

async function toLayout3(db: Database): Promise<void> {
  await changeAll(db.timers, { host: { $exists: false } }, [
    { $set: { host: hostWithin('$definition.target.url') } },
  ]);
  await changeAll(db.executions, { outcome: { $exists: false } }, [
    {
      $set: { outcome: { $cond: [{ $in: ['$state', ['succeeded', 'failed', 'aborted']] }, '$state', null] } },
    },
  ]);
  await db.meta.updateOne({ _id: 'store', layout: 2 }, { $set: { layout: 3 } });
}

/** Host and port of a URL without user, in lower case and without the port of its scheme. */
function hostWithin(url: string): Document {
  const parts = {
    $regexFind: {
      input: { $toLower: url },
      regex: /^(?:https:\/\/([^/?]*?)(?::443)?|http:\/\/([^/?]*?)(?::80)?)(?:[/?]|$)/,
    },
  };
  return {
    $let: {
      vars: { parts },
      in: { $ifNull: [{ $first: '$$parts.captures' }, { $arrayElemAt: ['$$parts.captures', 1] }, ''] },
    },
  };
}

/** Range by range in the order of `_id`. */
async function changeAll<Row extends { _id: string }>(
  collection: Collection<Row>,
  undone: Filter<Row>,
  update: Document[],
): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined;) {
    const upTo: string | undefined = await lastOfRange(collection, after);
    const _id = upTo === undefined ? { $gt: after } : { $gt: after, $lte: upTo };
    await collection.updateMany({ ...undone, _id }, update);
    after = upTo;
  }
}

async function lastOfRange<Row extends { _id: string }>(
  collection: Collection<Row>,
  after: string,
): Promise<string | undefined> {
  const row = await collection.findOne({ _id: { $gt: after } } as Filter<Row>, {
    sort: { _id: 1 },
    skip: stride - 1,
    projection: { _id: 1 },
  });
  return row?._id;
}
