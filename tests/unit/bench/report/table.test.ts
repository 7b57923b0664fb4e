import { describe, expect, it } from 'vitest';
import { cellOf, figureText, tableOf } from '../../../bench/report/table.js';

const rounds = (...figures: number[]) => figures.map((p99) => ({ figures: { p99 }, cpuSeconds: {} }));
const row = { system: 'floor', title: 'the floor', lateness: [], failures: [] };

describe('the table of a workload', () => {
  it('has a row a system and a column a figure', () => {
    const columns = [{ key: 'p99', title: 'p99, ms' }];
    expect(tableOf({ columns, rows: [{ ...row, rounds: rounds(4) }] })).toBe(
      '|  | p99, ms |\n| --- | ---: |\n| the floor | 4 |',
    );
  });

  it('shows the median and in brackets smallest and largest', () => {
    expect(cellOf({ rounds: rounds(7, 2, 9) }, 'p99')).toBe('7 (2 – 9)');
    expect(cellOf({ rounds: rounds(7, 7) }, 'p99')).toBe('7');
  });

  it('shows a dash for what no round could tell, and leaves such rounds out', () => {
    expect(cellOf({ rounds: rounds(1) }, 'memoryMb')).toBe('–');
    expect(cellOf({ rounds: rounds(Number.NaN) }, 'p99')).toBe('–');
    expect(cellOf({ rounds: rounds(Number.NaN, 3) }, 'p99')).toBe('3');
  });

  it.each([
    [0, '0'],
    [0.057, '0.06'],
    [3.14159, '3.14'],
    [12.34, '12.3'],
    [17_234.5, '17,235'],
    [42, '42'],
  ])('writes %d as %s', (figure, text) => {
    expect(figureText(figure)).toBe(text);
  });
});
