import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RingView } from '../../../../services/scheduler/ring-view.js';
import type { Registry, RegistryDocument } from '../../../../shared/coordination/registry.js';
import { ManualClock } from '../../../support/manual-clock.js';

function documentOf(version: number, ...members: string[]): RegistryDocument {
  return { version, value: { versions: [{ number: version, members, effectiveFrom: 1_000 }] } };
}

/** A view of a registry that says what it is told to say, when it is told to. */
async function setup(document: RegistryDocument | null) {
  const clock = new ManualClock();
  const state = { document, away: false, answer: () => Promise.resolve() };
  const registry = {
    watch: () => () => undefined,
    verify: async () => {
      if (state.away) throw new Error('away');
      const { document: said } = state;
      await state.answer();
      return said;
    },
  } as unknown as Registry;
  const view = new RingView({
    registry,
    clock,
    log: pino({ level: 'silent' }),
    config: { freshnessMs: 10_000 },
  });
  onTestFinished(() => view.stop());
  let changes = 0;
  view.onChange(() => changes++);
  view.start();
  await clock.advance(0);
  return { view, clock, state, changes: () => changes, members: () => view.ring().at(-1)?.members };
}

describe("a process's view of the ring", () => {
  it('is what the registry says, from the first verification on', async () => {
    const { members, view, changes } = await setup(documentOf(3, 'a'));
    expect(members()).toEqual(['a']);
    expect(view.version()).toBe(3);
    expect(changes()).toBeGreaterThan(0);
  });

  it('is empty where the registry has no ring', async () => {
    const { view } = await setup(null);
    expect([view.ring(), view.version()]).toEqual([[], 0]);
  });

  it('takes what the leader tells, but nothing older than what it knows', async () => {
    const { members, view } = await setup(documentOf(3, 'a'));
    view.adopt(documentOf(5, 'a', 'b'));
    expect(members()).toEqual(['a', 'b']);
    view.adopt(documentOf(4, 'c'));
    expect(members()).toEqual(['a', 'b']);
  });

  it('does not go back to an answer that was on its way while something newer was told', async () => {
    const { members, view, state, clock } = await setup(documentOf(3, 'a'));
    let answer: () => void = () => undefined;
    state.answer = () => new Promise((resolve) => (answer = resolve));
    await clock.advance(2_000);
    view.adopt(documentOf(4, 'a', 'b'));
    answer();
    await clock.advance(0);
    expect(members()).toEqual(['a', 'b']);
  });

  it('goes back when the registry was emptied: what stands counts', async () => {
    const { members, state, clock } = await setup(documentOf(9, 'old'));
    state.document = documentOf(1, 'new');
    await clock.advance(2_000);
    expect(members()).toEqual(['new']);
  });

  it('is empty once it could not be verified for ten seconds, and back with the next verification', async () => {
    const { members, state, clock, changes } = await setup(documentOf(3, 'a'));
    state.away = true;
    await clock.advance(9_900);
    expect(members()).toEqual(['a']);
    await clock.advance(2_200);
    expect(members()).toBeUndefined();
    const before = changes();
    state.away = false;
    await clock.advance(2_000);
    expect(members()).toEqual(['a']);
    expect(changes()).toBe(before + 1);
  });
});
