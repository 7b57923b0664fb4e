/** How often and when a failed attempt is repeated. Pure. */
import type { Random } from '../base/random.js';

/** What a policy may name in `retryOn`: a whole class of failures, or one HTTP status. */
export const retryClasses = ['network', 'timeout', '3xx', '4xx', '5xx'] as const;
export type RetryClass = (typeof retryClasses)[number];

/** Durations in milliseconds. */
export interface RetryPolicy {
  /** Counts the first attempt; lost attempts do not count. */
  maxAttempts: number;
  /** No attempt starts later than this after `dueAt`; null for no limit. */
  maxAge: number | null;
  backoff: 'fixed' | 'linear' | 'exponential';
  base: number;
  factor: number;
  maxDelay: number;
  jitter: 'none' | 'full';
  retryOn: (RetryClass | number)[];
  /** `fail` gives at-most-once: an attempt whose worker vanished is never repeated. */
  onLost: 'repeat' | 'fail';
}

export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 5,
  maxAge: null,
  backoff: 'exponential',
  base: 1_000,
  factor: 2,
  maxDelay: 3_600_000,
  jitter: 'full',
  retryOn: [...retryClasses],
  onLost: 'repeat',
};

/** A lost attempt is repeated this often, apart from `maxAttempts`. */
export const maxLostAttempts = 3;

/**
 * Wait before the attempt after `failures` failed ones (1 or more), whole milliseconds.
 * fixed: base; linear: base · failures; exponential: base · factor^(failures−1); each at most maxDelay.
 * Full jitter draws uniformly from [0, that], as in AWS Architecture Blog, "Exponential Backoff And Jitter".
 */
export function retryDelayMs(policy: RetryPolicy, failures: number, random: Random): number {
  const full = Math.min(policy.maxDelay, growth(policy, failures));
  return Math.round(policy.jitter === 'full' ? full * random.next() : full);
}

function growth({ backoff, base, factor }: RetryPolicy, failures: number): number {
  switch (backoff) {
    case 'fixed':
      return base;
    case 'linear':
      return base * failures;
    case 'exponential':
      return base * factor ** (failures - 1);
  }
}
