import { describe, expect, it } from 'vitest';
import { breakages, type BreakageName } from './breakages.js';
import { simulate } from './simulation.js';

const seeds = Array.from({ length: 16 }, (_, i) => i + 1);
const patienceMs = 60_000;

describe('the simulated cluster', () => {
  it.each(seeds)(
    'keeps every promise under the faults of seed %i',
    async (seed) => {
      const { violations, calls } = await simulate(seed);
      expect(violations, `replay it with: npm run sim -- --seed ${seed}`).toEqual([]);
      expect(calls).toBeGreaterThan(0);
    },
    patienceMs,
  );

  it(
    'does the same for the same seed, byte for byte, and something else for another',
    async () => {
      const [one, again, other] = [await simulate(7), await simulate(7), await simulate(8)];
      expect(again.log.join('\n')).toBe(one.log.join('\n'));
      expect(other.log.join('\n')).not.toBe(one.log.join('\n'));
    },
    patienceMs,
  );
});

describe('the invariants of the simulation', () => {
  const quick: BreakageName[] = [
    'start-without-compare',
    'lost-too-soon',
    'publishes-early',
    'change-without-sweep',
    'everybody-owns-all',
    'deaf-peers',
  ];

  it.each(quick)(
    'notice %s',
    async (name) => {
      const { violations } = await simulate(1, name);
      expect(breakages[name].breaks).toContain(violations[0]?.invariant);
    },
    patienceMs,
  );
});
