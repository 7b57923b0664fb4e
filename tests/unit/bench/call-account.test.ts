import { describe, expect, it } from 'vitest';
import { CallAccount } from '../../bench/call-account.js';

/** Calls as [timer, due, at]. */
function accountOf(calls: [number, number, number][], expected: number, since?: number) {
  const account = new CallAccount();
  for (const call of calls) account.record(...call);
  return account.summary(expected, since);
}

describe("the receiver's account", () => {
  it('counts who was called, who is missing, and how late the first calls were', () => {
    const account = accountOf(
      [
        [0, 100, 103],
        [1, 100, 103],
        [2, 100, 110],
      ],
      5,
    );
    expect(account).toMatchObject({
      expected: 5,
      missing: 2,
      early: 0,
      doubled: 0,
      firstAt: 103,
      lastAt: 110,
    });
    expect(account.lateness).toEqual([
      [3, 2],
      [10, 1],
    ]);
  });

  it('counts a timer that was called again once, and by its first call', () => {
    const account = accountOf(
      [
        [0, 100, 101],
        [0, 100, 150],
        [0, 100, 160],
      ],
      1,
    );
    expect(account).toMatchObject({ missing: 0, doubled: 1, lastAt: 101, lateness: [[1, 1]] });
  });

  it('tells the early ones, and not the punctual ones', () => {
    expect(
      accountOf(
        [
          [0, 100, 99],
          [1, 100, 100],
        ],
        2,
      ).early,
    ).toBe(1);
  });

  it('measures from the instant before which nobody could be called', () => {
    expect(
      accountOf(
        [
          [0, 100, 500],
          [1, 450, 480],
        ],
        2,
        450,
      ).longestSinceMs,
    ).toBe(50);
    expect(
      accountOf(
        [
          [0, 100, 500],
          [1, 450, 480],
        ],
        2,
      ).longestSinceMs,
    ).toBe(400);
  });

  it('says how many different timers have called by now', () => {
    const account = new CallAccount();
    expect([account.record(0, 1, 1), account.record(0, 1, 2), account.record(1, 1, 2)]).toEqual([1, 1, 2]);
  });

  it('is empty and nowhere in time when nobody called', () => {
    expect(accountOf([], 3)).toMatchObject({ missing: 3, firstAt: 0, lastAt: 0, lateness: [] });
  });
});
