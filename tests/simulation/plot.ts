/**
 * What kind of run a seed gives: who plays, how they elect one, for how long things go wrong. Most plots are short and of
 * few, since a fault that a pair of processes can meet is met there cheapest; some are long and of all.
 */
import type { World } from './world.js';

export interface Plot {
  names: readonly string[];
  coordination: 'raft' | 'ranked' | 'single';
  ring: 'leader' | 'shared';
  /** How long things go wrong, and how long users act: simulated. */
  faultsMs: number;
  actingMs: number;
  /** The shortest and the longest time from one fault to the next. */
  pause: readonly [number, number];
  /** How long what was verified may be acted upon. */
  freshnessMs: number;
  /** How far ahead settings are announced; null where nobody announces any. */
  settingsLeadMs: number | null;
}

/** More than the freshness time and twice the skew bound, as every process demands when it starts. */
const settingsMarginMs = 4_001;
/** So that settings announced early come into force while things go wrong. */
const settingsFaultsMs = 14_000;

export function drawPlot(world: World): Plot {
  const long = world.chance(0.1);
  const schedulers = long ? 3 : world.pick([1, 2, 2, 2, 3]);
  const announces = world.chance(long ? 0.7 : 0.25);
  const freshnessMs = long ? 10_000 : world.pick(announces ? [3_000, 4_000] : [3_000, 5_000, 10_000]);
  const briefMs = announces ? settingsFaultsMs : world.between(3_000, 9_000);
  const faultsMs = long ? 26_000 : briefMs;
  return {
    names: [
      ...numbered('scheduler', schedulers),
      ...numbered('worker', long ? 3 : world.pick([1, 2, 2])),
      ...numbered('api', long ? 2 : world.pick([1, 1, 2])),
    ],
    coordination: world.pick(schedulers === 1 ? ['raft', 'ranked', 'single'] : ['raft', 'ranked']),
    ring: world.chance(0.8) ? 'shared' : 'leader',
    faultsMs,
    pause: world.pick([
      [100, 800],
      [200, 2_000],
    ]),
    actingMs: faultsMs + (long ? 4_000 : 1_000),
    freshnessMs,
    settingsLeadMs: announces ? freshnessMs + settingsMarginMs : null,
  };
}

function numbered(role: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${role}-${i + 1}`);
}
