import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isZone, zoneOf } from '../../../../shared/timers/zone.js';
import { wallAt } from '../../../support/local-scan.js';
import { propertyRuns, propertyTimeoutMs } from '../../../support/property-runs.js';

const second = 1_000;
const zones = Intl.supportedValuesOf('timeZone');

describe('a zone', () => {
  it(
    'has the offset that the tz database says, at any instant of any zone',
    () => {
      const instant = fc.integer({ min: Date.UTC(1971, 0, 1) / second, max: Date.UTC(2060, 0, 1) / second });
      fc.assert(
        fc.property(fc.constantFrom(...zones), instant, (zone, at) => {
          expect(zoneOf(zone).offsetAt(at * second)).toBe(wallAt(zone, at * second) - at * second);
        }),
        { numRuns: propertyRuns(3_000) },
      );
    },
    propertyTimeoutMs,
  );

  it('begins a segment at the very second of a transition', () => {
    const berlin = zoneOf('Europe/Berlin');
    const forward = Date.UTC(2026, 2, 29, 1);
    expect(berlin.segmentAt(forward - 1)).toMatchObject({ to: forward, offset: 3_600_000, after: 7_200_000 });
    expect(berlin.segmentAt(forward)).toMatchObject({ from: forward, offset: 7_200_000, before: 3_600_000 });
  });

  it('keeps segments in one line, each ending where the next begins', () => {
    for (const name of ['Africa/Casablanca', 'America/Boa_Vista', 'Pacific/Apia', 'UTC']) {
      const zone = zoneOf(name);
      for (let at = Date.UTC(1995, 0, 1); at < Date.UTC(2040, 0, 1);) {
        const segment = zone.segmentAt(at);
        const following = zone.segmentAt(segment.to);
        expect(following.from).toBeLessThanOrEqual(segment.to);
        expect(following.offset).toBe(segment.after);
        at = segment.to;
      }
    }
  });

  it('sees a stay of a week: Boa Vista tried summer time for seven days in October 2000', () => {
    expect(zoneOf('America/Boa_Vista').offsetAt(Date.UTC(2000, 9, 10))).toBe(-3 * 3_600_000);
    expect(zoneOf('America/Boa_Vista').offsetAt(Date.UTC(2000, 9, 17))).toBe(-4 * 3_600_000);
  });

  it('knows offsets of half hours and of seconds', () => {
    expect(zoneOf('Asia/Kolkata').offsetAt(0)).toBe(5.5 * 3_600_000);
    expect(zoneOf('Europe/Berlin').offsetAt(Date.UTC(1880, 0, 1))).toBe((53 * 60 + 28) * second);
  });

  it('is known by its name in any case, and by no other', () => {
    expect(zoneOf('europe/BERLIN')).toBe(zoneOf('Europe/Berlin'));
    expect(['Europe/Berlin', 'UTC', 'Etc/GMT+5'].every(isZone)).toBe(true);
    expect(['Europe/Nowhere', '', '+02:00', 'GMT+2'].some(isZone)).toBe(false);
  });
});
