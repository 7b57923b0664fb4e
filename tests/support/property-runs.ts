/** How far property tests go: `PROPERTY_RUNS=20` makes them try twenty times as much. */

/** The number of cases to try where `usual` are tried in an ordinary run. */
export function propertyRuns(usual: number): number {
  return usual * propertyFactor;
}

export const propertyFactor = Number(process.env['PROPERTY_RUNS'] ?? 1);

/** The time that such a test may take. */
export const propertyTimeoutMs = 60_000 * propertyFactor;
