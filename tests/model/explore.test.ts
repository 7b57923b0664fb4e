import { describe, expect, it } from 'vitest';
import { explore, type Step, type System } from './explore.js';

/** A counter from 0 to 9 that is to end at 9. */
function setup(changes: Partial<System<number>> = {}): System<number> {
  const to = (next: number, step: Partial<Step<number>> = {}): Step<number> => ({
    kind: 'progress',
    next,
    says: () => `goes to ${next}`,
    breaks: null,
    ...step,
  });
  return {
    initial: 0,
    width: 4,
    encode: (state, bytes) => void (bytes[0] = state),
    decode: (bytes) => bytes[0]!,
    steps: (state) => (state < 9 ? [to(state + 1), ...(state < 8 ? [to(state + 2)] : [])] : []),
    broken: () => null,
    isGoodEnd: (state) => state === 9,
    wayLost: 'Arrives',
    ...changes,
  };
}

const oneStep = (next: number, step: Partial<Step<number>>): Step<number>[] => [
  { kind: 'progress', next, says: () => `goes to ${next}`, breaks: null, ...step },
];

describe('the explorer', () => {
  it('reaches every state once, and finds nothing where nothing is wrong', () => {
    expect(explore(setup())).toEqual({ states: 10, steps: 17, depth: 5, breach: null });
  });

  it('finds the shortest way to a state that is broken', () => {
    const { breach } = explore(setup({ broken: (state) => (state === 4 ? 'NotFour' : null) }));
    expect(breach).toEqual({ invariant: 'NotFour', trace: ['goes to 2', 'goes to 4'], isDeadEnd: false });
  });

  it('finds an initial state that is broken', () => {
    const { breach } = explore(setup({ broken: () => 'NotHere' }));
    expect(breach).toEqual({ invariant: 'NotHere', trace: [], isDeadEnd: false });
  });

  it('finds a step that is broken, even one that leads to a state that is fine', () => {
    const steps = (state: number): Step<number>[] =>
      state === 2 ? [...oneStep(3, {}), ...oneStep(3, { breaks: 'NoStumble' })] : oneStep(state + 1, {});
    const { breach } = explore(setup({ steps }));
    expect(breach?.invariant).toBe('NoStumble');
    expect(breach?.trace).toEqual(['goes to 1', 'goes to 2', 'goes to 3']);
  });

  it('finds the first state from which no way leads to a good end', () => {
    const ending = setup();
    const steps = (state: number): Step<number>[] =>
      state === 5 ? oneStep(20, {}) : state === 20 ? [] : ending.steps(state);
    const { breach } = explore(setup({ steps }));
    expect(breach).toEqual({
      invariant: 'Arrives',
      trace: ['goes to 1', 'goes to 3', 'goes to 5'],
      isDeadEnd: true,
    });
  });

  it.each(['fault', 'user'] as const)('takes no %s for a way to a good end', (kind) => {
    const steps = (state: number): Step<number>[] =>
      state === 9 ? [] : oneStep(state + 1, { kind: state === 3 ? kind : 'progress' });
    const { breach } = explore(setup({ steps }));
    expect(breach).toEqual({ invariant: 'Arrives', trace: [], isDeadEnd: true });
  });

  it('takes states that are encoded alike for one', () => {
    const steps = (state: number): Step<number>[] =>
      state < 30 ? [...oneStep(state + 10, {}), ...oneStep(state + 11, {})] : [];
    const encode = (state: number, bytes: Uint8Array): void => void (bytes[0] = Math.floor(state / 10) * 10);
    const { states } = explore(setup({ steps, encode, isGoodEnd: (state) => state >= 30 }));
    expect(states).toBe(4);
  });
});
