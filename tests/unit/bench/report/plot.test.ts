import { describe, expect, it } from 'vitest';
import { heightOf, plotOf } from '../../../bench/report/plot.js';

const punctual = {
  title: 'punctual',
  lateness: [
    [0, 90],
    [2, 10],
  ] as const,
};
const late = {
  title: 'late',
  lateness: [
    [10, 50],
    [1_000, 50],
  ] as const,
};

/** Corners of the drawn lines, as numbers. */
function curvesOf(svg: string): number[][] {
  const paths = [...svg.matchAll(/<path d="(M[^"]+)" fill="none"/g)].map(([, path]) => path!);
  return paths.map((path) => [...path.matchAll(/[\d.]+/g)].map(([figure]) => Number(figure)));
}

describe('the plot of lateness', () => {
  it('draws a line for each system that has calls, and names it', () => {
    const svg = plotOf('Punctuality', [punctual, late, { title: 'silent', lateness: [] }]);
    expect(curvesOf(svg)).toHaveLength(2);
    expect(svg).toContain('>punctual</text>');
    expect(svg).not.toContain('silent');
    expect(svg).toContain('>Punctuality</text>');
  });

  it('puts the later system further to the right, at the same heights', () => {
    const [first, second] = curvesOf(plotOf('', [punctual, late]));
    expect(second!.at(-2)!).toBeGreaterThan(first!.at(-2)!);
    expect(second!.at(-1)!).toBe(first!.at(-1)!);
  });

  it('climbs from nobody to everybody', () => {
    const [x, foot, ...rest] = curvesOf(plotOf('', [late]))[0]!;
    expect([x, foot]).toEqual([70, 430]);
    expect(rest.at(-1)).toBe(50);
  });

  it('gives each further nine the same room', () => {
    expect(heightOf(0)).toBeCloseTo(0, 9);
    expect(heightOf(0.99) - heightOf(0.9)).toBeCloseTo(heightOf(0.999) - heightOf(0.99), 5);
    expect(heightOf(1)).toBe(1);
  });

  it('escapes what a title says', () => {
    expect(plotOf('a < b & c', [])).toContain('a &#60; b &#38; c');
  });
});
