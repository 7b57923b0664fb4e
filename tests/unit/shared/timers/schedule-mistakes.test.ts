import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../../../shared/timers/schedule.js';
import { scheduleMistakes } from '../../../../shared/timers/schedule-mistakes.js';

const now = Date.UTC(2026, 5, 1);
const day = 86_400_000;
const daily = { kind: 'cron', expression: '0 9 * * *', timezone: 'Europe/Berlin' } as const;
const hourly = { kind: 'every', intervalMs: 3_600_000, anchor: now } as const;

describe('a schedule that can be kept', () => {
  it.each<[string, Schedule]>([
    ['an instant', { kind: 'at', at: now + 1 }],
    ['an instant just past', { kind: 'at', at: now - 1 }],
    ['a local time', { kind: 'localTime', localTime: '2026-07-01T09:00', timezone: 'Asia/Tokyo' }],
    ['a cron', daily],
    ['an interval with every limit', { ...hourly, startAt: now, endAt: now + day, maxRuns: 3, jitterMs: 0 }],
    ['29 February', { ...daily, expression: '0 0 29 2 *' }],
    ['exclusions', { ...daily, exclusions: { dates: ['2028-02-29'], crons: ['@monthly'] } }],
  ])('has no mistake: %s', (_what, schedule) => {
    expect(scheduleMistakes(schedule, now)).toEqual([]);
  });
});

describe('a schedule that cannot be kept is refused for', () => {
  it.each<[string, Schedule, string, string]>([
    ['an unknown zone', { ...daily, timezone: 'Europe/Nowhere' }, 'timezone', '"Europe/Nowhere" is no zone'],
    ['a bare offset', { ...hourly, timezone: '+02:00' }, 'timezone', '"+02:00" is no zone'],
    [
      'an unknown zone in front',
      { ...daily, expression: 'CRON_TZ=X/Y @daily' },
      'expression',
      '"X/Y" is no zone',
    ],
    ['an unreadable cron', { ...daily, expression: '0 25 * * *' }, 'expression', 'hour: "25" holds 25'],
    ['31 February', { ...daily, expression: '0 0 31 2 *' }, 'expression', '"0 0 31 2 *" never comes'],
    [
      'a cron whose every time is in a gap that it skips',
      { ...daily, expression: '30 2 * 3 7L', dst: { gap: 'skip' } },
      'expression',
      'each of its times falls where the clock jumps ahead',
    ],
    [
      'a local time in a gap that it skips',
      { kind: 'localTime', localTime: '2027-03-28T02:30', timezone: 'Europe/Berlin', dst: { gap: 'skip' } },
      'localTime',
      '2027-03-28T02:30:00 falls where the clock jumps ahead and does not exist; choose dst.gap shift',
    ],
    [
      'no such day',
      { kind: 'localTime', localTime: '2026-02-30T09:00', timezone: 'UTC' },
      'localTime',
      'is no local time',
    ],
    [
      'an offset',
      { kind: 'localTime', localTime: '2026-02-20T09:00Z', timezone: 'UTC' },
      'localTime',
      'without offset',
    ],
    ['no interval', { ...hourly, intervalMs: 0 }, 'intervalMs', 'must be a whole number above zero'],
    ['half a run', { ...hourly, maxRuns: 0.5 }, 'maxRuns', 'must be a whole number above zero'],
    ['jitter into the past', { ...hourly, jitterMs: -1 }, 'jitterMs', 'zero or more'],
    [
      'an end before the start',
      { ...hourly, startAt: now + 2, endAt: now + 1 },
      'endAt',
      'is before startAt',
    ],
    [
      'an end too soon',
      { ...daily, endAt: now + 1 },
      'endAt',
      'is before the first occurrence, 2026-06-01T09:00:00+02:00',
    ],
    [
      'a start too late',
      { kind: 'at', at: now + 1, startAt: now + 2 },
      'startAt',
      'is after its only occurrence',
    ],
    [
      'no such date',
      { ...daily, exclusions: { dates: ['2026-12-24', '2027-02-29'] } },
      'exclusions/dates/1',
      'is no date',
    ],
    [
      'an unreadable exclusion',
      { ...daily, exclusions: { crons: ['x'] } },
      'exclusions/crons/0',
      'has 1 fields',
    ],
    [
      'excluding itself',
      { ...daily, exclusions: { crons: ['* 9 * * *'] } },
      'exclusions',
      'leave nothing of it',
    ],
  ])('%s, and told so', (_what, schedule, field, detail) => {
    expect(scheduleMistakes(schedule, now)).toEqual([
      { field, detail: expect.stringContaining(detail) as string },
    ]);
  });

  it('all its mistakes at once', () => {
    const wrong = { ...daily, expression: 'x', timezone: 'y', maxRuns: 0 };
    expect(scheduleMistakes(wrong, now).map(({ field }) => field)).toEqual([
      'timezone',
      'expression',
      'maxRuns',
    ]);
  });
});
