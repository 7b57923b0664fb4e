import { describe, expect, it } from 'vitest';
import { breakages, type BreakageName } from './breakages.js';
import { simulate } from './simulation.js';

const seedsEach = 20;
const groups = Array.from({ length: 15 }, (_, i) => ({ from: i * seedsEach + 1, to: (i + 1) * seedsEach }));
const patienceMs = 300_000;
/** Another step anywhere in the code makes another story of each seed, so that none is named here. */
const seedsToNotice = 80;

const logged = (seed: number) => simulate({ seed, isLogged: true });

/** What is broken first, by the first seed in which anything is; undefined where none of many finds it. */
async function firstViolation(broken: BreakageName): Promise<string | undefined> {
  for (let seed = 1; seed <= seedsToNotice; seed++) {
    const [first] = (await simulate({ seed, broken })).violations;
    if (first) return first.invariant;
  }
  return undefined;
}

describe('the simulated cluster', () => {
  it.each(groups)(
    'keeps every promise under the faults of seeds $from to $to',
    async ({ from, to }) => {
      for (let seed = from; seed <= to; seed++) {
        const { violations } = await simulate({ seed });
        expect(violations, `replay it with: npm run sim -- --seed ${seed}`).toEqual([]);
      }
    },
    patienceMs,
  );

  it(
    'does the same for the same seed, byte for byte, and something else for another',
    async () => {
      const [one, again, other] = [await logged(7), await logged(7), await logged(8)];
      expect(again.log.join('\n')).toBe(one.log.join('\n'));
      expect(other.log.join('\n')).not.toBe(one.log.join('\n'));
      expect((await simulate({ seed: 7 })).steps).toBe(one.steps);
    },
    patienceMs,
  );
});

describe('the invariants of the simulation', () => {
  it.each(Object.keys(breakages) as BreakageName[])(
    'notice %s',
    async (name) => {
      const noticed = await firstViolation(name);
      expect(breakages[name].breaks).toContain(noticed);
    },
    patienceMs,
  );
});
