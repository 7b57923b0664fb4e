import { describe, expect, it } from 'vitest';
import { claim, finish } from './life.js';
import { openWorld, target } from './world.js';

async function setup(sent: object) {
  const world = await openWorld();
  const put = (body: object, headers: Record<string, string> = {}) =>
    world.call('PUT', '/v1/timers/tea', { body: { target, ...body }, headers });
  const created = (await put(sent)).body;
  await world.clock.advance(90_000);
  const patch = (body: object) => world.call('PATCH', '/v1/timers/tea', { body });
  return { ...world, created, put, patch };
}

describe('PATCH of a schedule', () => {
  it('keeps the alignment of an interval whose anchor nobody sent', async () => {
    const { patch } = await setup({ every: '1m' });
    expect((await patch({ tags: ['x'] })).body).toMatchObject({ anchor: '2030-01-01T00:00:00.000Z' });
    expect((await patch({ every: '40s' })).body).toMatchObject({
      anchor: '2030-01-01T00:00:00.000Z',
      nextDueAt: '2030-01-01T00:02:00.000Z',
    });
  });

  it('keeps a delay counting that it does not name', async () => {
    const { patch } = await setup({ delay: '1h' });
    expect((await patch({ jitter: '0s', endAt: '2030-01-02T00:00:00Z' })).body).toMatchObject({
      generation: 2,
      nextDueAt: '2030-01-01T01:00:00.000Z',
    });
  });

  it('takes away, with the kind it replaces, what only that kind can have', async () => {
    const { patch } = await setup({ cron: '30 2 * * *', timezone: 'Europe/Berlin', dst: { gap: 'skip' } });
    const { body } = await patch({ every: '1h', anchor: '2030-01-01T00:10:00Z' });
    expect(body).toMatchObject({
      every: 'PT1H',
      timezone: 'Europe/Berlin',
      nextDueAt: '2030-01-01T00:10:00.000Z',
    });
    for (const gone of ['cron', 'dst']) expect(body).not.toHaveProperty(gone);
    const { body: zoned } = await patch({ cron: 'TZ=Asia/Tokyo 0 9 * * *' });
    expect(zoned).toMatchObject({ cron: 'TZ=Asia/Tokyo 0 9 * * *', nextDueAt: '2030-01-02T00:00:00.000Z' });
    for (const gone of ['every', 'anchor', 'timezone']) expect(zoned).not.toHaveProperty(gone);
  });

  it('merges rules, exclusions and policies', async () => {
    const { patch } = await setup({
      cron: '30 2 * * *',
      timezone: 'Europe/Berlin',
      dst: { gap: 'skip' },
      exclusions: { dates: ['2030-01-02'] },
      misfire: { policy: 'all' },
    });
    const { body } = await patch({
      dst: { fold: 'both' },
      exclusions: { crons: ['* * * * SUN'] },
      misfire: { max: 5 },
    });
    expect(body).toMatchObject({
      dst: { gap: 'skip', fold: 'both' },
      exclusions: { dates: ['2030-01-02'], crons: ['* * * * SUN'] },
      misfire: { policy: 'all', window: 'PT1H', max: 5 },
    });
    const { body: bare } = await patch({ dst: null, exclusions: null, misfire: null });
    expect(bare).toMatchObject({ dst: { gap: 'shift', fold: 'first' }, misfire: { policy: 'latest' } });
    expect(bare).not.toHaveProperty('exclusions');
  });

  it.each([
    [{ dst: { gap: 'skip' } }, '/dst'],
    [{ anchor: '2030-01-01T00:00:00Z', every: null, cron: '@daily' }, '/anchor'],
    [{ every: null }, '/at'],
    [{ endAt: '2029-01-01T00:00:00Z' }, '/endAt'],
  ])('is refused for %j, naming %s', async (sent, pointer) => {
    const { patch, call, created } = await setup({ every: '1h' });
    const { status, body } = await patch(sent);
    expect({ status, pointers: body.errors!.map((mistake) => mistake.pointer) }).toEqual({
      status: 400,
      pointers: [pointer],
    });
    expect((await call('GET', '/v1/timers/tea')).body).toEqual(created);
  });

  it('changes a timer whose end has come, as long as the schedule stays', async () => {
    const { patch, clock } = await setup({ every: '1h', endAt: '2030-01-01T01:00:00Z' });
    await clock.advance(7_200_000);
    expect((await patch({ tags: ['late'] })).status).toBe(200);
  });
});

describe('PUT of a schedule', () => {
  it.each([
    [{ every: '1h' }, {}],
    [{ every: '10s', endAt: '2030-01-01T01:00:00Z' }, { endAt: '2030-01-01T01:00:00.000+00:00' }],
    [{ cron: '0 * * * *', endAt: '2030-01-01T01:00:00Z' }, { dst: {} }],
    [{ localTime: '2030-01-01T02:00', timezone: 'Europe/Berlin' }, {}],
  ])('changes nothing when %j is sent again, however much later', async (sent, same) => {
    const { put, clock, created } = await setup(sent);
    await clock.advance(86_400_000);
    expect(await put({ ...sent, ...same })).toMatchObject({ status: 200, body: created });
  });

  it('keeps an interval aligned to the creation when something else changes', async () => {
    const { put } = await setup({ every: '1m' });
    expect((await put({ every: '1m', tags: ['x'] })).body).toMatchObject({
      generation: 2,
      anchor: '2030-01-01T00:00:00.000Z',
    });
  });

  it('makes a new timer of a closed one, aligned anew', async () => {
    const { put, call } = await setup({ every: '1m' });
    await call('DELETE', '/v1/timers/tea');
    expect(await put({ every: '1m' })).toMatchObject({
      status: 201,
      body: { anchor: '2030-01-01T00:01:30.000Z', runs: 0 },
    });
  });

  it('changes nothing of a closed one whose last occurrence it names', async () => {
    const dated = { localTime: '2030-01-01T00:02', timezone: 'UTC' };
    const { put, ...place } = await setup(dated);
    await place.clock.advance(60_000);
    await finish(place, 'tea');
    expect(await put(dated)).toMatchObject({ status: 200, body: { state: 'completed', runs: 1 } });
  });

  it('claims what was due under the old schedule, and tells the owner of the shard', async () => {
    const { put, call, clock, published } = await setup({ every: '1m', misfire: { policy: 'all' } });
    await clock.advance(60_000);
    published.length = 0;
    await put({ every: '1h' });
    const { data } = (await call('GET', '/v1/executions?timerId=tea')).body;
    expect(data.map(({ scheduledFor, reason }) => [scheduledFor, reason])).toEqual([
      ['2030-01-01T00:02:00.000Z', 'catch-up'],
      ['2030-01-01T00:01:00.000Z', null],
    ]);
    expect(published.map(({ payload }) => payload)).toMatchObject([{ claimed: true }]);
  });

  it('leaves one timer of each id, each with one generation for a real change, however many do it at once', async () => {
    const { put: _put, ...first } = await setup({ every: '1h' });
    const second = await openWorld({ beside: first });
    const ids = Array.from({ length: 1_000 }, (_, i) => `t${i}`);
    const putAll = (body: object) =>
      Promise.all(
        Array.from({ length: 10 }, (_, turn) => turn).map((turn) =>
          Promise.all(
            ids.map((id) =>
              (turn % 2 ? first : second).call('PUT', `/v1/timers/${id}`, { body: { target, ...body } }),
            ),
          ),
        ),
      );
    const made = (await putAll({ cron: 'H * * * *' })).flat();
    expect(made.filter(({ status }) => status === 201)).toHaveLength(1_000);
    expect(made.filter(({ status }) => status === 200)).toHaveLength(9_000);
    const changed = (await putAll({ cron: 'H H * * *' })).flat();
    expect(new Set(changed.map(({ status }) => status))).toEqual(new Set([200]));
    const there = await first.store.timers.list({ namespace: 'default', after: null, limit: 2_000 });
    const timers = there.filter(({ id }) => id !== 'tea');
    expect(timers.map(({ id }) => id)).toEqual([...ids].sort());
    expect(new Set(timers.map(({ generation }) => generation))).toEqual(new Set([2]));
  }, 120_000);
});

describe('maxRuns', () => {
  it('counts what was claimed', async () => {
    const { call, ...place } = await setup({ every: '1m', maxRuns: 2 });
    await claim(place, 'tea');
    expect((await call('GET', '/v1/timers/tea')).body).toMatchObject({
      runs: 1,
      nextDueAt: '2030-01-01T00:02:00.000Z',
    });
    await claim(place, 'tea');
    expect((await call('GET', '/v1/timers/tea')).body).toMatchObject({ runs: 2, nextDueAt: null });
  });
});
