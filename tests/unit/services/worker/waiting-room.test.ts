import { describe, expect, it } from 'vitest';
import { Slots } from '../../../../services/worker/slots.js';
import { WaitingRoom } from '../../../../services/worker/waiting-room.js';

function setup(capacity = 8) {
  const slots = new Slots(capacity);
  const room = new WaitingRoom<string>(slots);
  let now = 0;
  return {
    slots,
    room,
    at: (time: number) => void (now = time),
    push: (host: string, count: number) => {
      for (let n = 1; n <= count; n++) room.push(host, `${host}${n}`, now);
    },
    /** Starts everybody who may start, each call leaving at once. */
    startAll() {
      const started: string[] = [];
      for (let next = room.next(now); next; next = room.next(now)) {
        slots.call(next.slot, now);
        started.push(next.item);
      }
      return started;
    },
    makeQuick(host: string) {
      for (let n = 0; n < 3; n++) {
        const slot = slots.take(host);
        slots.call(slot, now);
        slots.give(slot, now + 5);
      }
    },
    surplus: (excess = 0) => room.surplus(now, excess),
  };
}

describe('who may start', () => {
  it('gives a host that is not known its share and no more', () => {
    const { push, startAll, room } = setup(8);
    push('a', 5);
    expect(startAll()).toEqual(['a1', 'a2']);
    expect(room.size).toBe(3);
  });

  it('gives a quick host all slots while nobody else waits', () => {
    const { push, startAll, makeQuick, slots } = setup(8);
    makeQuick('a');
    push('a', 20);
    expect(startAll()).toHaveLength(8);
    expect(slots.free).toBe(0);
  });

  it('lets hosts take turns', () => {
    const { push, startAll } = setup(12);
    push('a', 3);
    push('b', 3);
    expect(startAll()).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
  });

  it('gives the next free slot to the host below its share, not to the quick one beyond it', () => {
    const { push, startAll, makeQuick, slots, room } = setup(8);
    makeQuick('a');
    push('a', 20);
    startAll();
    push('b', 1);
    expect(room.next(0)).toBeNull();
    slots.give({ host: 'a', calledAt: null }, 0);
    expect(room.next(0)?.item).toBe('b1');
  });

  it('does not hold back a quick host for the surplus of another that has its share', () => {
    const { push, startAll, makeQuick } = setup(8);
    makeQuick('a');
    push('hanging', 5);
    push('a', 20);
    const started = startAll();
    expect(started.filter((item) => item.startsWith('hanging'))).toHaveLength(2);
    expect(started.filter((item) => item.startsWith('a'))).toHaveLength(6);
  });

  it('starts nobody when no slot is free', () => {
    const { push, room, slots } = setup(4);
    for (const host of ['a', 'b', 'c', 'd']) slots.take(host);
    push('e', 1);
    expect(room.next(0)).toBeNull();
  });
});

describe('who is deferred', () => {
  it('nobody, while it is not known that the host is slow', () => {
    const { push, startAll, surplus, at } = setup(8);
    push('a', 10);
    startAll();
    at(1_499);
    expect(surplus(10)).toEqual([]);
  });

  it('what has waited a second for a host that hangs', () => {
    const { push, startAll, surplus, at, room } = setup(8);
    push('a', 3);
    startAll();
    at(1_000);
    push('a', 1);
    at(1_999);
    expect(surplus()).toEqual(['a3']);
    at(2_000);
    expect(surplus()).toEqual(['a1']);
    expect(room.size).toBe(0);
  });

  it('only as many as crowd out the others, of those that have not waited long', () => {
    const { push, startAll, surplus, at } = setup(8);
    push('a', 2);
    startAll();
    at(2_000);
    push('a', 5);
    expect(surplus(2)).toEqual(['a1', 'a2']);
    expect(surplus(0)).toEqual([]);
  });

  it('first of the host that has the most waiting', () => {
    const { push, startAll, surplus, at } = setup(8);
    push('a', 2);
    push('b', 2);
    startAll();
    at(2_000);
    push('a', 1);
    push('b', 3);
    expect(surplus(3)).toEqual(['b1', 'b2', 'b3']);
  });

  it('never of a host below its share', () => {
    const { push, startAll, surplus, at, room } = setup(8);
    push('a', 1);
    startAll();
    at(2_000);
    push('a', 1);
    expect(surplus(10)).toEqual([]);
    expect(room.next(2_000)?.item).toBe('a1');
  });
});

it('is emptied at once when the worker stops', () => {
  const { push, room } = setup();
  push('a', 2);
  push('b', 1);
  expect(room.clear()).toEqual(['a1', 'a2', 'b1']);
  expect([room.size, room.next(0)]).toEqual([0, null]);
});
