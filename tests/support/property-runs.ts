/** How far property tests go: `PROPERTY_RUNS=20` makes them try twenty times as much. */

/** The number of cases to try where `usual` are tried in an ordinary run. */
export function propertyRuns(usual: number): number {
  return usual * propertyFactor;
}

export const propertyFactor = Number(process.env['PROPERTY_RUNS'] ?? 1);
