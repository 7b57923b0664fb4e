import { describe, expect, it } from 'vitest';
import { Detention } from '../../../../services/worker/detention.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { ManualSettings } from '../../../support/manual-settings.js';

function setup() {
  const clock = new ManualClock();
  const settings = new ManualSettings();
  const released: string[] = [];
  const detention = new Detention<string>({ clock, settings, release: (item) => released.push(item) });
  const begin = clock.now() + 1_000;
  settings.announce(begin, { dispatchPaused: true });
  settings.announce(begin + 5_000, {});
  return { clock, settings, detention, released, begin, end: begin + 5_000 };
}

describe('a pause of dispatch', () => {
  it('applies to the instant of a call, whenever its message comes', () => {
    const { detention, begin, end } = setup();
    const applies = [begin - 1, begin, end - 1, end].map((callAt) => detention.applies(callAt));
    expect(applies).toEqual([false, true, true, false]);
  });

  it('applies to what is late by the present instant', async () => {
    const { detention, clock, begin } = setup();
    await clock.advance(1_000);
    expect(detention.applies(begin - 500)).toBe(true);
    await clock.advance(5_000);
    expect(detention.applies(begin - 500)).toBe(false);
  });

  it('gives back what waits, in its order, when other settings hold', () => {
    const { detention, settings, released } = setup();
    detention.put('one');
    detention.put('two');
    expect(released).toEqual([]);
    settings.tell();
    expect(released).toEqual(['one', 'two']);
    settings.tell();
    expect(released).toHaveLength(2);
  });
});
