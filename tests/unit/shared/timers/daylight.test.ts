import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DstRule } from '../../../../shared/timers/daylight.js';
import { nextOccurrence, Occurrences, occurrencesBetween } from '../../../../shared/timers/occurrences.js';
import type { CronSchedule, LocalTimeSchedule, Schedule } from '../../../../shared/timers/schedule.js';
import { type Segment, zoneOf } from '../../../../shared/timers/zone.js';
import { referenceInstants, scanClock } from '../../../support/local-scan.js';
import { propertyFactor } from '../../../support/property-runs.js';
import { dailyCron, type RandomCron } from '../../../support/random-cron.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const begin = Date.UTC(2011, 0, 1);
const end = Date.UTC(2041, 0, 1);
const zones = Intl.supportedValuesOf('timeZone');

const cron = (expression: string, timezone: string, dst?: Partial<DstRule>): CronSchedule => ({
  kind: 'cron',
  expression,
  timezone,
  ...(dst && { dst }),
});

/** The occurrences of one UTC day, as times of that day. */
function onDay(schedule: Schedule, date: string): string[] {
  const from = Date.parse(date);
  const range = { after: from - 1, until: from + day - 1, limit: 1_000 };
  return occurrencesBetween(schedule, range).map(({ scheduledFor }) =>
    new Date(scheduledFor).toISOString().slice(11, 16),
  );
}

describe('the known traps of clock changes', () => {
  it.each<{ trap: string; schedule: Schedule; date: string; times: string[] }>([
    {
      trap: '02:30 does not exist where the clock jumps from 2 to 3: read with the offset before, it is 03:30',
      schedule: cron('30 2 * * *', 'Europe/Berlin'),
      date: '2026-03-29',
      times: ['01:30'],
    },
    {
      trap: 'gap skip leaves it out',
      schedule: cron('30 2 * * *', 'Europe/Berlin', { gap: 'skip' }),
      date: '2026-03-29',
      times: [],
    },
    {
      trap: '02:30 and 03:30 fall on one instant there, and are one occurrence',
      schedule: cron('30 2,3 * * *', 'Europe/Berlin'),
      date: '2026-03-29',
      times: ['01:30'],
    },
    {
      trap: '03:00 comes before the shifted 02:30, though it is the later local time',
      schedule: cron('0,30 2,3 * * *', 'Europe/Berlin'),
      date: '2026-03-29',
      times: ['01:00', '01:30'],
    },
    {
      trap: '02:30 comes twice where the clock goes back from 3 to 2: the first',
      schedule: cron('30 2 * * *', 'Europe/Berlin'),
      date: '2026-10-25',
      times: ['00:30'],
    },
    {
      trap: 'the second, by choice',
      schedule: cron('30 2 * * *', 'Europe/Berlin', { fold: 'second' }),
      date: '2026-10-25',
      times: ['01:30'],
    },
    {
      trap: 'both, by choice',
      schedule: cron('30 2 * * *', 'Europe/Berlin', { fold: 'both' }),
      date: '2026-10-25',
      times: ['00:30', '01:30'],
    },
    {
      trap: 'the edges: 02:00 comes twice, 03:00 once',
      schedule: cron('0 2,3 * * *', 'Europe/Berlin', { fold: 'both' }),
      date: '2026-10-25',
      times: ['00:00', '01:00', '02:00'],
    },
    {
      trap: 'the edges of a gap: 03:00 exists, 02:00 is shifted onto it',
      schedule: cron('0 2,3,4 * * *', 'Europe/Berlin'),
      date: '2026-03-29',
      times: ['01:00', '02:00'],
    },
    {
      trap: '*/15 of every hour goes on through a gap without a pause or a burst',
      schedule: cron('*/30 * * * *', 'Europe/Berlin'),
      date: '2026-03-29',
      times: Array.from({ length: 48 }, (_, i) => `${`${i >> 1}`.padStart(2, '0')}:${i % 2 ? '30' : '00'}`),
    },
    {
      trap: 'and through both halves of a fold: an interval would pause for an hour otherwise',
      schedule: cron('*/30 * * * *', 'Europe/Berlin'),
      date: '2026-10-25',
      times: Array.from({ length: 48 }, (_, i) => `${`${i >> 1}`.padStart(2, '0')}:${i % 2 ? '30' : '00'}`),
    },
    {
      trap: 'hours of */2 have none inside the gap',
      schedule: cron('0 */2 * * *', 'Europe/Berlin'),
      date: '2026-03-29',
      times: [
        '02:00',
        '04:00',
        '06:00',
        '08:00',
        '10:00',
        '12:00',
        '14:00',
        '16:00',
        '18:00',
        '20:00',
        '22:00',
      ],
    },
    {
      trap: 'an interval takes a rule that the user chose: here the repeated hour is left out',
      schedule: cron('30 * * * *', 'Europe/Berlin', { fold: 'first' }),
      date: '2026-10-25',
      times: ['00:30', ...Array.from({ length: 22 }, (_, i) => `${`${i + 2}`.padStart(2, '0')}:30`)],
    },
    {
      trap: 'Lord Howe jumps by half an hour: 02:15 is 02:45',
      schedule: cron('15 2 * * *', 'Australia/Lord_Howe'),
      date: '2026-10-03',
      times: ['15:45'],
    },
    {
      trap: 'Lord Howe goes back by half an hour: 01:45 comes twice, 30 minutes apart',
      schedule: cron('45 1 * * *', 'Australia/Lord_Howe', { fold: 'both' }),
      date: '2026-04-04',
      times: ['14:45', '15:15'],
    },
    {
      trap: '01:15 is in no half of it: once',
      schedule: cron('15 1 * * *', 'Australia/Lord_Howe', { fold: 'both' }),
      date: '2026-04-04',
      times: ['14:15'],
    },
    {
      trap: 'Samoa had no 30 December 2011: its noon is the noon of the 31st, once',
      schedule: cron('0 12 30,31 12 *', 'Pacific/Apia'),
      date: '2011-12-30',
      times: ['22:00'],
    },
    {
      trap: 'Samoa, gap skip: the 31st alone',
      schedule: cron('0 12 30 12 *', 'Pacific/Apia', { gap: 'skip' }),
      date: '2011-12-30',
      times: [],
    },
    {
      trap: 'midnight may be what does not exist: in Cairo the 24th begins at 01:00',
      schedule: cron('@daily', 'Africa/Cairo'),
      date: '2026-04-23',
      times: ['22:00'],
    },
    {
      trap: 'Casablanca goes back for Ramadan and forward after it',
      schedule: cron('30 2 * * *', 'Africa/Casablanca'),
      date: '2026-02-15',
      times: ['01:30'],
    },
    {
      trap: 'a zone without changes has none',
      schedule: cron('30 2 * * *', 'Asia/Kolkata'),
      date: '2026-03-28',
      times: ['21:00'],
    },
  ])('$trap', ({ schedule, date, times }) => {
    expect(onDay(schedule, date)).toEqual(times);
  });

  it('a daily time in a zone with changes comes once on each of 30 years of days', () => {
    for (const name of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca']) {
      const daily = new Occurrences(cron('30 2 * * *', name));
      const instants = daily.scheduledBetween({ after: begin - 1, until: end, limit: 20_000 });
      const days = new Set(instants.map((at) => Math.floor((at + zoneOf(name).offsetAt(at)) / day)));
      expect(instants.length).toBe((end - begin) / day);
      expect(days.size).toBe(instants.length);
    }
  });
});

describe('one local time', () => {
  const at = (localTime: string, dst?: Partial<DstRule>): LocalTimeSchedule => ({
    kind: 'localTime',
    localTime,
    timezone: 'Europe/Berlin',
    ...(dst && { dst }),
  });
  const instantsOf = (schedule: Schedule): string[] =>
    occurrencesBetween(schedule, { after: null, until: Infinity, limit: 5 }).map(({ scheduledFor }) =>
      new Date(scheduledFor).toISOString(),
    );

  it.each<[string, Partial<DstRule> | undefined, string[]]>([
    ['2026-07-01T09:00', undefined, ['2026-07-01T07:00:00.000Z']],
    ['2026-07-01T09:00:01.5', undefined, ['2026-07-01T07:00:01.500Z']],
    ['2026-03-29T02:30', undefined, ['2026-03-29T01:30:00.000Z']],
    ['2026-03-29T02:30', { gap: 'skip' }, []],
    ['2026-10-25T02:30', undefined, ['2026-10-25T00:30:00.000Z']],
    ['2026-10-25T02:30', { fold: 'second' }, ['2026-10-25T01:30:00.000Z']],
    ['2026-10-25T02:30', { fold: 'both' }, ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']],
  ])('%s with %j is %j', (localTime, dst, instants) => {
    expect(instantsOf(at(localTime, dst))).toEqual(instants);
  });

  it('is found from any instant before it, however far', () => {
    const first = nextOccurrence(at('2026-07-01T09:00'), -1e13);
    expect(first?.scheduledFor).toBe(Date.UTC(2026, 6, 1, 7));
  });
});

describe('every clock change of every zone in 30 years', () => {
  /** Segments that begin with a real transition. */
  function transitionsOf(name: string): Segment[] {
    const zone = zoneOf(name);
    const segments: Segment[] = [];
    for (let segment = zone.segmentAt(begin); segment.to < end; segment = zone.segmentAt(segment.to))
      if (segment.after !== segment.offset) segments.push(zone.segmentAt(segment.to));
    return segments;
  }

  const dstRule = fc.record(
    {
      gap: fc.constantFrom('skip' as const, 'shift' as const),
      fold: fc.constantFrom('first' as const, 'second' as const, 'both' as const),
    },
    { requiredKeys: [] },
  );

  /** What api.md says where the user chose nothing. */
  function chosen({ isInterval }: RandomCron, dst: Partial<DstRule>): DstRule {
    return isInterval ? { gap: 'skip', fold: 'both', ...dst } : { gap: 'shift', fold: 'first', ...dst };
  }

  it(
    'gives what a scan of the clock gives, strictly increasing, from any instant near it',
    () => {
      let [transitions, compared] = [0, 0];
      for (const [i, zone] of zones.entries()) {
        for (const { from, offset, before } of transitionsOf(zone)) {
          const margin = Math.abs(offset - before) + hour;
          // Goose Bay used to change its clocks at one past midnight.
          const stepMs = from % (5 * minute) === 0 ? 5 * minute : minute;
          const ticks = scanClock({ zone, from: from - margin, to: from + margin, stepMs });
          const localHour = new Date(from + before).getUTCHours();
          transitions++;
          const cases = fc.sample(fc.tuple(dailyCron(localHour), dstRule), {
            numRuns: 3 * propertyFactor,
            seed: transitions + i,
          });
          for (const [random, dst] of cases) {
            const rule = chosen(random, dst);
            const matches = (wall: number) => random.matchesMinute(wall);
            const expected = referenceInstants(ticks, { matches, ...rule });
            const occurrences = new Occurrences({
              kind: 'cron',
              expression: random.expression,
              timezone: zone,
              dst,
            });
            const range = { after: from - margin - 1, until: from + margin, limit: 10_000 };
            const instants = occurrences.scheduledBetween(range);
            // Not `expect` for each: there are too many.
            if (String(instants) !== String(expected))
              expect(instants, `${random.expression} ${zone} ${JSON.stringify(dst)}`).toEqual(expected);
            const anywhere = from - margin + ((transitions * 7_919_317) % (2 * margin));
            const following = expected.find((instant) => instant > anywhere);
            if (following !== undefined) expect(occurrences.next(anywhere)?.scheduledFor).toBe(following);
            compared += instants.length;
          }
        }
      }
      expect(transitions).toBeGreaterThan(5_000);
      expect(compared).toBeGreaterThan(transitions);
    },
    60_000 * propertyFactor,
  );
});
