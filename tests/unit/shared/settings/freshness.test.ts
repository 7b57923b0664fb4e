import { describe, expect, it } from 'vitest';
import { Freshness } from '../../../../shared/settings/freshness.js';

const freshnessMs = 10_000;

describe('freshness', () => {
  it('is not there before anything was verified', () => {
    expect(new Freshness(freshnessMs).holds(0)).toBe(false);
  });

  it('holds for its time from the moment the question was sent, not from the answer', () => {
    const freshness = new Freshness(freshnessMs);
    freshness.verified(5_000);
    expect(freshness.holds(5_000 + freshnessMs - 1)).toBe(true);
    expect(freshness.holds(5_000 + freshnessMs)).toBe(false);
  });

  it('comes back with the next verification, and is not shortened by the late answer to an earlier one', () => {
    const freshness = new Freshness(freshnessMs);
    freshness.verified(1_000);
    freshness.verified(20_000);
    freshness.verified(15_000);
    expect(freshness.holds(20_000 + freshnessMs - 1)).toBe(true);
  });
});
