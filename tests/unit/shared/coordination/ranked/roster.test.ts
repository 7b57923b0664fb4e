import { describe, expect, it } from 'vitest';
import { Roster } from '../../../../../shared/coordination/ranked/roster.js';

describe('the roster of members', () => {
  function setup() {
    const roster = new Roster<{ id: string }>({ lifeMs: 2_000, longestGapMs: 1_000 });
    const ids = () => roster.entries().map(({ id }) => id);
    const watch = (from: number, to: number) => {
      let changed = false;
      for (let at = from; at <= to; at += 500) changed = roster.expire(at) || changed;
      return changed;
    };
    return { roster, ids, watch };
  }

  it('tells whether one is new, and whether one was there', () => {
    const { roster, ids } = setup();
    expect(roster.hear({ id: 'a' }, 0)).toBe(true);
    expect(roster.hear({ id: 'a' }, 1)).toBe(false);
    expect(roster.forget('b')).toBe(false);
    expect(roster.forget('a')).toBe(true);
    expect(ids()).toEqual([]);
  });

  it('forgets whom nobody has heard of for a life time, and nobody else', () => {
    const { roster, ids, watch } = setup();
    roster.expire(0);
    roster.hear({ id: 'a' }, 0);
    roster.hear({ id: 'b' }, 500);
    expect(watch(500, 1_500)).toBe(false);
    expect(watch(2_000, 2_000)).toBe(true);
    expect(ids()).toEqual(['b']);
  });

  it('gives everybody a new life when nobody was looking for a while', () => {
    const { roster, ids, watch } = setup();
    roster.hear({ id: 'a' }, 0);
    watch(0, 500);
    expect(roster.expire(10_000)).toBe(false);
    expect(ids()).toEqual(['a']);
    expect(watch(10_500, 12_000)).toBe(true);
  });
});
