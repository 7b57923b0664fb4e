import { describe, expect, it } from 'vitest';
import { openWorld as setup, target } from './world.js';

const berlin = { timezone: 'Europe/Berlin' };

/** Each with what the answer shows beside what was sent. The clock stands at 2030-01-01T00:00:00Z, a Tuesday. */
const accepted: [string, object, object][] = [
  ['a cron in UTC', { cron: '0 9 * * *' }, { timezone: 'UTC', nextDueAt: '2030-01-01T09:00:00.000Z' }],
  [
    'a cron in a zone',
    { cron: '0 9 * * *', ...berlin },
    { dst: { gap: 'shift', fold: 'first' }, nextDueAt: '2030-01-01T08:00:00.000Z' },
  ],
  [
    'a cron of an interval',
    { cron: '*/20 * * * *' },
    { dst: { gap: 'skip', fold: 'both' }, nextDueAt: '2030-01-01T00:20:00.000Z' },
  ],
  ['a cron with seconds', { cron: '*/7 * * * * *' }, { nextDueAt: '2030-01-01T00:00:07.000Z' }],
  ['a nickname', { cron: '@monthly' }, { nextDueAt: '2030-02-01T00:00:00.000Z' }],
  ['the last day of a month', { cron: '0 0 L * *' }, { nextDueAt: '2030-01-31T00:00:00.000Z' }],
  ['the nearest weekday', { cron: '0 0 5W * *' }, { nextDueAt: '2030-01-04T00:00:00.000Z' }],
  ['the second Monday', { cron: '0 0 * * MON#2' }, { nextDueAt: '2030-01-14T00:00:00.000Z' }],
  ['Sunday as 7', { cron: '0 0 * * 7' }, { nextDueAt: '2030-01-06T00:00:00.000Z' }],
  [
    'a zone within the cron',
    { cron: 'CRON_TZ=Asia/Tokyo 0 9 * * *' },
    { nextDueAt: '2030-01-02T00:00:00.000Z' },
  ],
  [
    'a rule for clock changes',
    { cron: '30 2 * * *', ...berlin, dst: { gap: 'skip', fold: 'both' } },
    { dst: { gap: 'skip', fold: 'both' } },
  ],
  [
    'half a rule',
    { cron: '30 2 * * *', ...berlin, dst: { fold: 'second' } },
    { dst: { gap: 'shift', fold: 'second' } },
  ],
  [
    'an interval from the creation',
    { every: '10s' },
    { every: 'PT10S', anchor: '2030-01-01T00:00:00.000Z', nextDueAt: '2030-01-01T00:00:10.000Z' },
  ],
  [
    'an interval with an anchor in the past',
    { every: 'PT1H', anchor: '2020-01-01T00:17:00Z' },
    { anchor: '2020-01-01T00:17:00.000Z', nextDueAt: '2030-01-01T00:17:00.000Z' },
  ],
  [
    'an interval with an anchor ahead',
    { every: 60_000, anchor: '2030-01-01T00:00:30+00:00' },
    { every: 'PT1M', anchor: '2030-01-01T00:00:30.000Z', nextDueAt: '2030-01-01T00:00:30.000Z' },
  ],
  [
    'a local time in a gap',
    { localTime: '2030-03-31T02:30', ...berlin },
    { at: '2030-03-31T01:30:00.000Z', nextDueAt: '2030-03-31T01:30:00.000Z' },
  ],
  [
    'the second of two equal local times',
    { localTime: '2030-10-27T02:30:00', ...berlin, dst: { fold: 'second' } },
    { at: '2030-10-27T01:30:00.000Z' },
  ],
  [
    'a beginning',
    { cron: '0 * * * *', startAt: '2030-01-01T05:00:00Z' },
    { startAt: '2030-01-01T05:00:00.000Z', nextDueAt: '2030-01-01T05:00:00.000Z' },
  ],
  ['an end', { every: '1h', endAt: '2030-01-01T01:00:00Z' }, { endAt: '2030-01-01T01:00:00.000Z' }],
  ['a number of runs', { every: '1h', maxRuns: 3 }, { maxRuns: 3 }],
  [
    'excluded days',
    { cron: '0 9 * * *', ...berlin, exclusions: { dates: ['2030-01-01', '2030-01-02'] } },
    { exclusions: { dates: ['2030-01-01', '2030-01-02'] }, nextDueAt: '2030-01-03T08:00:00.000Z' },
  ],
  [
    'excluded times',
    { every: '30m', exclusions: { crons: ['* 0-5 * * *'] } },
    { exclusions: { crons: ['* 0-5 * * *'] }, nextDueAt: '2030-01-01T06:00:00.000Z' },
  ],
  [
    'the exclusion of a delay’s zone',
    { delay: '1h', ...berlin },
    { delay: 'PT1H', timezone: 'Europe/Berlin' },
  ],
  ['jitter', { every: '1h', jitter: '90s' }, { jitter: 'PT1M30S' }],
  [
    'a misfire policy',
    { every: '1h', misfire: { policy: 'all', window: '1s', max: 1 } },
    { misfire: { policy: 'all', window: 'PT1S', max: 1 } },
  ],
  [
    'half a misfire policy',
    { every: '1h', misfire: { policy: 'skip' } },
    { misfire: { policy: 'skip', window: 'PT1H', max: 1_000 } },
  ],
  ...['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'allowAll'].map(
    (overlap): [string, object, object] => [`overlap ${overlap}`, { every: '1h', overlap }, { overlap }],
  ),
];

describe('a schedule', () => {
  it.each(accepted)('may be %s, and is shown as sent with what it came to', async (_what, sent, shown) => {
    const { call } = await setup();
    const { status, body } = await call('POST', '/v1/timers', { body: { id: 'tea', ...sent, target } });
    expect(body.errors).toBeUndefined();
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...namedAsSent(sent), ...shown });
    expect((await call('GET', '/v1/timers/tea')).body).toEqual(body);
    const again = await call('PUT', '/v1/timers/tea', { body: { ...sent, target } });
    expect(again).toMatchObject({ status: 200, body });
  });

  it('keeps its jitter below what was allowed, the same in every answer', async () => {
    const { call } = await setup();
    const { body } = await call('PUT', '/v1/timers/tea', { body: { every: '1h', jitter: '10m', target } });
    const late = Date.parse(body.nextDueAt!) - Date.UTC(2030, 0, 1, 1);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThanOrEqual(600_000);
    expect((await call('GET', '/v1/timers/tea')).body.nextDueAt).toBe(body.nextDueAt);
  });

  it('draws H by the id of the timer', async () => {
    const { call } = await setup();
    const ids = Array.from({ length: 40 }, (_, i) => `t${i}`);
    const due = await Promise.all(
      ids.map(
        async (id) =>
          (await call('PUT', `/v1/timers/${id}`, { body: { cron: 'H * * * *', target } })).body.nextDueAt,
      ),
    );
    expect(new Set(due).size).toBeGreaterThan(10);
  });
});

/** The fields that the answer repeats letter by letter. */
function namedAsSent(sent: object): object {
  return Object.fromEntries(
    Object.entries(sent).filter(([name]) => ['cron', 'localTime', 'timezone'].includes(name)),
  );
}

/** Each with the field that the answer must name, and a word of what to write instead. */
const refused: [string, object, string, RegExp][] = [
  ['two kinds', { cron: '@daily', every: '1h' }, '/every', /beside `cron`; give exactly one/],
  [
    'a zone that is none',
    { cron: '@daily', timezone: 'Mars/Base' },
    '/timezone',
    /tz database.*Europe\/Berlin/,
  ],
  ['an offset as a zone', { cron: '@daily', timezone: '+02:00' }, '/timezone', /tz database/],
  ['two zones', { cron: 'TZ=UTC @daily', ...berlin }, '/timezone', /beside the zone within `cron`/],
  ['a local time without zone', { localTime: '2030-05-01T09:00' }, '/timezone', /required/],
  ['a local time with offset', { localTime: '2030-05-01T09:00Z', ...berlin }, '/localTime', /without offset/],
  ['a local time that is none', { localTime: '2030-02-30T09:00', ...berlin }, '/localTime', /no local time/],
  ['a past local time', { localTime: '2029-05-01T09:00', ...berlin }, '/localTime', /in the past/],
  ['a local time in eleven years', { localTime: '2041-05-01T09:00', ...berlin }, '/localTime', /10 years/],
  [
    'a local time in a gap that is skipped',
    { localTime: '2030-03-31T02:30', ...berlin, dst: { gap: 'skip' } },
    '/localTime',
    /dst.gap shift/,
  ],
  ['four fields', { cron: '* * * *' }, '/cron', /five|5/],
  ['an unknown name', { cron: '0 0 * FOO *' }, '/cron', /month/],
  ['a minute of 60', { cron: '60 * * * *' }, '/cron', /minute/],
  ['a cron that never comes', { cron: '0 0 31 2 *' }, '/cron', /never comes/],
  ['a wrong zone within the cron', { cron: 'CRON_TZ=Nowhere @daily' }, '/cron', /tz database/],
  ['too long a cron', { cron: `${'1,'.repeat(300)}2 * * * *` }, '/cron', /512/],
  ['an interval of zero', { every: 0 }, '/every', /at least 1 s/],
  ['an interval below a second', { every: '999ms' }, '/every', /at least 1 s/],
  ['an interval of a hundred years', { every: 'P36525D' }, '/every', /10 years/],
  ['an interval in months', { every: 'P1M' }, '/every', /no fixed length/],
  ['an anchor without offset', { every: '1h', anchor: '2030-01-01T00:00:00' }, '/anchor', /offset/],
  ['an anchor in eleven years', { every: '1h', anchor: '2041-01-02T00:00:00Z' }, '/anchor', /10 years/],
  ['an anchor of a cron', { cron: '@daily', anchor: '2030-01-01T00:00:00Z' }, '/anchor', /only `every`/],
  [
    'a rule for clock changes of an interval',
    { every: '1h', dst: { gap: 'skip' } },
    '/dst',
    /`localTime` and `cron`/,
  ],
  ['a rule for clock changes of a delay', { delay: '1h', dst: {} }, '/dst', /no clock change moves/],
  ['an unknown rule', { cron: '@daily', dst: { gap: 'both' } }, '/dst/gap', /skip, shift/],
  ['a further rule', { cron: '@daily', dst: { leap: 'skip' } }, '/dst/leap', /not a known field/],
  [
    'an end before the beginning',
    { every: '1h', startAt: '2030-03-01T00:00:00Z', endAt: '2030-02-01T00:00:00Z' },
    '/endAt',
    /before startAt/,
  ],
  [
    'an end before the first occurrence',
    { every: '1h', endAt: '2030-01-01T00:30:00Z' },
    '/endAt',
    /before the first/,
  ],
  ['an end in the past', { cron: '@daily', endAt: '2029-01-01T00:00:00Z' }, '/endAt', /before the first/],
  ['a beginning of words', { cron: '@daily', startAt: 'soon' }, '/startAt', /RFC 3339/],
  [
    'a beginning in eleven years',
    { cron: '@daily', startAt: '2041-01-01T00:00:00Z' },
    '/startAt',
    /10 years/,
  ],
  [
    'a beginning after the only instant',
    { delay: '1h', startAt: '2030-02-01T00:00:00Z' },
    '/startAt',
    /only occurrence/,
  ],
  ['no runs', { every: '1h', maxRuns: 0 }, '/maxRuns', /1/],
  ['half a run', { every: '1h', maxRuns: 1.5 }, '/maxRuns', /integer/],
  [
    'a day that does not exist',
    { every: '1h', exclusions: { dates: ['2030-02-30'] } },
    '/exclusions/dates/0',
    /2026-12-24/,
  ],
  [
    'an exclusion that cannot be read',
    { every: '1h', exclusions: { crons: ['@daily', 'x'] } },
    '/exclusions/crons/1',
    /./,
  ],
  [
    'an exclusion of everything',
    { every: '1h', exclusions: { crons: ['* * * * *'] } },
    '/exclusions',
    /leave nothing/,
  ],
  [
    'an exclusion of another kind',
    { every: '1h', exclusions: { weekdays: [1] } },
    '/exclusions/weekdays',
    /not a known field/,
  ],
  ['a negative jitter', { every: '1h', jitter: -1 }, '/jitter', /negative/],
  ['a jitter of a year', { every: '1h', jitter: 'P365D' }, '/jitter', /30 days/],
  [
    'an unknown misfire policy',
    { every: '1h', misfire: { policy: 'some' } },
    '/misfire/policy',
    /skip, latest, all/,
  ],
  ['a window below a second', { every: '1h', misfire: { window: 500 } }, '/misfire/window', /at least 1 s/],
  ['a cap of zero', { every: '1h', misfire: { max: 0 } }, '/misfire/max', /1/],
  ['a cap above a thousand', { every: '1h', misfire: { max: 1_001 } }, '/misfire/max', /1000/],
  ['an unknown overlap', { every: '1h', overlap: 'queue' }, '/overlap', /bufferOne/],
];

describe('nonsense', () => {
  it.each(refused)(
    'of %s is refused, naming the field and what to do',
    async (_what, sent, pointer, reason) => {
      const { call, store } = await setup();
      for (const answer of [
        await call('POST', '/v1/timers', { body: { ...sent, target } }),
        await call('PUT', '/v1/timers/tea', { body: { ...sent, target } }),
      ]) {
        expect(answer.status).toBe(400);
        expect(answer.body.errors!.map((mistake) => mistake.pointer)).toEqual([pointer]);
        expect(answer.body.errors![0]!.detail).toMatch(reason);
      }
      expect(await store.timers.list({ namespace: 'default', after: null, limit: 1 })).toEqual([]);
    },
  );
});
