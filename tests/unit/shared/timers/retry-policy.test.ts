import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultRetryPolicy,
  retryDelayMs,
  type RetryPolicy,
} from '../../../../shared/timers/retry-policy.js';
import { seededRandom } from '../../../support/seeded-random.js';

const never = { next: () => Number.NaN };

function setup(changes: Partial<RetryPolicy>) {
  const policy: RetryPolicy = { ...defaultRetryPolicy, jitter: 'none', base: 1_000, ...changes };
  return { waits: [1, 2, 3, 4].map((failures) => retryDelayMs(policy, failures, never)), policy };
}

describe('the wait before a retry', () => {
  it.each([
    ['fixed', 3, [1_000, 1_000, 1_000, 1_000]],
    ['linear', 3, [1_000, 2_000, 3_000, 4_000]],
    ['exponential', 2, [1_000, 2_000, 4_000, 8_000]],
    ['exponential', 3, [1_000, 3_000, 9_000, 27_000]],
  ] as const)('grows as %s with factor %i says', (backoff, factor, expected) => {
    expect(setup({ backoff, factor }).waits).toEqual(expected);
  });

  it('is never longer than the longest allowed', () => {
    expect(setup({ backoff: 'exponential', maxDelay: 3_000 }).waits).toEqual([1_000, 2_000, 3_000, 3_000]);
  });

  it('stays finite after any number of failures', () => {
    const { policy } = setup({ backoff: 'exponential', factor: 10 });
    expect(retryDelayMs(policy, 5_000, never)).toBe(policy.maxDelay);
  });

  it('is drawn from nothing up to the whole under full jitter', () => {
    const { policy } = setup({ backoff: 'fixed', jitter: 'full' });
    expect(retryDelayMs(policy, 1, { next: () => 0 })).toBe(0);
    expect(retryDelayMs(policy, 1, { next: () => 0.25 })).toBe(250);
    expect(retryDelayMs(policy, 1, { next: () => 0.9999 })).toBe(1_000);
  });

  it('is a whole number of milliseconds within its bounds for every policy', () => {
    const policies = fc.record({
      backoff: fc.constantFrom('fixed', 'linear', 'exponential'),
      base: fc.integer({ min: 1, max: 86_400_000 }),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
      maxDelay: fc.integer({ min: 1, max: 86_400_000 }),
      jitter: fc.constantFrom('none', 'full'),
    });
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 100 }), fc.integer(), (changes, failures, seed) => {
        const policy = { ...defaultRetryPolicy, ...changes };
        const wait = retryDelayMs(policy, failures, seededRandom(seed));
        return Number.isInteger(wait) && wait >= 0 && wait <= policy.maxDelay;
      }),
    );
  });
});
