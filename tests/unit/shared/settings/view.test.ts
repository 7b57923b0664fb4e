import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { CarillonError } from '../../../../shared/base/errors.js';
import { MemoryDocuments } from '../../../../shared/coordination/single/memory-documents.js';
import { announceSettings } from '../../../../shared/settings/announcement.js';
import type { Settings } from '../../../../shared/settings/settings.js';
import { SettingsView } from '../../../../shared/settings/view.js';
import { ManualClock } from '../../../support/manual-clock.js';

const freshnessMs = 10_000;
const leadMs = 15_000;

/** Two processes on one store; the second one can be cut off from it. */
async function setup() {
  const clock = new ManualClock();
  const documents = new MemoryDocuments(clock);
  const state = { away: false };
  const read = (name: string) =>
    state.away ? Promise.reject(new CarillonError('store-unavailable', 'away')) : documents.read(name);
  const log = pino({ level: 'silent' });
  const [near, far] = [documents, { read }].map(
    (each) => new SettingsView({ documents: each, clock, log, freshnessMs }),
  ) as [SettingsView, SettingsView];
  await Promise.all([near.start(), far.start()]);
  const announce = (inMs: number, settings: Settings) => {
    const wish = { effectiveFrom: clock.now() + inMs, settings, leadMs };
    return announceSettings({ documents, now: () => clock.now() }, wish);
  };
  return { clock, documents, state, near, far, announce };
}

describe('the settings as processes know them', () => {
  it('are as configured, and verified, before there are any', async () => {
    const { near, clock } = await setup();
    expect([near.at(clock.now()), near.newest(), near.verified()]).toEqual([{}, 0, true]);
  });

  it('are known to all within a second, and hold for all from the announced instant on', async () => {
    const { near, far, clock, announce } = await setup();
    const begin = clock.now() + 20_000;
    await announce(20_000, { dispatchPaused: true });
    await clock.advance(1_000);
    for (const view of [near, far]) {
      expect(view.newest()).toBe(1);
      expect([begin - 1, begin].map((instant) => view.at(instant).dispatchPaused)).toEqual([undefined, true]);
    }
  });

  it('are told of when they are known and when they begin to hold', async () => {
    const { near, clock, announce } = await setup();
    const told: number[] = [];
    near.onChange(() => told.push(clock.now()));
    const start = clock.now();
    await announce(20_000, { dispatchPaused: true });
    await announce(25_000, {});
    await clock.advance(60_000);
    expect(told.map((at) => at - start)).toEqual([1_000, 20_000, 25_000]);
  });

  it('are trusted for the freshness time without verification, and again with the next one', async () => {
    const { far, state, clock } = await setup();
    await clock.advance(5_000);
    state.away = true;
    await clock.advance(freshnessMs - 1);
    expect(far.verified()).toBe(true);
    await clock.advance(1);
    expect(far.verified()).toBe(false);
    state.away = false;
    await clock.advance(1_000);
    expect(far.verified()).toBe(true);
  });

  it('are never used past an instant by who could not hear of it', async () => {
    const { near, far, state, clock, announce } = await setup();
    state.away = true;
    await announce(17_000, { dispatchPaused: true });
    for (let second = 0; second < 20; second++) {
      await clock.advance(1_000);
      const [here, there] = [near, far].map((view) => view.at(clock.now()).dispatchPaused);
      expect(far.verified() && here !== there).toBe(false);
    }
    expect(near.at(clock.now()).dispatchPaused).toBe(true);
  });
});
