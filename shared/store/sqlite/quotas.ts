/** QuotaStore on SQLite. The embedded store's clock is the local one. */
import { idleBucketMs, type QuotaStore, type TokenAsk, type TokenGrant } from '../quotas.js';
import type { Database } from './database.js';

/** Buckets that are forgotten at most with one call. */
const sweepRows = 10;

export class SqliteQuotas implements QuotaStore {
  readonly #db: Database;
  readonly #wallClock: () => number;

  constructor(db: Database, wallClock: () => number) {
    this.#db = db;
    this.#wallClock = wallClock;
  }

  take(asks: readonly TokenAsk[]): Promise<TokenGrant[]> {
    return this.#db.write(() => {
      const now = this.#wallClock();
      const sweep = `DELETE FROM rateBuckets WHERE namespace IN (
        SELECT namespace FROM rateBuckets WHERE at < ? ORDER BY at LIMIT ${sweepRows})`;
      this.#db.sql(sweep).run(now - idleBucketMs);
      return asks.map((ask) => this.#take(ask, now));
    });
  }

  #take({ namespace, want, perSecond, burst }: TokenAsk, now: number): TokenGrant {
    const read = this.#db.sql('SELECT level, at FROM rateBuckets WHERE namespace = ?');
    const bucket = read.get(namespace) as { level: number; at: number } | undefined;
    const gained = bucket ? (Math.max(0, now - bucket.at) * perSecond) / 1_000 : 0;
    const filled = Math.min(burst, (bucket?.level ?? burst) + gained);
    const granted = Math.min(want, Math.floor(filled));
    const level = Math.min(burst, filled - granted);
    this.#db
      .sql(
        `INSERT INTO rateBuckets (namespace, level, at) VALUES (?, ?, ?)
         ON CONFLICT (namespace) DO UPDATE SET level = excluded.level, at = excluded.at`,
      )
      .run(namespace, level, now);
    return { granted, level };
  }

  countOpen(namespace: string, limit: number): Promise<number> {
    const text = `SELECT min(ifnull(sum(count), 0), ?) AS count FROM timerCounts
      WHERE namespace = ? AND state IN ('active','paused')`;
    return this.#db.read(() => (this.#db.sql(text).get(limit, namespace) as { count: number }).count);
  }
}
