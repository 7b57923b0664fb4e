import { describe, expect, it } from 'vitest';
import { claim, finish } from './life.js';
import { openWorld, target } from './world.js';

const tea = { delay: '1h', target };

async function setup() {
  const world = await openWorld();
  const put = (body: object, headers: Record<string, string> = {}) =>
    world.call('PUT', '/v1/timers/tea', { body, headers });
  return { ...world, put };
}

describe('PUT of an id that is free', () => {
  it('creates the timer', async () => {
    const { put, call } = await setup();
    const { status, headers, body } = await put(tea);
    expect(status).toBe(201);
    expect(headers).toMatchObject({ location: '/v1/timers/tea', etag: '"1"' });
    expect((await call('GET', '/v1/timers/tea')).body).toEqual(body);
  });

  it('creates nothing where If-Match says that something must be there', async () => {
    const { put, call } = await setup();
    for (const ifMatch of ['"1"', '*'])
      expect(await put(tea, { 'if-match': ifMatch })).toMatchObject({
        status: 412,
        body: { code: 'generation-mismatch' },
      });
    expect((await call('GET', '/v1/timers/tea')).status).toBe(404);
  });

  it('creates one timer when ten arrive at once', async () => {
    const { put, call } = await setup();
    const answers = await Promise.all(Array.from({ length: 10 }, () => put(tea)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 201]);
    expect((await call('GET', '/v1/timers/tea')).body.generation).toBe(1);
  });
});

describe('PUT of an open timer', () => {
  it('changes nothing when it is as sent, however much later', async () => {
    const { put, clock } = await setup();
    const created = await put(tea);
    await clock.advance(1_800_000);
    const again = await put({ ...tea, target: { ...target, method: 'POST' }, retries: {}, tags: [] });
    expect(again).toMatchObject({ status: 200, body: created.body });
  });

  it('is the same for headers and metadata in another order', async () => {
    const { put } = await setup();
    const sent = (headers: object, metadata: object) => ({
      delay: '1h',
      target: { ...target, headers },
      metadata,
    });
    await put(sent({ a: '1', B: '2' }, { x: '1', y: '2' }));
    const { body } = await put(sent({ b: '2', A: '1' }, { y: '2', x: '1' }));
    expect(body.generation).toBe(1);
  });

  it('changes what differs, and the generation grows', async () => {
    const { put, clock } = await setup();
    await put({ ...tea, tags: ['a'] });
    await clock.advance(60_000);
    const { status, headers, body } = await put({
      delay: '2h',
      target: { url: 'https://example.test/other' },
    });
    expect(status).toBe(200);
    expect(headers['etag']).toBe('"2"');
    expect(body).toMatchObject({
      generation: 2,
      delay: 'PT2H',
      nextDueAt: '2030-01-01T02:01:00.000Z',
      target: { url: 'https://example.test/other' },
      tags: [],
      createdAt: '2030-01-01T00:00:00.000Z',
      updatedAt: '2030-01-01T00:01:00.000Z',
    });
  });

  it('withdraws what was claimed and not started', async () => {
    const { put, call, ...place } = await setup();
    await put(tea);
    await claim(place, 'tea');
    await put({ delay: '2h', target });
    expect((await call('GET', '/v1/executions?timerId=tea')).body.data).toEqual([]);
  });

  it('is refused when If-Match names another generation, and done when it names this one', async () => {
    const { put } = await setup();
    await put(tea);
    const other = { ...tea, tags: ['b'] };
    expect(await put(other, { 'if-match': '"2"' })).toMatchObject({
      status: 412,
      body: { code: 'generation-mismatch' },
    });
    expect(await put(other, { 'if-match': '"7", "1"' })).toMatchObject({
      status: 200,
      body: { generation: 2 },
    });
    expect((await put(tea, { 'if-match': '*' })).body.generation).toBe(3);
  });

  it('takes the very `at` that it has already, however long past', async () => {
    const { put, clock } = await setup();
    const dated = { at: '2030-01-01T00:10:00Z', target };
    await put(dated);
    await clock.advance(3_600_000);
    expect(await put(dated)).toMatchObject({ status: 200, body: { generation: 1 } });
    expect(await put({ ...dated, tags: ['late'] })).toMatchObject({ status: 200, body: { generation: 2 } });
    expect(await put({ ...dated, at: '2030-01-01T00:11:00Z' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/at' }] },
    });
  });
});

describe('PUT of a closed id', () => {
  it('makes a new timer, whose generation goes on growing', async () => {
    const { put, call } = await setup();
    await put(tea);
    const { body: cancelled } = await call('DELETE', '/v1/timers/tea');
    const { status, body } = await put(tea);
    expect(status).toBe(201);
    expect(body).toMatchObject({ state: 'active', runs: 0 });
    expect(body.generation).toBeGreaterThan(cancelled.generation);
  });

  it('keeps what ran before apart, as executions of an id of their own', async () => {
    const { put, call, ...place } = await setup();
    await put(tea);
    await finish(place, 'tea');
    await put({ delay: '2h', target });
    await finish(place, 'tea');
    const { data } = (await call('GET', '/v1/executions?timerId=tea')).body;
    expect(new Set(data.map(({ id }) => id)).size).toBe(2);
  });

  it('changes nothing when it repeats the `at` of the closed one', async () => {
    const { put, ...place } = await setup();
    const dated = { at: '2030-01-01T00:10:00Z', target };
    await put(dated);
    await place.clock.advance(600_000);
    await finish(place, 'tea');
    await place.clock.advance(600_000);
    expect(await put(dated)).toMatchObject({ status: 200, body: { state: 'completed', runs: 1 } });
  });

  it('changes nothing under the Idempotency-Key of the closed one', async () => {
    const { put, ...place } = await setup();
    const key = { 'idempotency-key': 'first' };
    await put(tea, key);
    await finish(place, 'tea');
    expect(await put(tea, key)).toMatchObject({ status: 200, body: { state: 'completed' } });
    expect(await put({ ...tea, tags: ['x'] }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    expect(await put(tea, { 'idempotency-key': 'second' })).toMatchObject({
      status: 201,
      body: { state: 'active' },
    });
  });
});
