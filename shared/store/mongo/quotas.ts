/** QuotaStore on MongoDB: one document a bucket, which the server fills and empties in one update by its own clock. */
import type { Document } from 'mongodb';
import type { QuotaStore, TokenAsk, TokenGrant } from '../quotas.js';
import type { Database } from './database.js';
import { isDuplicateKey } from './errors.js';

const countLimitMs = 3_000;

export function quotaStore(db: Database): QuotaStore {
  return {
    take: (asks) => Promise.all(asks.map((ask) => takeFrom(db, ask))),
    countOpen: (namespace, limit) =>
      db.timers.countDocuments(
        { namespace, state: { $in: ['active', 'paused'] } },
        { limit, maxTimeMS: countLimitMs },
      ),
  };
}

async function takeFrom(db: Database, ask: TokenAsk): Promise<TokenGrant> {
  const take = () =>
    db.buckets.findOneAndUpdate({ _id: ask.namespace }, updateOf(ask), {
      upsert: true,
      returnDocument: 'after',
    });
  try {
    const { granted, level } = (await take())!;
    return { granted, level };
  } catch (error) {
    // Two made the bucket at once: now it is there.
    if (!isDuplicateKey(error)) throw error;
    const { granted, level } = (await take())!;
    return { granted, level };
  }
}

function updateOf({ want, perSecond, burst }: TokenAsk): Document[] {
  const sinceMs = { $max: [0, { $subtract: ['$$NOW', { $ifNull: ['$at', '$$NOW'] }] }] };
  const gained = { $divide: [{ $multiply: [sinceMs, perSecond] }, 1_000] };
  const filled = { $min: [burst, { $add: [{ $ifNull: ['$level', burst] }, gained] }] };
  return [
    { $set: { level: filled, at: '$$NOW' } },
    { $set: { granted: { $min: [want, { $floor: '$level' }] } } },
    { $set: { level: { $min: [burst, { $subtract: ['$level', '$granted'] }] } } },
  ];
}
