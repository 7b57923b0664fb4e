import { describe, expect, it } from 'vitest';
import { occurrencesBetween } from '../../../../shared/timers/occurrences.js';
import { preview } from '../../../../shared/timers/preview.js';
import type { CronSchedule, Schedule } from '../../../../shared/timers/schedule.js';

const day = 86_400_000;

const cron = (expression: string, more: Partial<CronSchedule> = {}): CronSchedule => ({
  kind: 'cron',
  expression,
  timezone: 'Europe/Berlin',
  ...more,
});

/** Local times with their notes, from the beginning of a UTC day on. */
function lines(schedule: Schedule, date: string, count = 2): string[] {
  const coming = preview(schedule, { from: Date.parse(date) - 1, count });
  return coming.flatMap(({ local, notes }) => [
    local,
    ...notes.map(({ kind, detail }) => `  ${kind}: ${detail}`),
  ]);
}

describe('a preview', () => {
  it('shows each occurrence in UTC and in local time with its offset', () => {
    expect(preview(cron('0 9 * * *'), { from: Date.UTC(2026, 6, 1), count: 1 })).toEqual([
      {
        scheduledFor: Date.UTC(2026, 6, 1, 7),
        dueAt: Date.UTC(2026, 6, 1, 7),
        local: '2026-07-01T09:00:00+02:00',
        notes: [],
      },
    ]);
  });

  it('says where a time was moved out of a gap', () => {
    expect(lines(cron('30 2 * * *'), '2026-03-28')).toEqual([
      '2026-03-28T02:30:00+01:00',
      '2026-03-29T03:30:00+02:00',
      '  gap-shifted: 2026-03-29T02:30:00 does not exist; read with the offset before',
    ]);
  });

  it('says, before the next occurrence, where a time in a gap was left out', () => {
    expect(lines(cron('30 2 * * *', { dst: { gap: 'skip' } }), '2026-03-28')).toEqual([
      '2026-03-28T02:30:00+01:00',
      '2026-03-30T02:30:00+02:00',
      '  gap-skipped: 2026-03-29T02:30:00 does not exist and is left out',
    ]);
  });

  it.each([
    [
      'first',
      ['2026-10-25T02:30:00+02:00', '  fold-first: 2026-10-25T02:30:00 comes twice; this is the first one'],
    ],
    [
      'second',
      ['2026-10-25T02:30:00+01:00', '  fold-second: 2026-10-25T02:30:00 comes twice; this is the second one'],
    ],
  ] as const)('says that a time came twice and the %s was taken', (fold, expected) => {
    expect(lines(cron('30 2 * * *', { dst: { fold } }), '2026-10-25', 1)).toEqual(expected);
  });

  it('says of both that they are one time twice', () => {
    expect(lines(cron('30 2 * * *', { dst: { fold: 'both' } }), '2026-10-25')).toEqual([
      '2026-10-25T02:30:00+02:00',
      '  fold-both: 2026-10-25T02:30:00 comes twice; this is the first one',
      '2026-10-25T02:30:00+01:00',
      '  fold-both: 2026-10-25T02:30:00 comes twice; this is the second one',
    ]);
  });

  it('knows the edges of a fold: 02:00 comes twice, 03:00 once', () => {
    const kinds = preview(cron('0 2,3 * * *', { dst: { fold: 'both' } }), {
      from: Date.UTC(2026, 9, 25) - 1,
      count: 3,
    });
    expect(kinds.map(({ local, notes }) => [local.slice(11, 13), notes.length])).toEqual([
      ['02', 1],
      ['02', 1],
      ['03', 0],
    ]);
  });

  it('knows times beside a gap from times moved out of it', () => {
    expect(lines(cron('0,30 3,4 * * *'), '2026-03-29', 4)).toEqual(
      ['03:00', '03:30', '04:00', '04:30'].map((time) => `2026-03-29T${time}:00+02:00`),
    );
  });

  it('tells what exclusions left out before an occurrence', () => {
    const exclusions = { dates: ['2026-07-02', '2026-07-03'] };
    expect(lines(cron('0 9 * * *', { exclusions }), '2026-07-01')).toEqual([
      '2026-07-01T09:00:00+02:00',
      '2026-07-04T09:00:00+02:00',
      '  excluded: 2026-07-02T09:00:00+02:00 and 1 more left out by an exclusion',
    ]);
  });

  it('tells nothing of what lies before the start', () => {
    const exclusions = { dates: ['2026-07-01'] };
    const startAt = Date.UTC(2026, 6, 3);
    expect(lines(cron('0 9 * * *', { exclusions, startAt }), '2026-07-01', 1)).toEqual([
      '2026-07-03T09:00:00+02:00',
    ]);
  });

  it('stops counting what is left out at a bound', () => {
    const schedule: Schedule = {
      kind: 'every',
      intervalMs: 1_000,
      anchor: 0,
      exclusions: { dates: ['2026-07-01'] },
    };
    expect(lines(schedule, '2026-07-01', 1)).toEqual([
      '2026-07-02T00:00:00+00:00',
      '  excluded: 2026-07-01T00:00:00+00:00 and many more left out by an exclusion',
    ]);
  });

  it('shows jitter, and leaves the local time nominal', () => {
    const [first] = preview(cron('0 9 * * *', { jitterMs: 60_000 }), { from: 0, count: 1, uid: 'a' });
    expect(first!.local).toBe('1970-01-01T09:00:00+01:00');
    expect(first!.notes).toEqual([
      { kind: 'jitter', detail: `due ${first!.dueAt! - first!.scheduledFor} ms later` },
    ]);
  });

  it('says how far a jitter may reach that is drawn only when the timer is made', () => {
    const jitterMs = 60_000;
    const shown = (expression: string) => preview(cron(expression, { jitterMs }), { from: 0, count: 1 });
    const due = (reach: number) => ({
      dueAt: null,
      notes: [{ kind: 'jitter', detail: `due up to ${reach} ms later, drawn when the timer is made` }],
    });
    expect(shown('0 9 * * *')).toMatchObject([due(60_000)]);
    expect(shown('*/30 * * * * *')).toMatchObject([due(29_999)]);
  });

  it('has no note for a time that only lies beside a change', () => {
    expect(lines(cron('30 1,3,4 * * *', { dst: { gap: 'skip' } }), '2026-03-28T12:00Z', 3)).toEqual([
      '2026-03-29T01:30:00+01:00',
      '2026-03-29T03:30:00+02:00',
      '2026-03-29T04:30:00+02:00',
    ]);
  });

  it('shows no more than maxRuns still allows', () => {
    expect(preview(cron('@daily', { maxRuns: 3 }), { from: 0, count: 10, runs: 1 })).toHaveLength(2);
  });

  it('names the very occurrences that will be claimed', () => {
    const schedule = cron('*/40 1-3 * * *', { jitterMs: 5_000, dst: { fold: 'both' } });
    const owner = { uid: 'a', id: 'b' };
    const from = Date.UTC(2026, 9, 20);
    const shown = preview(schedule, { from, count: 60, ...owner });
    const claimed = occurrencesBetween(schedule, { after: from, until: from + 60 * day, limit: 60 }, owner);
    expect(shown.map(({ scheduledFor, dueAt }) => ({ scheduledFor, dueAt }))).toEqual(claimed);
  });
});
