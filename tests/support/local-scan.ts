/**
 * A slow and obvious reference for local time: asks Intl what the clock on the wall shows, step by step, and reads gaps
 * and folds off that list. Shares nothing with shared/timers.
 */
export interface Tick {
  instant: number;
  /** What the clock shows, as `Date.UTC` counts it. */
  wall: number;
}

export interface Scan {
  zone: string;
  from: number;
  to: number;
  stepMs: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What a clock in the zone shows at the instant. */
export function wallAt(zone: string, instant: number): number {
  const [month, day, year, hour, minute, second] = formatOf(zone)
    .format(instant)
    .match(/\d+/g)!
    .map(Number) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const part = 'numeric';
  const parts = { year: part, month: part, day: part, hour: part, minute: part, second: part } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...parts });
  formats.set(zone, format);
  return format;
}

/** What the clock shows at each step from `from` to `to`, both included. */
export function scanClock({ zone, from, to, stepMs }: Scan): Tick[] {
  const ticks: Tick[] = [];
  for (let instant = from; instant <= to; instant += stepMs)
    ticks.push({ instant, wall: wallAt(zone, instant) });
  return ticks;
}

export interface ReferenceRule {
  matches(wall: number): boolean;
  gap: 'skip' | 'shift';
  fold: 'first' | 'second' | 'both';
}

/** The instants of the scanned stretch at which a rule's local times occur, in order, each once. */
export function referenceInstants(ticks: readonly Tick[], { matches, gap, fold }: ReferenceRule): number[] {
  const shown = new Map<number, number[]>();
  for (const { instant, wall } of ticks) shown.set(wall, [...(shown.get(wall) ?? []), instant]);
  const found = new Set<number>();
  for (const [wall, instants] of shown) {
    if (!matches(wall)) continue;
    if (fold !== 'second') found.add(instants[0]!);
    if (fold !== 'first') found.add(instants.at(-1)!);
  }
  if (gap === 'shift')
    missingTimes(ticks).forEach(({ instant, wall }) => matches(wall) && found.add(instant));
  return [...found].sort((a, b) => a - b);
}

/** The times that the clock jumped over, each with the instant it would have been, had the clock gone on. */
function missingTimes(ticks: readonly Tick[]): Tick[] {
  const stepMs = ticks[1]!.instant - ticks[0]!.instant;
  return ticks.slice(1).flatMap((tick, i) => {
    const last = ticks[i]!;
    const missing: Tick[] = [];
    for (let wall = last.wall + stepMs; wall < tick.wall; wall += stepMs)
      missing.push({ wall, instant: last.instant + (wall - last.wall) });
    return missing;
  });
}
