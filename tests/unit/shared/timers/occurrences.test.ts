import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  firstOccurrence,
  nextOccurrence,
  Occurrences,
  occurrencesBetween,
} from '../../../../shared/timers/occurrences.js';
import type { CronSchedule, EverySchedule, Schedule } from '../../../../shared/timers/schedule.js';
import { propertyRuns, propertyTimeoutMs } from '../../../support/property-runs.js';

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.UTC(2026, 5, 1, 12);

const every = (intervalMs: number, more: Partial<EverySchedule> = {}): EverySchedule => ({
  kind: 'every',
  intervalMs,
  anchor: now,
  ...more,
});
const cron = (expression: string, more: Partial<CronSchedule> = {}): CronSchedule => ({
  kind: 'cron',
  expression,
  timezone: 'UTC',
  ...more,
});

/** The first nominal times after `now`, relative to it. */
function offsets(schedule: Schedule, count = 4): number[] {
  const range = { after: now, until: Infinity, limit: count };
  return occurrencesBetween(schedule, range).map(({ scheduledFor }) => scheduledFor - now);
}

describe('a schedule of one instant', () => {
  const schedule: Schedule = { kind: 'at', at: 1_000 };

  it('has its instant as its first occurrence', () => {
    expect(nextOccurrence(schedule, null)).toEqual({ scheduledFor: 1_000, dueAt: 1_000 });
  });

  it('has its instant after any earlier one', () => {
    expect(nextOccurrence(schedule, 999)).toEqual({ scheduledFor: 1_000, dueAt: 1_000 });
  });

  it('has nothing at or after its instant, so that no occurrence follows itself', () => {
    expect(nextOccurrence(schedule, 1_000)).toBeNull();
    expect(nextOccurrence(schedule, 1_001)).toBeNull();
  });

  it('never answers an occurrence at or before the one asked from', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (at, after) => {
        const next = nextOccurrence({ kind: 'at', at }, after);
        return next === null ? at <= after : next.scheduledFor > after;
      }),
    );
  });
});

describe('an interval', () => {
  it('is aligned to its anchor, wherever it is asked from', () => {
    expect(offsets(every(10_000))).toEqual([10_000, 20_000, 30_000, 40_000]);
    expect(nextOccurrence(every(10_000), now + 12_345)?.scheduledFor).toBe(now + 20_000);
    expect(nextOccurrence(every(10_000), now + 20_000)?.scheduledFor).toBe(now + 30_000);
  });

  it('begins with its anchor, and never before it', () => {
    expect(nextOccurrence(every(hour), null)?.scheduledFor).toBe(now);
    expect(nextOccurrence(every(hour), now - 10 * hour)?.scheduledFor).toBe(now);
  });

  it('does not drift in ten years', () => {
    const late = now + 3_652 * day + 1;
    expect((nextOccurrence(every(7_000), late)!.scheduledFor - now) % 7_000).toBe(0);
  });

  it('lasts as long on days when the clocks change', () => {
    const schedule = every(day, { anchor: Date.UTC(2026, 2, 28, 8), timezone: 'Europe/Berlin' });
    expect(nextOccurrence(schedule, schedule.anchor)?.scheduledFor).toBe(schedule.anchor + day);
  });
});

describe('the first occurrence of a new timer', () => {
  it('is the instant itself, even past', () => {
    expect(firstOccurrence({ kind: 'at', at: now - 5 }, now, {})?.scheduledFor).toBe(now - 5);
  });

  it('is yet to come where the schedule recurs, so that nothing is made up for', () => {
    expect(firstOccurrence(every(hour, { anchor: now - 10 * day }), now, {})?.scheduledFor).toBe(now + hour);
    expect(firstOccurrence(cron('0 * * * *'), now, {})?.scheduledFor).toBe(now + hour);
  });
});

describe('a cron', () => {
  it('follows the zone in front of it before the schedule’s own', () => {
    const schedule = cron('CRON_TZ=Asia/Tokyo 0 9 * * *', { timezone: 'Europe/Berlin' });
    expect(new Date(nextOccurrence(schedule, now)!.scheduledFor).toISOString()).toBe(
      '2026-06-02T00:00:00.000Z',
    );
  });

  it('is waited for as long as a date may take to come again: 40 years', () => {
    const next = nextOccurrence(cron('0 0 * 2 1#5'), Date.UTC(2072, 1, 29));
    expect(next?.scheduledFor).toBe(Date.UTC(2112, 1, 29));
  });
});

describe('limits', () => {
  it('leave out what is before startAt, and keep what is at it', () => {
    expect(offsets(every(hour, { startAt: now + 2 * hour }), 2)).toEqual([2 * hour, 3 * hour]);
    expect(offsets(every(hour, { startAt: now + 2 * hour + 1 }), 1)).toEqual([3 * hour]);
    expect(nextOccurrence(cron('0 * * * *', { startAt: now }), null)?.scheduledFor).toBe(now);
  });

  it('leave out what is after endAt, and keep what is at it', () => {
    expect(offsets(every(hour, { endAt: now + 2 * hour }))).toEqual([hour, 2 * hour]);
    expect(offsets(cron('0 * * * *', { endAt: now + 2 * hour - 1 }))).toEqual([hour]);
    expect(offsets({ kind: 'at', at: now + 5, endAt: now })).toEqual([]);
  });

  it('end a schedule when maxRuns occurrences were claimed', () => {
    const schedule = every(hour, { maxRuns: 3 });
    expect(nextOccurrence(schedule, now, { runs: 2 })?.scheduledFor).toBe(now + hour);
    expect(nextOccurrence(schedule, now, { runs: 3 })).toBeNull();
    expect(offsets(schedule)).toEqual([hour, 2 * hour, 3 * hour]);
  });
});

describe('exclusions', () => {
  it('leave out whole days of the schedule\u2019s zone', () => {
    const holidays = { dates: ['2026-06-02', '2026-06-04'] };
    const schedule = cron('0 9 * * *', { timezone: 'Asia/Tokyo', exclusions: holidays });
    const days = occurrencesBetween(schedule, { after: now, until: Infinity, limit: 3 });
    // 09:00 in Tokyo is midnight in UTC: both dates are those of Tokyo.
    expect(days.map(({ scheduledFor }) => new Date(scheduledFor).toISOString().slice(0, 13))).toEqual([
      '2026-06-03T00',
      '2026-06-05T00',
      '2026-06-06T00',
    ]);
  });

  it('end a day where the local day ends, also when it has 23 or 25 hours', () => {
    for (const [date, noonBefore, hours] of [
      ['2026-03-29', Date.UTC(2026, 2, 28, 11), 23],
      ['2026-10-25', Date.UTC(2026, 9, 24, 10), 25],
    ] as const) {
      const schedule = every(hour, { anchor: 0, timezone: 'Europe/Berlin', exclusions: { dates: [date] } });
      const range = { after: noonBefore, until: noonBefore + 2 * day, limit: 100 };
      const kept = occurrencesBetween(schedule, range).map(({ scheduledFor }) => scheduledFor);
      expect(48 - kept.length, date).toBe(hours);
    }
  });

  it('leave out every second of the minutes that a cron of five fields names', () => {
    const schedule = every(20_000, { exclusions: { crons: ['1 * * * *'] } });
    expect(offsets(schedule, 4)).toEqual([20_000, 40_000, 120_000, 140_000]);
  });

  it('leave out single seconds by a cron of six fields', () => {
    const schedule = every(20_000, { exclusions: { crons: ['20 * * * * *'] } });
    expect(offsets(schedule, 3)).toEqual([40_000, 60_000, 100_000]);
  });

  it('read a cron in its own zone where it names one', () => {
    const nights = { crons: ['CRON_TZ=Asia/Tokyo * 0-8 * * *'] };
    const kept = offsets(every(hour, { exclusions: nights }), 5).map((offset) => offset / hour + 12);
    expect(kept).toEqual([13, 14, 24, 25, 26]);
  });

  it('draw H by the same timer as the schedule does', () => {
    const schedule = cron('H * * * *', { exclusions: { crons: ['H * * * *'] } });
    for (const id of ['a', 'b', 'c']) expect(nextOccurrence(schedule, now, { id })).toBeNull();
  });

  it('do not count', () => {
    const occurrences = new Occurrences(every(hour, { exclusions: { crons: ['* 13 * * *'] } }));
    expect(occurrences.count({ after: now, until: now + 5 * hour, limit: 100 })).toBe(4);
  });

  it('pass over a long exclusion by its blocks: a year without, at an interval of a second', () => {
    const schedule = every(1_000, { exclusions: { crons: ['* * * 6-12 *'] } });
    const schedules = new Occurrences(schedule);
    expect(schedules.next(now)?.scheduledFor).toBe(Date.UTC(2027, 0, 1));
  });

  it('end a schedule of which they leave nothing, after a bounded search', () => {
    const nothing = { crons: ['*/2 * * * * *', '1-59/2 * * * * *'] };
    expect(nextOccurrence(every(1_000, { exclusions: nothing }), now)).toBeNull();
    expect(nextOccurrence(every(1_000, { exclusions: { crons: ['* * * * *'] } }), now)).toBeNull();
  });

  it(
    'leave the same occurrences as a filter over all of them',
    () => {
      const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 30 });
      const hours = fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 23 });
      fc.assert(
        fc.property(
          minutes,
          hours,
          fc.integer({ min: 30, max: 5_000 }),
          (leftMinutes, leftHours, seconds) => {
            const schedule = every(seconds * 1_000);
            const range = { after: now, until: now + 2 * day, limit: 10_000 };
            const expected = occurrencesBetween(schedule, range).filter(({ scheduledFor }) => {
              const date = new Date(scheduledFor);
              return !(leftMinutes.includes(date.getUTCMinutes()) && leftHours.includes(date.getUTCHours()));
            });
            const exclusions = { crons: [`${leftMinutes.join(',')} ${leftHours.join(',')} * * *`] };
            expect(occurrencesBetween({ ...schedule, exclusions }, range)).toEqual(expected);
          },
        ),
        { numRuns: propertyRuns(100) },
      );
    },
    propertyTimeoutMs,
  );
});

describe('jitter', () => {
  const owner = { uid: '0190-a' };
  const schedule = every(hour, { jitterMs: 60_000 });
  const delays = (count: number): number[] =>
    occurrencesBetween(schedule, { after: now, until: Infinity, limit: count }, owner).map(
      ({ scheduledFor, dueAt }) => dueAt - scheduledFor,
    );

  it('delays an occurrence, never hastens it, and leaves its nominal time alone', () => {
    const [first] = occurrencesBetween(schedule, { after: now, until: Infinity, limit: 1 }, owner);
    expect(first!.scheduledFor).toBe(now + hour);
    expect(Math.min(...delays(500))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays(500))).toBeLessThanOrEqual(60_000);
  });

  it('is the same whenever it is asked for, and another for another timer', () => {
    expect(nextOccurrence(schedule, now, owner)).toEqual(nextOccurrence(schedule, now, owner));
    expect(nextOccurrence(schedule, now, owner)).not.toEqual(nextOccurrence(schedule, now, { uid: 'b' }));
  });

  it('spreads evenly, over occurrences and over timers', () => {
    const overTimers = Array.from({ length: 2_000 }, (_, i) => {
      const { scheduledFor, dueAt } = nextOccurrence(schedule, now, { uid: `uid-${i}` })!;
      return dueAt - scheduledFor;
    });
    for (const drawn of [delays(2_000), overTimers]) {
      const perTenth = new Array<number>(10).fill(0);
      for (const delay of drawn) perTenth[Math.min(9, Math.floor(delay / 6_000))]!++;
      expect(Math.min(...perTenth)).toBeGreaterThan(140);
      expect(Math.max(...perTenth)).toBeLessThan(260);
    }
  });

  it('never reaches the next occurrence, which would be claimed late otherwise', () => {
    const wide = every(10_000, { jitterMs: hour });
    const some = occurrencesBetween(wide, { after: now, until: Infinity, limit: 500 }, owner);
    for (const [i, { dueAt }] of some.slice(0, -1).entries())
      expect(dueAt).toBeLessThan(some[i + 1]!.scheduledFor);
    expect(Math.max(...some.map(({ scheduledFor, dueAt }) => dueAt - scheduledFor))).toBeGreaterThan(9_000);
  });
});

describe('any schedule', () => {
  const kinds: fc.Arbitrary<Schedule> = fc.oneof(
    fc.record({ kind: fc.constant('at' as const), at: fc.integer({ min: now, max: now + day }) }),
    fc.integer({ min: 1, max: day }).map((intervalMs) => every(intervalMs)),
    fc
      .constantFrom('*/7 * * * *', '30 2 * * *', '15 1-3 * * SUN', '*/50 * * * * *', '0 0 1W * *')
      .chain((expression) =>
        fc
          .constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe')
          .map((timezone) => cron(expression, { timezone })),
      ),
  );
  const limits = fc.record(
    {
      startAt: fc.integer({ min: now - day, max: now + 200 * day }),
      endAt: fc.integer({ min: now, max: now + 300 * day }),
      jitterMs: fc.integer({ min: 0, max: day }),
      maxRuns: fc.integer({ min: 1, max: 50 }),
    },
    { requiredKeys: [] },
  );

  it(
    'answers one step at a time what it answers for a range, increasing and within its limits',
    () => {
      fc.assert(
        fc.property(kinds, limits, (kind, more) => {
          const schedule = { ...kind, ...more };
          const walked = [];
          let next = nextOccurrence(schedule, now - 1, { runs: 0 });
          for (
            ;
            next && walked.length < 30;
            walked.push(next), next = nextOccurrence(schedule, next.scheduledFor, { runs: walked.length })
          );
          const range = { after: now - 1, until: Infinity, limit: 30 };
          expect(occurrencesBetween(schedule, range)).toEqual(walked);
          for (const [i, { scheduledFor, dueAt }] of walked.entries()) {
            expect(scheduledFor).toBeGreaterThan(walked[i - 1]?.dueAt ?? now - 1);
            expect(scheduledFor).toBeGreaterThanOrEqual(more.startAt ?? 0);
            expect(scheduledFor).toBeLessThanOrEqual(more.endAt ?? Infinity);
            expect(dueAt).toBeGreaterThanOrEqual(scheduledFor);
          }
          expect(walked.length).toBeLessThanOrEqual(more.maxRuns ?? 30);
        }),
        { numRuns: propertyRuns(500) },
      );
    },
    propertyTimeoutMs,
  );

  it(
    'counts what it names',
    () => {
      fc.assert(
        fc.property(kinds, limits, fc.integer({ min: 0, max: 3 * day }), (kind, more, length) => {
          const occurrences = new Occurrences({ ...kind, ...more });
          const range = { after: now, until: now + length, limit: 500 };
          expect(Math.min(500, occurrences.count(range))).toBe(occurrences.scheduledBetween(range).length);
        }),
        { numRuns: propertyRuns(300) },
      );
    },
    propertyTimeoutMs,
  );
});
