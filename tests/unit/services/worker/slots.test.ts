import { describe, expect, it } from 'vitest';
import { Slots, type Slot } from '../../../../services/worker/slots.js';

function setup(capacity = 8) {
  const slots = new Slots(capacity);
  const begin = (host: string, now: number): Slot => {
    const slot = slots.take(host);
    slots.call(slot, now);
    return slot;
  };
  const callOf = (host: string, from: number, tookMs: number): void =>
    slots.give(begin(host, from), from + tookMs);
  return { slots, begin, callOf };
}

describe('slots', () => {
  it('give one host a quarter of them, at least one', () => {
    expect([100, 8, 7, 3].map((capacity) => new Slots(capacity).share)).toEqual([25, 2, 1, 1]);
  });

  it('count what is taken until it is given back', () => {
    const { slots } = setup(8);
    const [one] = [slots.take('a'), slots.take('a')];
    expect([slots.used, slots.free, slots.belowShare('a'), slots.belowShare('b')]).toEqual([
      2,
      6,
      false,
      true,
    ]);
    slots.give(one, 0);
    expect([slots.used, slots.belowShare('a')]).toEqual([1, true]);
  });

  it('know nothing of a host before three of its calls have ended', () => {
    const { slots, callOf } = setup();
    const seen = [0, 1, 2].map(() => {
      const standing = slots.standing('a', 1_000);
      callOf('a', 900, 10);
      return standing;
    });
    expect(seen).toEqual(['unknown', 'unknown', 'unknown']);
    expect(slots.standing('a', 1_000)).toBe('quick');
  });

  it('no longer call a host quick whose oldest call is out for a second, and call it slow half a second later', () => {
    const { slots, begin, callOf } = setup();
    for (let n = 0; n < 3; n++) callOf('a', 0, 10);
    begin('a', 100);
    begin('a', 1_000);
    expect(slots.standing('a', 1_099)).toBe('quick');
    expect(slots.standing('a', 1_100)).toBe('unknown');
    expect(slots.standing('a', 1_599)).toBe('unknown');
    expect(slots.standing('a', 1_600)).toBe('slow');
  });

  it('call a host slow whose calls have been long for half a second, not at the first long one', () => {
    const { slots, callOf } = setup();
    callOf('a', 0, 300);
    expect(slots.standing('a', 799)).toBe('unknown');
    expect(slots.standing('a', 800)).toBe('slow');
  });

  it('call a slow host quick again once its calls are short', () => {
    const { slots, callOf } = setup();
    callOf('a', 0, 30_000);
    expect(slots.standing('a', 31_000)).toBe('slow');
    for (let n = 0; n < 30; n++) callOf('a', 31_000, 5);
    expect(slots.standing('a', 31_005)).toBe('quick');
  });

  it('do not blame a host for the time in which its call was not out', () => {
    const { slots } = setup();
    const waiting = slots.take('a');
    expect(slots.standing('a', 60_000)).toBe('unknown');
    slots.give(waiting, 60_000);
    expect(slots.standing('a', 60_000)).toBe('unknown');
  });

  it('forget the host that was unused for longest, never one that holds a slot', () => {
    const { slots, begin, callOf } = setup();
    begin('held', 0);
    callOf('old', 0, 2_000);
    for (let n = 0; n < 1_000; n++) callOf(`host-${n}`, 0, 2_000);
    expect(slots.standing('old', 5_000)).toBe('unknown');
    expect(slots.standing('held', 5_000)).toBe('slow');
    expect(slots.standing('host-999', 5_000)).toBe('slow');
  });
});

describe('a limit below the most', () => {
  it('counts at once, cuts nothing off, and never raises the most', () => {
    let limit = 8;
    const slots = new Slots(8, () => limit);
    const taken = Array.from({ length: 6 }, () => slots.take('host'));
    limit = 4;
    expect([slots.capacity, slots.share, slots.free]).toEqual([4, 1, -2]);
    for (const slot of taken.slice(0, 3)) slots.give(slot, 0);
    expect(slots.free).toBe(1);
    limit = 100;
    expect(slots.capacity).toBe(8);
  });
});
