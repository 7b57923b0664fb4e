import { describe, expect, it } from 'vitest';
import { orderOf } from '../../bench/runner.js';

describe('the order of the rounds', () => {
  it('lets another system begin each time, and loses nobody', () => {
    const systems = ['a', 'b', 'c'];
    expect([0, 1, 2, 3].map((round) => orderOf(systems, round))).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c', 'a'],
      ['c', 'a', 'b'],
      ['a', 'b', 'c'],
    ]);
    expect(orderOf([], 2)).toEqual([]);
  });
});
