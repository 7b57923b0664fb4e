import { describe, expect, it } from 'vitest';
import { countOf, median, mergeHistograms, quantileOf } from '../../../bench/report/statistics.js';

describe('the statistics of the bench', () => {
  it('take the middle figure, and the mean of two in the middle, in whatever order they come', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 2, 4, 1])).toBe(3);
  });

  it('have no median of nothing', () => {
    expect(median([])).toBeNaN();
    expect(quantileOf([], 0.5)).toBeNaN();
  });

  it('find the lateness within which a share of the timers lies, by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => [i + 1, 1] as const);
    expect(quantileOf(hundred, 0.5)).toBe(50);
    expect(quantileOf(hundred, 0.99)).toBe(99);
    expect(quantileOf(hundred, 1)).toBe(100);
    expect(quantileOf(hundred, 0)).toBe(1);
  });

  it('weigh each lateness by its timers', () => {
    expect(
      quantileOf(
        [
          [0, 98],
          [7, 1],
          [900, 1],
        ],
        0.98,
      ),
    ).toBe(0);
    expect(
      quantileOf(
        [
          [0, 98],
          [7, 1],
          [900, 1],
        ],
        0.99,
      ),
    ).toBe(7);
  });

  it('add histograms up, ascending', () => {
    const merged = mergeHistograms([
      [
        [3, 1],
        [10, 2],
      ],
      [
        [1, 4],
        [3, 5],
      ],
      [],
    ]);
    expect(merged).toEqual([
      [1, 4],
      [3, 6],
      [10, 2],
    ]);
    expect(countOf(merged)).toBe(12);
  });
});
