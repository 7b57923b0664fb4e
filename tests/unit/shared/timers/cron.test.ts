import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cron, splitZone } from '../../../../shared/timers/cron.js';
import { propertyRuns, propertyTimeoutMs } from '../../../support/property-runs.js';
import { randomCron, type RandomCron } from '../../../support/random-cron.js';

const dayMs = 86_400_000;
const year2026 = Date.UTC(2026, 0, 1);

/** The next wall times, written without seconds where they are zero. */
function nextWalls(expression: string, { from = year2026, count = 3, id = '' } = {}): string[] {
  const cron = new Cron(expression, id);
  const walls: string[] = [];
  for (let last = from - 1; walls.length < count;) {
    const wall = cron.next(last, last + 41 * 366 * dayMs);
    if (wall === null) break;
    walls.push(new Date(wall).toISOString().replace(/(:00)?\.000Z$/, ''));
    last = wall;
  }
  return walls;
}

describe('a cron expression', () => {
  it.each([
    ['0 9 * * MON-FRI', ['2026-01-01T09:00', '2026-01-02T09:00', '2026-01-05T09:00']],
    ['*/20 8-9 * * *', ['2026-01-01T08:00', '2026-01-01T08:20', '2026-01-01T08:40']],
    ['10/25 0 * * *', ['2026-01-01T00:10', '2026-01-01T00:35', '2026-01-02T00:10']],
    ['5,1,3 0 1 1 *', ['2026-01-01T00:01', '2026-01-01T00:03', '2026-01-01T00:05']],
    ['*/30 * * * * *', ['2026-01-01T00:00', '2026-01-01T00:00:30', '2026-01-01T00:01']],
    ['0 0 1 feb,Apr *', ['2026-02-01T00:00', '2026-04-01T00:00', '2027-02-01T00:00']],
    ['0 0 ? * fri-sun', ['2026-01-02T00:00', '2026-01-03T00:00', '2026-01-04T00:00']],
    ['@hourly', ['2026-01-01T00:00', '2026-01-01T01:00', '2026-01-01T02:00']],
    ['@midnight', ['2026-01-01T00:00', '2026-01-02T00:00', '2026-01-03T00:00']],
    ['@Daily', ['2026-01-01T00:00', '2026-01-02T00:00', '2026-01-03T00:00']],
    ['@weekly', ['2026-01-04T00:00', '2026-01-11T00:00', '2026-01-18T00:00']],
    ['@monthly', ['2026-01-01T00:00', '2026-02-01T00:00', '2026-03-01T00:00']],
    ['@yearly', ['2026-01-01T00:00', '2027-01-01T00:00', '2028-01-01T00:00']],
    ['@annually', ['2026-01-01T00:00', '2027-01-01T00:00', '2028-01-01T00:00']],
    ['  CRON_TZ=Asia/Tokyo  0 9 * * * ', ['2026-01-01T09:00', '2026-01-02T09:00', '2026-01-03T09:00']],
  ])('%s means %j', (expression, walls) => {
    expect(nextWalls(expression)).toEqual(walls);
  });

  it('may name its zone in front', () => {
    expect(splitZone('CRON_TZ=Europe/Paris 0 9 * * *').timezone).toBe('Europe/Paris');
    expect(splitZone('TZ=UTC @daily')).toEqual({ timezone: 'UTC', fields: '@daily' });
    expect(splitZone('0 9 * * *').timezone).toBeNull();
  });
});

describe('the known traps of cron', () => {
  it.each([
    {
      trap: '0 0 29 2 *',
      walls: ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00'],
      reason: '29 February comes in leap years alone',
    },
    {
      trap: '0 0 29 2 *',
      from: Date.UTC(2097, 0, 1),
      walls: ['2104-02-29T00:00', '2108-02-29T00:00', '2112-02-29T00:00'],
      reason: '2100 is no leap year',
    },
    {
      trap: '0 0 31 * *',
      walls: ['2026-01-31T00:00', '2026-03-31T00:00', '2026-05-31T00:00'],
      reason: 'a month without a 31st has none, and it does not move',
    },
    {
      trap: '0 0 L * *',
      walls: ['2026-01-31T00:00', '2026-02-28T00:00', '2026-03-31T00:00'],
      reason: 'L is the last day, whatever its number',
    },
    {
      trap: '0 0 L-2 2 *',
      walls: ['2026-02-26T00:00', '2027-02-26T00:00', '2028-02-27T00:00'],
      reason: 'L-2 counts back from the last day',
    },
    {
      trap: '0 0 15W * *',
      walls: ['2026-01-15T00:00', '2026-02-16T00:00', '2026-03-16T00:00'],
      reason: '15 February and March 2026 are Sundays: the Monday after',
    },
    {
      trap: '0 0 15W 8 *',
      walls: ['2026-08-14T00:00', '2027-08-16T00:00', '2028-08-15T00:00'],
      reason: '15 August 2026 is a Saturday: the Friday before',
    },
    {
      trap: '0 0 1W 8 *',
      walls: ['2026-08-03T00:00', '2027-08-02T00:00', '2028-08-01T00:00'],
      reason: '1 August 2026 is a Saturday: the Friday before is in July, so Monday the 3rd',
    },
    {
      trap: '0 0 31W 5 *',
      walls: ['2026-05-29T00:00', '2027-05-31T00:00', '2028-05-31T00:00'],
      reason: '31 May 2026 is a Sunday: the Monday after is in June, so Friday the 29th',
    },
    {
      trap: '0 0 LW * *',
      walls: ['2026-01-30T00:00', '2026-02-27T00:00', '2026-03-31T00:00'],
      reason: 'the last working day; the last days of January and February 2026 are Saturdays',
    },
    {
      trap: '0 0 30W 2 *',
      walls: [],
      reason: 'February has no 30th for a working day to be near to',
    },
    {
      trap: '0 0 * * 0',
      walls: ['2026-01-04T00:00', '2026-01-11T00:00', '2026-01-18T00:00'],
      reason: 'Sunday is 0',
    },
    {
      trap: '0 0 * * 7',
      walls: ['2026-01-04T00:00', '2026-01-11T00:00', '2026-01-18T00:00'],
      reason: 'Sunday is 7 too',
    },
    {
      trap: '0 0 * * 6-7',
      walls: ['2026-01-03T00:00', '2026-01-04T00:00', '2026-01-10T00:00'],
      reason: 'a range may end in Sunday',
    },
    {
      trap: '0 0 * * 1/2',
      walls: ['2026-01-02T00:00', '2026-01-05T00:00', '2026-01-07T00:00'],
      reason: 'an open step ends on Saturday: the 7 that Sunday also is adds no day',
    },
    {
      trap: '0 0 13 * FRI',
      walls: ['2026-01-02T00:00', '2026-01-09T00:00', '2026-01-13T00:00'],
      reason: 'both day fields restricted: either matches (crontab(5)), not Friday the 13th',
    },
    {
      trap: '0 0 */2 * MON',
      walls: ['2026-01-05T00:00', '2026-01-19T00:00', '2026-02-09T00:00'],
      reason: 'a field that starts with a star is not restricted (crontab(5)): odd days that are Mondays',
    },
    {
      trap: '0 0 * * 5#5',
      walls: ['2026-01-30T00:00', '2026-05-29T00:00', '2026-07-31T00:00'],
      reason: 'a fifth Friday comes in some months only',
    },
    {
      trap: '0 0 * 2 5#5',
      from: Date.UTC(2065, 0, 1),
      walls: ['2092-02-29T00:00', '2104-02-29T00:00', '2132-02-29T00:00'],
      reason: 'February has a fifth Friday when its 29th is one: 28 years apart, or 12 or 40 round a century',
    },
    {
      trap: '0 0 * 2 1#5',
      from: Date.UTC(2072, 2, 1),
      count: 1,
      walls: ['2112-02-29T00:00'],
      reason: 'the longest wait that the search must reach: 40 years',
    },
    {
      trap: '0 0 * * 5L',
      walls: ['2026-01-30T00:00', '2026-02-27T00:00', '2026-03-27T00:00'],
      reason: 'the last Friday, the fourth or the fifth',
    },
    { trap: '0 0 31 2 *', walls: [], reason: '31 February never comes' },
    { trap: '0 0 31 4,6,9,11 *', walls: [], reason: 'none of these months has a 31st' },
  ])('$trap: $reason', ({ trap, walls, from, count }) => {
    expect(nextWalls(trap, { ...(from && { from }), ...(count && { count }) })).toEqual(walls);
  });
});

describe('H in a cron expression', () => {
  const ids = Array.from({ length: 3_000 }, (_, i) => `timer-${i}`);
  const firstOf = (expression: string, id: string): Date => {
    const cron = new Cron(expression, id);
    const wall = cron.next(year2026 - 1, year2026 + 400 * dayMs)!;
    expect(cron.matches(wall), `${expression} of ${id}`).toBe(true);
    return new Date(wall);
  };

  it('is the same number whenever the same timer asks', () => {
    for (const id of ids.slice(0, 100)) expect(firstOf('H H * * *', id)).toEqual(firstOf('H H * * *', id));
  });

  it('spreads a fleet evenly over the field', () => {
    const perMinute = new Array<number>(60).fill(0);
    for (const id of ids) perMinute[firstOf('H * * * *', id).getUTCMinutes()]!++;
    expect(Math.min(...perMinute)).toBeGreaterThan(20);
    expect(Math.max(...perMinute)).toBeLessThan(90);
  });

  it('draws each field apart, so that the hour does not follow from the minute', () => {
    const hours = ids
      .map((id) => firstOf('H H * * *', id))
      .filter((date) => date.getUTCMinutes() === 7)
      .map((date) => date.getUTCHours());
    expect(new Set(hours).size).toBeGreaterThan(10);
  });

  it('keeps within its range', () => {
    const hours = ids.map((id) => firstOf('0 H(9-11) * * *', id).getUTCHours());
    expect([...new Set(hours)].sort((a, b) => a - b)).toEqual([9, 10, 11]);
  });

  it('draws where a step begins, and keeps the step', () => {
    for (const id of ids.slice(0, 50)) {
      const minutes = nextWalls('H/15 0 1 1 *', { id, count: 4 }).map((wall) => Number(wall.slice(14, 16)));
      expect(minutes[0]).toBeLessThan(15);
      expect(minutes).toEqual([0, 15, 30, 45].map((n) => n + minutes[0]!));
    }
    const starts = ids.map((id) => firstOf('H(30-40)/5 0 1 1 *', id).getUTCMinutes());
    expect([...new Set(starts)].sort((a, b) => a - b)).toEqual([30, 31, 32, 33, 34]);
  });

  it('finds a place in a range shorter than its step', () => {
    for (const id of ids.slice(0, 200))
      expect(firstOf('H(0-5)/30 * * * *', id).getUTCMinutes()).toBeLessThanOrEqual(5);
  });

  it('means an interval with a step, and a time of day without one', () => {
    const isInterval = (hour: string): boolean => new Cron(`0 ${hour} * * *`).isInterval;
    expect(['*', '*/2', 'H/6'].map(isInterval)).toEqual([true, true, true]);
    expect(['H', 'H(2-4)', '2', '1-5/2', '0-23'].map(isInterval)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('names a day of the month that every month has', () => {
    const days = ids.map((id) => firstOf('0 0 H 1 *', id).getUTCDate());
    expect(Math.max(...days)).toBe(28);
  });
});

describe('an expression that cannot be read', () => {
  it.each([
    ['60 * * * *', 'minute: "60" holds 60, which is none of its values; write 0 to 59'],
    ['* 24 * * *', 'hour: "24" holds 24'],
    ['* * 0 * *', 'day of month: "0" holds 0'],
    ['* * 32W * *', 'day of month: "32" holds 32'],
    ['* * L-31 * *', 'day of month: "L-31" counts back beyond every month'],
    ['* * * 13 *', 'month: "13" holds 13, which is none of its values; write 1 to 12 or JAN to DEC'],
    ['* * * foo *', 'month: "foo" holds foo'],
    ['* * * * 8', 'day of week: "8" holds 8, which is none of its values; write 0 to 7 or SUN to SAT'],
    ['* * * * L', 'day of week: "L" says no weekday; write 5L for the last Friday'],
    ['* * * * 5#6', 'day of week: "5#6" counts beyond a month'],
    ['* * * * 5#0', 'day of week: "5#0" counts beyond a month'],
    ['*/90 * * * *', 'minute: "*/90" has a step outside 1 to 60; for longer intervals use `every`'],
    ['*/0 * * * *', 'minute: "*/0" has a step outside 1 to 60'],
    ['* 22-2 * * *', 'hour: "22-2" runs backwards; write it as two ranges: 22-23,0-2'],
    ['? * * * *', 'minute: "?" is no number, range or step'],
    ['1,,2 * * * *', 'minute: "" is no number, range or step'],
    ['-1 * * * *', 'minute: "-1" is no number, range or step'],
    ['* * * *', 'has 4 fields; write 5 (minute, hour, day of month, month, day of week) or 6 (second first)'],
    ['* * * * * * 2030', 'has 7 fields'],
    ['0 0 12 1/1 * ? 2030', 'for years use startAt and endAt'],
    ['', 'has 0 fields'],
    ['@reboot', '"@reboot" is no nickname; write @yearly'],
  ])('%j is refused by the name of the field and with what to write', (expression, message) => {
    expect(() => new Cron(expression)).toThrow(message);
  });
});

describe('any cron expression', () => {
  /** A midnight, about 200 days later: what is looked for lies before it. */
  const horizonOf = (from: number): number => (Math.floor(from / dayMs) + 200) * dayMs;

  /** Day by day, minute by minute, second by second: the first `count` wall times from `from` on. */
  function referenceWalls(cron: RandomCron, from: number, count: number): number[] {
    const walls: number[] = [];
    for (let day = Math.floor(from / dayMs) * dayMs; day < horizonOf(from); day += dayMs) {
      if (!cron.matchesDay(day)) continue;
      for (let minute = day; minute < day + dayMs; minute += 60_000) {
        if (!cron.matchesMinute(minute)) continue;
        for (let second = minute; second < minute + 60_000; second += cron.hasSeconds ? 1_000 : 60_000) {
          if (second >= from && cron.matchesSecond(second)) walls.push(second);
          if (walls.length === count) return walls;
        }
      }
    }
    return walls;
  }

  it(
    'matches what a scan of the calendar finds',
    () => {
      let compared = 0;
      fc.assert(
        fc.property(randomCron, fc.integer({ min: 0, max: 15_000 * 86_400 }), (random, second) => {
          const from = Date.UTC(2011, 0, 1) + second * 1_000;
          const expected = referenceWalls(random, from, 4);
          const cron = new Cron(random.expression);
          const end = expected.length === 4 ? expected[3]! + 1 : horizonOf(from);
          const walls: number[] = [];
          for (let last = cron.next(from - 1, end); last !== null; last = cron.next(last, end))
            walls.push(last);
          expect(walls, random.expression).toEqual(expected);
          for (const wall of walls) expect(cron.matches(wall)).toBe(true);
          compared += walls.length;
        }),
        { numRuns: propertyRuns(4_000) },
      );
      expect(compared).toBeGreaterThan(propertyRuns(4_000));
    },
    propertyTimeoutMs,
  );
});
