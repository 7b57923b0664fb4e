/**
 * Durations counted in buckets that grow by two percent: what is read back is at most one percent off (DDSketch,
 * https://www.vldb.org/pvldb/vol12/p2195-masson.pdf, section 2). Counts of several processes and minutes add up. Pure.
 */

/** Count by bucket; bucket 0 is for what is not above half a millisecond. */
export type Histogram = Record<number, number>;

/** What is read back is off by this share at most. */
export const relativeError = 0.01;
const growth = (1 + relativeError) / (1 - relativeError);
const logGrowth = Math.log(growth);
/** Beyond thirty days all is one: nobody tells these apart. */
const longestMs = 30 * 86_400_000;

/** The first millisecond has bucket 1; a later one more for each two percent. */
export function bucketOf(ms: number): number {
  if (ms < 0.5) return 0;
  return 1 + Math.max(0, Math.ceil(Math.log(Math.min(ms, longestMs)) / logGrowth));
}

export function observe(histogram: Histogram, ms: number): void {
  const bucket = bucketOf(ms);
  histogram[bucket] = (histogram[bucket] ?? 0) + 1;
}

/** Adds the counts of the second to the first. */
export function addHistogram(to: Histogram, more: Histogram): void {
  for (const [bucket, count] of Object.entries(more)) to[Number(bucket)] = (to[Number(bucket)] ?? 0) + count;
}

/** The value that this share of all does not exceed, for each share; null for an empty histogram. */
export function quantiles(histogram: Histogram, shares: readonly number[]): (number | null)[] {
  const counts = Object.entries(histogram)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count }))
    .sort((one, other) => one.bucket - other.bucket);
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  return shares.map((share) => {
    let rank = Math.max(1, Math.ceil(share * total));
    const found = counts.find(({ count }) => (rank -= count) <= 0);
    return found ? valueOf(found.bucket) : null;
  });
}

/** The middle of a bucket, as far from its ends in proportion. */
function valueOf(bucket: number): number {
  return bucket === 0 ? 0 : (2 * growth ** (bucket - 1)) / (growth + 1);
}
