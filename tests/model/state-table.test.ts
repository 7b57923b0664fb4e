import { describe, expect, it } from 'vitest';
import { StateTable } from './state-table.js';

describe('the table of states', () => {
  it('numbers rows in the order in which they come, and knows them again', () => {
    const table = new StateTable(2);
    const row = (number: number): Uint32Array => Uint32Array.of(number % 7, number);
    const count = 200_000;
    for (let number = 0; number < count; number++) table.add(row(number));
    expect(table.size).toBe(count);
    expect(table.add(row(123_456))).toBe(123_456);
    expect(table.numberOf(row(199_999))).toBe(199_999);
    expect(table.numberOf(row(count))).toBe(-1);
    expect([...table.row(70_000)]).toEqual([0, 70_000]);
    expect(table.size).toBe(count);
  });
});
