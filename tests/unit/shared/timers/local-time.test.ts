import { describe, expect, it } from 'vitest';
import {
  formatLocal,
  formatWall,
  parseLocalDate,
  parseLocalTime,
} from '../../../../shared/timers/local-time.js';

describe('a local time', () => {
  it.each([
    ['2026-03-29T02:30', Date.UTC(2026, 2, 29, 2, 30)],
    ['2026-03-29T02:30:15', Date.UTC(2026, 2, 29, 2, 30, 15)],
    ['2028-02-29T23:59:59.5', Date.UTC(2028, 1, 29, 23, 59, 59, 500)],
  ])('is read from %s', (text, wall) => {
    expect(parseLocalTime(text)).toBe(wall);
  });

  it.each([
    '2026-02-29T10:00',
    '2026-13-01T10:00',
    '2026-04-31T10:00',
    '2026-01-01T24:00',
    '2026-01-01T10:60',
    '2026-01-01T10:00:60',
    '2026-01-01T10:00Z',
    '2026-01-01T10:00+01:00',
    '2026-01-01 10:00',
    '2026-01-01',
    '10:00',
    '',
  ])('is not %j', (text) => {
    expect(parseLocalTime(text)).toBeNull();
  });

  it('is written without milliseconds where there are none', () => {
    expect(formatWall(Date.UTC(2026, 0, 2, 3, 4))).toBe('2026-01-02T03:04:00');
    expect(formatWall(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02T03:04:05.006');
  });

  it.each([
    [0, '1970-01-01T00:00:00+00:00'],
    [5.75 * 3_600_000, '1970-01-01T05:45:00+05:45'],
    [-3.5 * 3_600_000, '1969-12-31T20:30:00-03:30'],
  ])('carries its offset of %d ms', (offset, text) => {
    expect(formatLocal(0, offset)).toBe(text);
  });
});

describe('a local date', () => {
  it('is a real day and nothing else', () => {
    expect(parseLocalDate('2028-02-29')).toBe(Date.UTC(2028, 1, 29));
    expect(['2027-02-29', '2027-2-1', '2027-02-01T00:00', 'today'].map(parseLocalDate)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
