/**
 * PORT: what all processes of the API together let a namespace use. A bucket of tokens for each, filled by the store's own
 * clock: what is taken is gone for every process, so that together they never spend more than the bucket has.
 */

/** A bucket that nobody has touched for so long is full again whatever its rate, and may go. */
export const idleBucketMs = 14 * 86_400_000;

export interface QuotaStore {
  /**
   * Takes as many whole tokens as there are, each ask up to `want`; a negative `want` gives some back. Answers in order. Not
   * safe to repeat: a repeat takes again. A bucket that was never asked for is full.
   */
  take(asks: readonly TokenAsk[]): Promise<TokenGrant[]>;
  /** How many timers of the namespace are open (active or paused), `limit` at most. */
  countOpen(namespace: string, limit: number): Promise<number>;
}

export interface TokenAsk {
  namespace: string;
  /** A whole number. */
  want: number;
  perSecond: number;
  /** The most that the bucket holds. */
  burst: number;
}

export interface TokenGrant {
  granted: number;
  /** What is left in the bucket, with fractions of a token. */
  level: number;
}
