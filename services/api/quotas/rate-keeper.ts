/**
 * How many requests a namespace may still make, whichever process they reach. Each process takes tokens from the bucket in
 * the store in chunks of a quarter of a second, the next one while it still spends the last; a token that was taken is spent
 * once or given back, so that together they never admit more than the bucket had. A request waits for the store only
 * where the chunk ran out before the next was there: one round trip. Who is refused does not wait.
 */
import { Batcher } from '../../../shared/base/batcher.js';
import type { Clock } from '../../../shared/base/clock.js';
import { Loop } from '../../../shared/base/loop.js';
import type { QuotaStore, TokenAsk, TokenGrant } from '../../../shared/store/quotas.js';
import type { Logger } from '../../../shared/telemetry/logger.js';
import type { RateLimit } from './limits.js';

const chunksPerSecond = 4;
/** A bucket that was empty is not asked again sooner. */
const shortestPauseMs = 50;
const idleMs = 2_000;
const mostPurses = 10_000;

/** The tokens that this process has of one namespace. */
interface Purse {
  tokens: number;
  /** What the bucket had left when it was asked last. */
  level: number;
  /** True where the bucket could not give what was asked. */
  dry: boolean;
  /** Monotonic: when a dry bucket has a token again. */
  askAt: number;
  waiting: number;
  look: Promise<void> | null;
  limit: RateLimit;
  usedAt: number;
}

/** What came of a request, and what its answer tells. */
export interface Standing {
  admitted: boolean;
  /** Requests that may still come at once, as far as this process knows. */
  remaining: number;
  /** Until all of `burst` may, seconds. */
  fullAfterSeconds: number;
  /** Until the next one may, seconds; of one that was refused. */
  retryAfterSeconds: number;
}

export class RateKeeper extends Loop {
  readonly #clock: Clock;
  readonly #purses = new Map<string, Purse>();
  readonly #takes: Batcher<TokenAsk, TokenGrant>;

  constructor({ quotas, clock, log }: { quotas: QuotaStore; clock: Clock; log: Logger }) {
    super({
      clock,
      periodMs: idleMs,
      run: () => this.#giveBack(clock.monotonic() - idleMs),
      log,
      failure: 'tokens that are not used cannot be given back now',
    });
    this.#clock = clock;
    this.#takes = new Batcher({ run: (asks) => quotas.take(asks), maxItems: 1_000, concurrency: 2 });
  }

  override async stop(): Promise<void> {
    await super.stop();
    // The store may be away already; they are a quarter of a second's worth.
    await this.#giveBack(Infinity).catch(() => undefined);
  }

  /** Counts one request. A promise only where the store has to be asked, which rejects with what the store rejects with. */
  admit(namespace: string, limit: RateLimit): Standing | Promise<Standing> {
    const purse = this.#purseOf(namespace, limit);
    const now = this.#clock.monotonic();
    purse.usedAt = now;
    if (purse.tokens < chunkOf(limit) / 2 && mayAsk(purse, now))
      this.#refill(namespace, purse).catch(() => undefined);
    if (purse.tokens >= 1) return spend(purse);
    if (purse.look) return this.#wait(namespace, purse);
    return this.#refused(purse);
  }

  async #wait(namespace: string, purse: Purse): Promise<Standing> {
    purse.waiting++;
    try {
      do {
        await (purse.look ?? this.#refill(namespace, purse));
        if (purse.tokens >= 1) return spend(purse);
      } while (!purse.dry);
      return this.#refused(purse);
    } finally {
      purse.waiting--;
    }
  }

  #refused(purse: Purse): Standing {
    const waitMs = Math.max(0, purse.askAt - this.#clock.monotonic());
    return {
      ...standingOf(purse),
      admitted: false,
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
    };
  }

  #refill(namespace: string, purse: Purse): Promise<void> {
    const { perSecond, burst } = purse.limit;
    const want = Math.ceil(chunkOf(purse.limit) + purse.waiting - purse.tokens);
    const look = this.#takes
      .add({ namespace, want, perSecond, burst })
      .then(({ granted, level }) => {
        purse.tokens += granted;
        purse.level = level;
        purse.dry = granted < want;
        const nextMs = ((1 - (level % 1)) * 1_000) / perSecond;
        purse.askAt = this.#clock.monotonic() + Math.max(shortestPauseMs, nextMs);
      })
      .finally(() => (purse.look = null));
    purse.look = look;
    return look;
  }

  #purseOf(namespace: string, limit: RateLimit): Purse {
    const known = this.#purses.get(namespace);
    if (known) {
      known.limit = limit;
      return known;
    }
    const purse: Purse = {
      ...{ tokens: 0, level: 0, dry: false, askAt: 0, waiting: 0, look: null, limit },
      usedAt: this.#clock.monotonic(),
    };
    const [oldest] = this.#purses.keys();
    if (this.#purses.size >= mostPurses && oldest !== undefined) this.#purses.delete(oldest);
    this.#purses.set(namespace, purse);
    return purse;
  }

  /** What has lain unused since before `usedBefore` goes back, for others to take. */
  async #giveBack(usedBefore: number): Promise<void> {
    const idle = [...this.#purses].filter(([, { usedAt, look }]) => usedAt <= usedBefore && !look);
    for (const [namespace] of idle) this.#purses.delete(namespace);
    await Promise.all(
      idle
        .filter(([, { tokens }]) => tokens > 0)
        .map(([namespace, { tokens, limit }]) => this.#takes.add({ namespace, want: -tokens, ...limit })),
    );
  }
}

function chunkOf({ perSecond, burst }: RateLimit): number {
  return Math.min(burst, Math.max(1, Math.ceil(perSecond / chunksPerSecond)));
}

function mayAsk({ look, dry, askAt }: Purse, now: number): boolean {
  return !look && (!dry || now >= askAt);
}

function spend(purse: Purse): Standing {
  purse.tokens--;
  return { ...standingOf(purse), admitted: true, retryAfterSeconds: 0 };
}

function standingOf({
  tokens,
  level,
  limit: { perSecond, burst },
}: Purse): Omit<Standing, 'admitted' | 'retryAfterSeconds'> {
  const remaining = Math.min(burst, Math.max(0, Math.floor(tokens + level)));
  return { remaining, fullAfterSeconds: Math.ceil((burst - remaining) / perSecond) };
}
