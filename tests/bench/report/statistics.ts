/** Medians, ranges, quantiles. Pure; nothing is smoothed or thrown away. */
import type { Histogram } from '../call-account.js';

/** The middle of the figures, of an even number the mean of the two in the middle; NaN of none. */
export function median(figures: readonly number[]): number {
  const ascending = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(ascending.length / 2);
  if (ascending.length % 2 === 1) return ascending[middle]!;
  return (ascending[middle - 1]! + ascending[middle]!) / 2;
}

/** The lateness within which this share of the timers lies (nearest rank); NaN of none. */
export function quantileOf(histogram: Histogram, share: number): number {
  const rank = Math.max(1, Math.ceil(share * countOf(histogram)));
  let seen = 0;
  for (const [latenessMs, timers] of histogram) {
    seen += timers;
    if (seen >= rank) return latenessMs;
  }
  return Number.NaN;
}

export function countOf(histogram: Histogram): number {
  return histogram.reduce((sum, [, timers]) => sum + timers, 0);
}

export function mergeHistograms(histograms: readonly Histogram[]): Histogram {
  const merged = new Map<number, number>();
  for (const [latenessMs, timers] of histograms.flat())
    merged.set(latenessMs, (merged.get(latenessMs) ?? 0) + timers);
  return [...merged].sort(([a], [b]) => a - b);
}
