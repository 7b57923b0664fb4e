/**
 * How many open timers a namespace has, for those that may have only so many. Namespaces without that limit cost nothing. What
 * this process creates it knows at once; what others create, and what has ended, it learns by counting in the store:
 * while timers are created, but no more than a twentieth of the time, and anew before it refuses one. So several processes
 * together may exceed the limit by what they create between two counts, one process alone never; and what is being written
 * while it counts may for a moment be taken for two.
 */
import type { Clock } from '../../../shared/base/clock.js';
import type { QuotaStore } from '../../../shared/store/quotas.js';
import { Problem } from '../plugins/problems.js';
import type { QuotaBook } from './quota-book.js';

/** A count is good for so long at least, and for twenty times as long as it took. */
const goodMs = 1_000;
const shareOfTime = 20;
/** Who is refused counts anew, but not more often than this. */
const recountMs = 100;
const mostTallies = 10_000;
const retryAfterSeconds = '10';

interface Tally {
  /** By the store, at some time between `countedAt` and then. */
  counted: number;
  /** Monotonic time at which that count began; -Infinity before the first. */
  countedAt: number;
  goodUntil: number;
  /** Created by this process since that count began. */
  created: number;
  /** Being written by this process. */
  writing: number;
  counting: Promise<void> | null;
}

/** A place for one timer; to be told whether it was taken. */
export interface Place {
  settle(created: boolean): void;
}

export class TimerQuota {
  readonly #quotas: Pick<QuotaStore, 'countOpen'>;
  readonly #book: Pick<QuotaBook, 'of'>;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #tallies = new Map<string, Tally>();

  constructor(parts: {
    quotas: Pick<QuotaStore, 'countOpen'>;
    book: Pick<QuotaBook, 'of'>;
    clock: Pick<Clock, 'monotonic'>;
  }) {
    this.#quotas = parts.quotas;
    this.#book = parts.book;
    this.#clock = parts.clock;
  }

  /** The limit of a namespace; null for none. */
  limitOf(namespace: string): number | null {
    return this.#book.of(namespace).limits.maxActiveTimers;
  }

  /** Keeps a place for a timer that is to be created; null where all are taken. */
  async reserve(namespace: string, limit: number): Promise<Place | null> {
    const tally = this.#tallyOf(namespace);
    const now = this.#clock.monotonic();
    if (now >= tally.goodUntil) {
      const counting = this.#count(namespace, tally);
      if (tally.countedAt === -Infinity) await counting;
      else counting.catch(() => undefined);
    }
    if (isFull(tally, limit) && now >= tally.countedAt + recountMs) await this.#count(namespace, tally);
    return isFull(tally, limit) ? null : placeIn(tally);
  }

  /** Whether all places are taken, as far as this process knows; where that is old, it is counted for the next one. */
  isFull(namespace: string): boolean {
    const limit = this.limitOf(namespace);
    if (limit === null) return false;
    const tally = this.#tallyOf(namespace);
    if (this.#clock.monotonic() >= tally.goodUntil) this.#count(namespace, tally).catch(() => undefined);
    return isFull(tally, limit);
  }

  #tallyOf(namespace: string): Tally {
    const known = this.#tallies.get(namespace);
    if (known) return known;
    const tally: Tally = {
      ...{ counted: 0, countedAt: -Infinity, goodUntil: -Infinity },
      ...{ created: 0, writing: 0, counting: null },
    };
    const [oldest] = this.#tallies.keys();
    if (this.#tallies.size >= mostTallies && oldest !== undefined) this.#tallies.delete(oldest);
    this.#tallies.set(namespace, tally);
    return tally;
  }

  #count(namespace: string, tally: Tally): Promise<void> {
    tally.counting ??= this.#countNow(namespace, tally).finally(() => (tally.counting = null));
    return tally.counting;
  }

  async #countNow(namespace: string, tally: Tally): Promise<void> {
    const limit = this.limitOf(namespace) ?? 0;
    const begun = this.#clock.monotonic();
    const before = tally.created;
    const counted = await this.#quotas.countOpen(namespace, limit);
    const now = this.#clock.monotonic();
    tally.counted = counted;
    tally.created -= before;
    tally.countedAt = begun;
    tally.goodUntil = now + Math.max(goodMs, shareOfTime * (now - begun));
  }
}

/** The problem of one too many. */
export function quotaExceeded(namespace: string, limit: number): Problem {
  return new Problem(
    'quota-exceeded',
    `the namespace "${namespace}" may have ${limit} timers that are not closed, and has them; cancel some, or ask for more`,
    { headers: { 'retry-after': retryAfterSeconds } },
  );
}

function isFull({ counted, created, writing }: Tally, limit: number): boolean {
  return counted + created + writing >= limit;
}

function placeIn(tally: Tally): Place {
  tally.writing++;
  return {
    settle(created) {
      tally.writing--;
      if (created) tally.created++;
    },
  };
}
