import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../../../services/api/schemas/duration.js';

describe('a duration', () => {
  it.each([
    [0, 0],
    [1_500, 1_500],
    ['PT0S', 0],
    ['PT1H30M', 5_400_000],
    ['PT36H', 129_600_000],
    ['P1D', 86_400_000],
    ['P1W', 604_800_000],
    ['P1DT2H3M4.5S', 93_784_500],
    ['PT1,5S', 1_500],
    ['PT0.001S', 1],
    ['PT1.1S', 1_100],
    ['P0.5D', 43_200_000],
    ['1h30m', 5_400_000],
    ['90s', 90_000],
    ['1.5s', 1_500],
    ['250ms', 250],
    ['1m250ms', 60_250],
    ['2w1d', 1_296_000_000],
    ['0.1h', 360_000],
  ])('%j is %i ms', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ms });
  });

  it.each([
    ['', /not a duration/],
    ['P', /not a duration/],
    ['PT', /not a duration/],
    ['P1DT', /not a duration/],
    ['1H30M', /not a duration/],
    ['pt5s', /not a duration/],
    ['30m1h', /not a duration/],
    ['1h 30m', /not a duration/],
    ['5s5s', /not a duration/],
    ['PT5M1H', /not a duration/],
    ['ten seconds', /not a duration/],
    ['1e3s', /not a duration/],
    ['P1M', /no fixed length/],
    ['P1Y2D', /no fixed length/],
    ['P1Y2M3DT4H', /no fixed length/],
    ['2y', /no fixed length/],
    ['3mo', /no fixed length/],
    ['1 month', /no fixed length/],
    ['10', /no unit/],
    ['1.5', /no unit/],
    ['-5s', /negative/],
    ['-PT5S', /negative/],
    [-1, /negative/],
    [0.5, /finer/],
    ['0.5ms', /finer/],
    ['PT0.0001S', /finer/],
    ['999999999999999d', /too long/],
    [Infinity, /finer|too long/],
    [NaN, /finer/],
  ])('%j is refused with its reason', (text, reason) => {
    expect(parseDuration(text)).toEqual({ reason: expect.stringMatching(reason) as unknown });
  });

  it('is written in a form that is read as the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 44 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toEqual({ ms });
      }),
    );
  });

  it.each([
    [0, 'PT0S'],
    [1, 'PT0.001S'],
    [30_000, 'PT30S'],
    [5_400_000, 'PT1H30M'],
    [86_400_000, 'P1D'],
    [90_061_250, 'P1DT1H1M1.25S'],
  ])('of %i ms is written %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('answers text of any length quickly, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('P', 'T', '1', '.', 'D', 's', 'm', 'h') }), (text) => {
        const parsed = parseDuration(text);
        expect('ms' in parsed || parsed.reason.length > 0).toBe(true);
      }),
    );
  });
});
