import { describe, expect, it } from 'vitest';
import type { WriteQuestion } from '../../../../../shared/coordination/ranked/questions.js';
import { SimulatedRegistry } from '../../../../support/ranked/simulated-registry.js';

const a = { id: 'a~1', name: 'a' };
const b = { id: 'b~1', name: 'b' };

describe('the questions to the registry', () => {
  function setup() {
    const registry = new SimulatedRegistry();
    const ask = (question: WriteQuestion, self: typeof a) => {
      const answer = registry.perform(question, self, 0);
      return 'tenure' in answer ? answer.tenure : null;
    };
    const tenure = ask({ kind: 'install', term: 1, over: registry.tenure() }, a)!;
    return { registry, ask, tenure };
  }

  it('have a tenure as their answer that is the one in the registry', () => {
    const { registry, ask, tenure } = setup();
    expect(tenure).toEqual(registry.tenure());
    expect(ask({ kind: 'renew', tenure }, a)).toEqual(registry.tenure());
    expect(ask({ kind: 'resign', tenure: registry.tenure() }, a)).toEqual(registry.tenure());
    expect(registry.tenure()).toEqual({ term: 1, leader: 'a', termVersion: 1, leaseVersion: 2, ended: true });
  });

  it('cannot take a lease that was renewed meanwhile', () => {
    const { ask, tenure } = setup();
    expect(ask({ kind: 'renew', tenure }, a)).not.toBeNull();
    expect(ask({ kind: 'install', term: 2, over: tenure }, b)).toBeNull();
  });

  it.each(['renew', 'resign'] as const)('cannot %s a term that was outranked meanwhile', (kind) => {
    const { ask, tenure } = setup();
    expect(ask({ kind: 'install', term: 2, over: tenure }, b)).not.toBeNull();
    expect(ask({ kind, tenure }, a)).toBeNull();
  });

  it('do not count the resignation of an earlier term as one of the present one', () => {
    const { registry, ask, tenure } = setup();
    const resigned = ask({ kind: 'resign', tenure }, a)!;
    ask({ kind: 'install', term: 2, over: resigned }, b);
    expect(registry.tenure()).toMatchObject({ term: 2, leader: 'b', ended: false });
  });
});
