import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../../shared/base/backoff.js';
import { seededRandom } from '../../../support/seeded-random.js';

const backoff = { baseMs: 100, maxMs: 5_000 };

describe('backoff', () => {
  it('doubles with each try until the longest wait', () => {
    const longest = { next: () => 1 };
    const waits = [0, 1, 2, 5, 6, 1_000].map((tries) => backoffMs(tries, backoff, longest));
    expect(waits).toEqual([100, 200, 400, 3_200, 5_000, 5_000]);
  });

  it('takes off at most half at random', () => {
    expect(backoffMs(1, backoff, { next: () => 0 })).toBe(100);
    expect(backoffMs(1, backoff, { next: () => 0.5 })).toBe(150);
  });

  it('stays within its bounds whatever the try and the draw', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer(), (tries, seed) => {
        const wait = backoffMs(tries, backoff, seededRandom(seed));
        expect(wait).toBeGreaterThanOrEqual(backoff.baseMs / 2);
        expect(wait).toBeLessThanOrEqual(backoff.maxMs);
      }),
    );
  });
});
