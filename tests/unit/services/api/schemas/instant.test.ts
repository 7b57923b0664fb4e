import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant, parseInstant } from '../../../../../services/api/schemas/instant.js';

describe('an instant', () => {
  it.each([
    ['2030-01-31T09:00:00Z', '2030-01-31T09:00:00.000Z'],
    ['2030-01-31t09:00:00z', '2030-01-31T09:00:00.000Z'],
    ['2030-01-31T09:00:00+02:00', '2030-01-31T07:00:00.000Z'],
    ['2030-01-31T09:00:00-05:30', '2030-01-31T14:30:00.000Z'],
    ['2030-01-31T09:00:00-00:00', '2030-01-31T09:00:00.000Z'],
    ['2030-01-31T23:30:00-01:00', '2030-02-01T00:30:00.000Z'],
    ['2032-02-29T00:00:00Z', '2032-02-29T00:00:00.000Z'],
    ['2030-01-31T09:00:00.5Z', '2030-01-31T09:00:00.500Z'],
    ['2030-01-31T09:00:00.057Z', '2030-01-31T09:00:00.057Z'],
    ['2030-01-31T09:00:00.057000000Z', '2030-01-31T09:00:00.057Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, utc) => {
    expect(parseInstant(text)).toEqual({ at: Date.parse(utc) });
  });

  it('is never earlier than what was written: what is finer than a millisecond is rounded up', () => {
    expect(parseInstant('2030-01-31T09:00:00.0570001Z')).toEqual({ at: Date.UTC(2030, 0, 31, 9, 0, 0, 58) });
    expect(parseInstant('2030-01-31T09:00:00.9999Z')).toEqual({ at: Date.UTC(2030, 0, 31, 9, 0, 1) });
  });

  it.each([
    ['2030-01-31T09:00:00', /no offset/],
    ['2030-01-31 09:00', /no offset/],
    ['2030-01-31T09:00:00 02:00', /%2B/],
    ['2030-02-29T00:00:00Z', /day that does not exist/],
    ['2030-13-01T00:00:00Z', /day that does not exist/],
    ['2030-00-10T00:00:00Z', /day that does not exist/],
    ['2030-01-00T00:00:00Z', /day that does not exist/],
    ['2030-01-31T24:00:00Z', /time of day/],
    ['2030-01-31T09:60:00Z', /time of day/],
    ['2030-12-31T23:59:60Z', /leap second/],
    ['2030-01-31T09:00:00+24:00', /offset that does not exist/],
    ['2030-01-31', /RFC 3339/],
    ['2030-1-31T09:00:00Z', /RFC 3339/],
    ['12030-01-31T09:00:00Z', /RFC 3339/],
    ['1893456000000', /RFC 3339/],
    ['', /RFC 3339/],
  ])('%j is refused with its reason', (text, reason) => {
    expect(parseInstant(text)).toEqual({ reason: expect.stringMatching(reason) as unknown });
  });

  it('is written in a form that is read as the same', () => {
    const years = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(years, (at) => {
        expect(parseInstant(formatInstant(at))).toEqual({ at });
      }),
    );
  });
});
