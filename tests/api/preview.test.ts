import { describe, expect, it } from 'vitest';
import { claim, finish } from './life.js';
import { openWorld, target, type World } from './world.js';

const night = { cron: '30 2 * * *', timezone: 'Europe/Berlin' };

async function setup() {
  const world = await openWorld();
  const preview = (timer: object, more: object = {}) =>
    world.call('POST', '/v1/timers:preview', { body: { timer, ...more } });
  const previewOf = (query = '') => world.call('GET', `/v1/timers/tea/preview${query}`);
  const put = (body: object) => world.call('PUT', '/v1/timers/tea', { body: { ...body, target } });
  return { ...world, preview, previewOf, put };
}

/** Lets an execution take so long, from its start to its end. */
async function live(place: World, durationMs: number): Promise<void> {
  const now = place.clock.now();
  await finish(place, 'tea', {
    receipt: {
      ...{ scheduledFor: now, claimedAt: now, publishedAt: now, startedAt: now, sentAt: now },
      ...{ firstByteAt: now, finishedAt: now + durationMs },
    },
  });
}

describe('a preview before a timer is created', () => {
  it('names the next ten, in UTC and in local time', async () => {
    const { preview, call } = await setup();
    const { status, body } = await preview(night);
    expect(status).toBe(200);
    expect(body.occurrences).toHaveLength(10);
    expect(body.occurrences[0]).toEqual({
      scheduledFor: '2030-01-01T01:30:00.000Z',
      dueAt: '2030-01-01T01:30:00.000Z',
      local: '2030-01-01T02:30:00+01:00',
      notes: [],
    });
    expect((await call('GET', '/v1/timers')).body.data).toEqual([]);
  });

  it('begins strictly after `from`, and names `count` of them', async () => {
    const { preview } = await setup();
    const { body } = await preview(
      { every: '1h', anchor: '2030-01-01T00:00:00Z', target },
      {
        from: '2030-06-01T01:00:00+01:00',
        count: 2,
      },
    );
    expect(body.occurrences.map(({ scheduledFor }) => scheduledFor)).toEqual([
      '2030-06-01T01:00:00.000Z',
      '2030-06-01T02:00:00.000Z',
    ]);
  });

  it('says what a clock change does', async () => {
    const { preview } = await setup();
    const { body } = await preview(night, { from: '2030-03-30T12:00:00Z', count: 1 });
    expect(body.occurrences[0]).toMatchObject({
      local: '2030-03-31T03:30:00+02:00',
      notes: [{ kind: 'gap-shifted' }],
    });
  });

  it.each([
    [{ at: '2030-02-01T00:00:00Z' }, ['2030-02-01T00:00:00.000Z']],
    [{ delay: '10s' }, ['2030-01-01T00:00:10.000Z']],
    [{ localTime: '2030-02-01T00:00', timezone: 'Europe/Berlin' }, ['2030-01-31T23:00:00.000Z']],
    [{ every: '1h', maxRuns: 2 }, ['2030-01-01T01:00:00.000Z', '2030-01-01T02:00:00.000Z']],
    [{ cron: '0 0 29 2 *', maxRuns: 2 }, ['2032-02-29T00:00:00.000Z', '2036-02-29T00:00:00.000Z']],
  ])('shows %j as it will be', async (sent, instants) => {
    const { preview, put, previewOf } = await setup();
    const { body } = await preview(sent);
    expect(body.occurrences.map(({ scheduledFor }) => scheduledFor)).toEqual(instants);
    await put(sent);
    expect((await previewOf()).body.occurrences).toEqual(body.occurrences);
  });

  it('draws H by the id, and so needs one', async () => {
    const { preview, put, previewOf } = await setup();
    const hashed = { cron: 'H H * * *' };
    const shown = await preview({ id: 'tea', ...hashed });
    await put(hashed);
    expect((await previewOf()).body.occurrences).toEqual(shown.body.occurrences);
    expect((await preview(hashed)).body.errors).toMatchObject([{ pointer: '/timer/id', in: 'body' }]);
  });

  it('says how far jitter may reach, and makes up no instant', async () => {
    const { preview } = await setup();
    const { body } = await preview({ every: '1h', jitter: '10s' }, { count: 1 });
    expect(body.occurrences).toMatchObject([{ dueAt: null, notes: [{ kind: 'jitter' }] }]);
  });

  it.each([
    [{ timer: {} }, '/timer/at'],
    [{ timer: { cron: '0 0 30 2 *' } }, '/timer/cron'],
    [{ timer: { every: '1h', endAt: '2029-01-01T00:00:00Z' } }, '/timer/endAt'],
    [{ timer: { ...night, target: { url: 'x' } } }, '/timer/target/url'],
    [{ timer: { ...night, colour: 'red' } }, '/timer/colour'],
    [{ timer: night, count: 0 }, '/count'],
    [{ timer: night, count: 1_001 }, '/count'],
    [{ timer: night, from: 'now' }, '/from'],
    [{}, '/timer'],
  ])('is refused for %j, naming %s', async (body, pointer) => {
    const { call } = await setup();
    const answer = await call('POST', '/v1/timers:preview', { body });
    expect(answer.status).toBe(400);
    expect(answer.body.errors!.map((mistake) => mistake.pointer)).toEqual([pointer]);
  });
});

describe('a preview of a timer that is there', () => {
  it('shows the instants that will be claimed, jitter too', async () => {
    const { put, previewOf, ...place } = await setup();
    await put({ every: '1h', jitter: '10m' });
    const [first] = (await previewOf('?count=1')).body.occurrences;
    const { dueAt } = await claim(place, 'tea');
    expect(first!.dueAt).toBe(new Date(dueAt).toISOString());
  });

  it('counts what is claimed already once', async () => {
    const { put, previewOf, ...place } = await setup();
    await put({ every: '1h', maxRuns: 3 });
    await claim(place, 'tea');
    expect((await previewOf()).body.occurrences).toHaveLength(3);
    await place.clock.advance(3_600_000);
    expect((await previewOf()).body.occurrences).toHaveLength(2);
  });

  it.each([
    ['skip', 'overlap-skip'],
    ['bufferOne', 'overlap-buffer'],
    ['bufferAll', 'overlap-buffer'],
    ['cancelOther', 'overlap-cancel'],
  ])('says what overlap %s would do at the average duration seen', async (overlap, kind) => {
    const { put, previewOf, ...place } = await setup();
    await put({ every: '10s', overlap });
    expect((await previewOf('?count=3')).body.occurrences.flatMap(({ notes }) => notes)).toEqual([]);
    await live(place, 11_000);
    await live(place, 13_000);
    const [first, second] = (await previewOf('?count=2')).body.occurrences;
    expect(first!.notes).toEqual([]);
    expect(second!.notes).toMatchObject([{ kind }]);
    expect(second!.notes[0]!.detail).toContain('12000 ms each');
  });

  it('says which ones a pause leaves out', async () => {
    const { put, previewOf, call } = await setup();
    await put({ every: '1h' });
    await call('POST', '/v1/timers/tea/pause', { body: { until: '2030-01-01T02:00:00Z' } });
    const { occurrences } = (await previewOf('?count=3')).body;
    expect(occurrences.map(({ notes }) => notes.map(({ kind }) => kind))).toEqual([
      ['paused'],
      ['paused'],
      [],
    ]);
  });

  it('is empty for a closed one, and refused for one that is not there', async () => {
    const { put, previewOf, call } = await setup();
    expect(await previewOf()).toMatchObject({ status: 404, body: { code: 'timer-not-found' } });
    await put({ every: '1h' });
    await call('DELETE', '/v1/timers/tea');
    expect((await previewOf()).body.occurrences).toEqual([]);
  });

  it.each([
    ['?count=0', '/count'],
    ['?count=1001', '/count'],
    ['?from=soon', '/from'],
    ['?colour=red', '/colour'],
  ])('is refused for %s, naming %s', async (query, pointer) => {
    const { put, previewOf } = await setup();
    await put({ every: '1h' });
    expect(await previewOf(query)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer, in: 'query' }] },
    });
  });
});
