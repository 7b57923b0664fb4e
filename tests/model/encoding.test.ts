import { describe, expect, it } from 'vitest';
import { decode, encode, widthOf } from './encoding.js';
import { guardsWithout } from './guards.js';
import { initialState, withScheduler, withWorker, type State } from './model.js';
import { protocol } from './protocol.js';
import { worldOf, type World } from './world.js';

function setup(changes: Partial<World> = {}) {
  const world = worldOf({
    name: 'encoding',
    about: 'a little of everything',
    occurrences: 2,
    attempts: 2,
    faults: 3,
    deferrals: 1,
    mayWish: ['cancel', 'pause', 'resume', 'change'],
    wishes: 2,
    ...changes,
  });
  const setting = { world, guards: guardsWithout('startComparesClaim', 'repeatKeepsUntil') };
  const bytesOf = (state: State): Uint8Array => {
    const bytes = new Uint8Array(widthOf(world));
    encode(state, bytes);
    return bytes;
  };
  return { initial: initialState(setting), states: wander(protocol(setting)), bytesOf, world };
}

/** States along many ways, each of which chooses among the steps in another manner. */
function wander({ initial, steps }: ReturnType<typeof protocol>): State[] {
  return Array.from({ length: 200 }, (_, way) => {
    const states = [initial];
    for (let i = 0; i < 60; i++) {
      const possible = steps(states.at(-1)!);
      if (possible.length === 0) break;
      states.push(possible[(way * 7 + i * (way + 3)) % possible.length]!.next);
    }
    return states;
  }).flat();
}

describe('the encoding of states', () => {
  it('loses nothing', () => {
    const { states, bytesOf, world } = setup();
    expect(new Set(states.map((state) => bytesOf(state).join())).size).toBeGreaterThan(500);
    for (const state of states) expect(decode(bytesOf(state), world)).toEqual(state);
  });

  it('is the same for a state that was decoded', () => {
    const { states, bytesOf, world } = setup({ schedulers: 2, workers: 2 });
    for (const state of states) expect(bytesOf(decode(bytesOf(state), world))).toEqual(bytesOf(state));
  });

  it('tells no scheduler and no worker from its twin', () => {
    const { initial, bytesOf } = setup({ schedulers: 2, workers: 2 });
    const lapsed = { condition: 'lapsed' } as const;
    const holdingFirst = { ...initial.executions[0]!, state: 'claimed', holder: 0 } as const;
    const held = (holder: number): State => ({
      ...initial,
      executions: [{ ...holdingFirst, holder }, initial.executions[1]!],
    });
    expect(bytesOf(withScheduler(held(0), 0, lapsed))).toEqual(bytesOf(withScheduler(held(1), 1, lapsed)));
    expect(bytesOf(withScheduler(held(0), 0, lapsed))).not.toEqual(
      bytesOf(withScheduler(held(1), 0, lapsed)),
    );
    expect(bytesOf(withWorker(initial, 0, lapsed))).toEqual(bytesOf(withWorker(initial, 1, lapsed)));
    expect(bytesOf(withWorker(initial, 0, lapsed))).not.toEqual(bytesOf(initial));
  });
});
