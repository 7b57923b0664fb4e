import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addHistogram,
  observe,
  quantiles,
  relativeError,
  type Histogram,
} from '../../../../shared/timers/histogram.js';
import { propertyRuns } from '../../../support/property-runs.js';

const histogramOf = (values: readonly number[]): Histogram => {
  const histogram: Histogram = {};
  for (const value of values) observe(histogram, value);
  return histogram;
};
const values = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 300 });

describe('a histogram', () => {
  it('gives back each quantile of what it was told, at most one percent off', () => {
    fc.assert(
      fc.property(values, fc.constantFrom(0.5, 0.9, 0.99, 0.999, 1), (told, share) => {
        const sorted = [...told].sort((one, other) => one - other);
        const exact = sorted[Math.ceil(share * told.length) - 1]!;
        const [read] = quantiles(histogramOf(told), [share]);
        expect(Math.abs(read! - exact)).toBeLessThanOrEqual(relativeError * exact + 1e-6);
      }),
      { numRuns: propertyRuns(200) },
    );
  });

  it('adds up to what one would have been told', () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        const sum = histogramOf(one);
        addHistogram(sum, histogramOf(other));
        expect(sum).toEqual(histogramOf([...one, ...other]));
      }),
      { numRuns: propertyRuns(100) },
    );
  });

  it('takes what is early for punctual, and has no quantiles while it is empty', () => {
    expect(quantiles(histogramOf([-5]), [0.5])).toEqual([0]);
    expect(quantiles({}, [0.5, 0.99])).toEqual([null, null]);
  });

  it('stays small: a millisecond to a month in about a thousand buckets', () => {
    const told = Array.from({ length: 5_000 }, (_, i) => Math.round(1.01 ** (i / 2)));
    expect(Object.keys(histogramOf(told)).length).toBeLessThan(1_200);
  });
});
