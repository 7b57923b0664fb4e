/** Every kind of schedule and every limit: callbacks come at its instants and at no others. On the test clock. */
import { describe, expect, it } from 'vitest';
import type { World } from './world.js';

interface Case {
  /** What the option does. */
  title: string;
  now: string;
  when: object;
  by: string;
  /** The nominal times that are called, and no others. */
  fires: string[];
}

const cases: Case[] = [
  {
    title: 'at: one instant',
    now: '2031-01-01T00:00:00Z',
    when: { at: '2031-01-01T06:00:00+01:00' },
    by: 'P1D',
    fires: ['2031-01-01T05:00:00.000Z'],
  },
  {
    title: 'delay: so long after it was made',
    now: '2031-01-01T00:00:00Z',
    when: { delay: 'PT90M' },
    by: 'P1D',
    fires: ['2031-01-01T01:30:00.000Z'],
  },
  {
    title: 'localTime: the offset of its zone on that day',
    now: '2031-06-01T00:00:00Z',
    when: { localTime: '2031-07-01T09:00', timezone: 'America/New_York' },
    by: 'P40D',
    fires: ['2031-07-01T13:00:00.000Z'],
  },
  {
    title: 'localTime in a gap, shift: an hour later on the clock',
    now: '2031-03-29T00:00:00Z',
    when: { localTime: '2031-03-30T02:30', timezone: 'Europe/Berlin', dst: { gap: 'shift' } },
    by: 'P2D',
    fires: ['2031-03-30T01:30:00.000Z'],
  },
  {
    title: 'localTime in a fold, both: twice',
    now: '2031-10-25T00:00:00Z',
    when: { localTime: '2031-10-26T02:30', timezone: 'Europe/Berlin', dst: { fold: 'both' } },
    by: 'P2D',
    fires: ['2031-10-26T00:30:00.000Z', '2031-10-26T01:30:00.000Z'],
  },
  {
    title: 'localTime in a fold, second: the later one alone',
    now: '2031-10-25T00:00:00Z',
    when: { localTime: '2031-10-26T02:30', timezone: 'Europe/Berlin', dst: { fold: 'second' } },
    by: 'P2D',
    fires: ['2031-10-26T01:30:00.000Z'],
  },
  {
    title: 'cron of five fields with a zone, across a change of its clock',
    now: '2031-03-28T12:00:00Z',
    when: { cron: '30 8 * * *', timezone: 'Europe/Berlin' },
    by: 'P3D',
    fires: ['2031-03-29T07:30:00.000Z', '2031-03-30T06:30:00.000Z', '2031-03-31T06:30:00.000Z'],
  },
  {
    title: 'cron in a gap, skip: not on that day',
    now: '2031-03-28T12:00:00Z',
    when: { cron: '30 2 * * *', timezone: 'Europe/Berlin', dst: { gap: 'skip' } },
    by: 'P3D',
    fires: ['2031-03-29T01:30:00.000Z', '2031-03-31T00:30:00.000Z'],
  },
  {
    title: 'cron of six fields: seconds first',
    now: '2031-01-01T00:00:00Z',
    when: { cron: '*/20 0 0 * * *' },
    by: 'P1D',
    fires: ['2031-01-01T00:00:20.000Z', '2031-01-01T00:00:40.000Z', '2031-01-02T00:00:00.000Z'],
  },
  {
    title: 'cron with L: the last day of a month',
    now: '2032-02-01T00:00:00Z',
    when: { cron: '0 12 L * *' },
    by: 'P61D',
    fires: ['2032-02-29T12:00:00.000Z', '2032-03-31T12:00:00.000Z'],
  },
  {
    title: 'cron with W: the nearest weekday, never in another month',
    now: '2031-01-31T13:00:00Z',
    when: { cron: '0 12 1W * *' },
    by: 'P59D',
    fires: ['2031-02-03T12:00:00.000Z', '2031-03-03T12:00:00.000Z'],
  },
  {
    title: 'cron with #: the second Tuesday',
    now: '2031-01-01T00:00:00Z',
    when: { cron: '0 12 * * TUE#2' },
    by: 'P59D',
    fires: ['2031-01-14T12:00:00.000Z', '2031-02-11T12:00:00.000Z'],
  },
  {
    title: 'cron @monthly in the zone that CRON_TZ names',
    now: '2031-01-15T00:00:00Z',
    when: { cron: 'CRON_TZ=Asia/Tokyo @monthly' },
    by: 'P30D',
    fires: ['2031-01-31T15:00:00.000Z'],
  },
  {
    title: 'every with an anchor: aligned to it, not to when it was made',
    now: '2031-01-01T00:10:00Z',
    when: { every: 'PT8H', anchor: '2030-12-31T01:00:00Z' },
    by: 'P1D',
    fires: ['2031-01-01T01:00:00.000Z', '2031-01-01T09:00:00.000Z', '2031-01-01T17:00:00.000Z'],
  },
  {
    title: 'startAt: nothing before it',
    now: '2031-01-01T00:00:00Z',
    when: { cron: '0 */6 * * *', startAt: '2031-01-01T12:00:00Z' },
    by: 'PT20H',
    fires: ['2031-01-01T12:00:00.000Z', '2031-01-01T18:00:00.000Z'],
  },
  {
    title: 'endAt: nothing after it',
    now: '2031-01-01T00:00:00Z',
    when: { cron: '0 */6 * * *', endAt: '2031-01-01T12:00:00Z' },
    by: 'P1D',
    fires: ['2031-01-01T06:00:00.000Z', '2031-01-01T12:00:00.000Z'],
  },
  {
    title: 'maxRuns: no more than so many',
    now: '2031-01-01T00:00:00Z',
    when: { every: 'PT6H', maxRuns: 2 },
    by: 'P2D',
    fires: ['2031-01-01T06:00:00.000Z', '2031-01-01T12:00:00.000Z'],
  },
  {
    title: 'exclusions.dates: whole local days',
    now: '2031-12-24T00:00:00Z',
    when: {
      cron: '0 9 * * *',
      timezone: 'Europe/Berlin',
      exclusions: { dates: ['2031-12-25', '2031-12-26'] },
    },
    by: 'P4D',
    fires: ['2031-12-24T08:00:00.000Z', '2031-12-27T08:00:00.000Z'],
  },
  {
    title: 'exclusions.crons: the times that they name',
    now: '2031-01-03T00:00:00Z',
    when: { cron: '0 9 * * *', exclusions: { crons: ['* * * * SAT,SUN'] } },
    by: 'P4D',
    fires: ['2031-01-03T09:00:00.000Z', '2031-01-06T09:00:00.000Z'],
  },
];

export function describeSchedules(world: () => World): void {
  describe('a schedule fires at its instants and at no others', () => {
    it.concurrent.each(cases)('$title', async ({ now, when, by, fires }) => {
      const place = await world().frozen(now);
      await place.create('it', when);
      await place.advance({ by });
      expect(place.instants('it')).toEqual(fires);
    });

    it('H: draws a time by the id, the same for ever, and spreads a fleet', async () => {
      const place = await world().frozen('2031-01-01T00:00:00Z');
      const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
      for (const id of ids) await place.create(id, { cron: 'H H * * *' });
      await place.advance({ by: 'P2D' });
      const times = ids.map((id) => place.instants(id).map((instant) => instant.slice(11)));
      for (const [first, second] of times) expect(second).toBe(first);
      expect(new Set(times.map(([time]) => time)).size).toBeGreaterThan(4);
    });

    it('jitter: later by up to so much, under the id of the nominal time', async () => {
      const place = await world().frozen('2031-01-01T00:00:00Z');
      await place.create('it', { every: 'PT1H', jitter: 'PT30M' });
      await place.advance({ by: 'PT6H30M' });
      expect(place.instants('it').map((instant) => instant.slice(11, 13))).toEqual([
        '01',
        '02',
        '03',
        '04',
        '05',
        '06',
      ]);
      const executions = (await place.executions('it')) as { scheduledFor: string; dueAt?: string }[];
      const late = executions.map(({ scheduledFor, dueAt }) => Date.parse(dueAt!) - Date.parse(scheduledFor));
      expect(Math.max(...late)).toBeGreaterThan(60_000);
      expect(Math.max(...late)).toBeLessThanOrEqual(1_800_000);
    });

    it('fires what its preview promised, for a year, whatever the kind', async () => {
      const place = await world().frozen('2031-01-01T00:00:00Z');
      const kinds = {
        at: { at: '2031-05-05T05:05:05Z' },
        localTime: { localTime: '2031-10-26T02:30', timezone: 'Europe/Berlin', dst: { fold: 'both' } },
        cron: { cron: '0 2 * * SUN', timezone: 'America/New_York', exclusions: { dates: ['2031-07-06'] } },
        lastDay: { cron: '59 23 L * *', timezone: 'Pacific/Auckland' },
        every: { every: 'P12D', anchor: '2031-01-03T10:00:00Z', jitter: 'PT1H' },
        limited: { cron: '@weekly', startAt: '2031-03-01T00:00:00Z', maxRuns: 3 },
      };
      const promised: Record<string, string[]> = {};
      for (const [id, when] of Object.entries(kinds)) {
        await place.create(id, when);
        const { body } = await place.other.call<{ occurrences: { scheduledFor: string }[] }>(
          'GET',
          `/v1/timers/${id}/preview?count=100`,
        );
        promised[id] = body.occurrences
          .map(({ scheduledFor }) => scheduledFor)
          .filter((instant) => instant < '2031-12-31');
      }
      await place.advance({ to: '2031-12-31T00:00:00Z' });
      const fired = Object.fromEntries(Object.keys(kinds).map((id) => [id, place.instants(id)]));
      expect(fired).toEqual(promised);
      expect(Object.values(promised).flat().length).toBeGreaterThan(90);
    }, 120_000);
  });
}
