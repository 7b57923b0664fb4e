import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explore } from './explore.js';
import { guardNames, guardsWithout } from './guards.js';
import { exploreWithout, proofs } from './proofs.js';
import { protocol } from './protocol.js';
import type { World } from './world.js';
import { smallWorlds } from './worlds.js';

/** Minutes, for a machine that has other things to do. */
const patienceMs = 240_000;
const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');

/** Each once, and none that is among the small worlds. */
function worldsOfProofs(): World[] {
  const boundsOf = (world: World): string => JSON.stringify({ ...world, name: '', about: '' });
  const known = new Set(smallWorlds.map(boundsOf));
  return proofs
    .map(({ world }) => world)
    .filter((world) => !known.has(boundsOf(world)) && known.add(boundsOf(world)));
}

describe('the protocol, in every interleaving', () => {
  it.each(smallWorlds)(
    'holds, leaves a way to a good end, and is as large as the README says: $name',
    { timeout: patienceMs },
    (world) => {
      const { breach, states } = explore(protocol({ world, guards: guardsWithout() }));
      expect(breach).toBeNull();
      expect(readme).toMatch(
        new RegExp(`^\\| ${world.name} +\\|.+\\| +${states.toLocaleString('en')} \\|$`, 'm'),
      );
    },
  );
});

describe('a guard that is taken out', () => {
  it.each(proofs)('breaks $invariant: $guard', { timeout: patienceMs }, (proof) => {
    expect(exploreWithout(proof).breach?.invariant).toBe(proof.invariant);
  });

  it.each(worldsOfProofs())('breaks nothing once it is back: $name', { timeout: patienceMs }, (world) => {
    expect(explore(protocol({ world, guards: guardsWithout() })).breach).toBeNull();
  });

  it('is any of them', () => {
    expect(new Set(proofs.map(({ guard }) => guard))).toEqual(new Set(guardNames));
  });
});
