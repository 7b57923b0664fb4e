import { describe, expect, it } from 'vitest';
import { openWorld as setup, target } from './world.js';

describe.each(['/v1/timers', '/timers'])('POST %s', (path) => {
  it('answers 201 with the whole timer, its place and its generation', async () => {
    const { call } = await setup();
    const { status, headers, body } = await call('POST', path, {
      body: { id: 'tea', at: '2030-01-01T01:05:00+01:00', target },
    });
    expect(status).toBe(201);
    expect(headers).toMatchObject({ location: '/v1/timers/tea', etag: '"1"' });
    expect(body).toEqual({
      id: 'tea',
      namespace: 'default',
      state: 'active',
      generation: 1,
      at: '2030-01-01T00:05:00.000Z',
      nextDueAt: '2030-01-01T00:05:00.000Z',
      lastDueAt: null,
      runs: 0,
      manualRuns: 0,
      pause: null,
      misfire: { policy: 'latest', window: 'PT1H', max: 1_000 },
      overlap: 'allowAll',
      target: { ...target, method: 'POST', headers: {}, body: null, timeout: 'PT30S' },
      retries: {
        maxAttempts: 5,
        maxAge: null,
        backoff: 'exponential',
        base: 'PT1S',
        factor: 2,
        maxDelay: 'PT1H',
        jitter: 'full',
        retryOn: ['network', 'timeout', '3xx', '4xx', '5xx'],
        onLost: 'repeat',
      },
      tags: [],
      metadata: {},
      createdAt: '2030-01-01T00:00:00.000Z',
      createdBy: 'anonymous',
      updatedAt: '2030-01-01T00:00:00.000Z',
    });
  });

  it('gives an id where none was sent', async () => {
    const { call } = await setup();
    const { body } = await call('POST', path, { body: { delay: '10s', target } });
    expect(body.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(body).toMatchObject({ delay: 'PT10S', at: '2030-01-01T00:00:10.000Z' });
    expect((await call('GET', `/v1/timers/${body.id}`)).body).toEqual(body);
  });

  it('answers 409 for an id that is taken', async () => {
    const { call } = await setup();
    const body = { id: 'tea', delay: '10s', target };
    await call('POST', path, { body });
    expect(await call('POST', path, { body })).toMatchObject({ status: 409, body: { code: 'timer-exists' } });
  });

  it('keeps namespaces apart', async () => {
    const { call } = await setup();
    const body = { id: 'tea', delay: '10s', target };
    const headers = { 'carillon-namespace': 'kitchen' };
    await call('POST', path, { body });
    expect(await call('POST', path, { body, headers })).toMatchObject({
      status: 201,
      body: { namespace: 'kitchen' },
    });
    expect((await call('GET', '/v1/timers', { headers })).body.data).toHaveLength(1);
  });
});

describe('what a timer keeps', () => {
  it('is all that was sent, in the form of answers', async () => {
    const { call } = await setup();
    const sent = {
      delay: '1h30m',
      target: { ...target, method: 'PUT', headers: { 'X-Own': 'yes' }, body: { a: [1] }, timeout: 1500 },
      retries: { maxAttempts: 2, maxAge: '1d', backoff: 'fixed', base: '250ms', retryOn: ['5xx', 429] },
      tags: ['a', 'b'],
      metadata: { customer: '4711' },
    };
    const { status, body } = await call('POST', '/v1/timers', { body: sent });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      delay: 'PT1H30M',
      target: { method: 'PUT', headers: { 'x-own': 'yes' }, body: { a: [1] }, timeout: 'PT1.5S' },
      retries: { maxAttempts: 2, maxAge: 'P1D', backoff: 'fixed', base: 'PT0.25S', retryOn: ['5xx', 429] },
      tags: ['a', 'b'],
      metadata: { customer: '4711' },
    });
  });

  it.each([
    [{ a: 1 }, '{"a":1}', 'application/json'],
    [[], '[]', 'application/json'],
    [false, 'false', 'application/json'],
    ['text', 'text', 'text/plain; charset=utf-8'],
    [null, null, undefined],
  ])('sends the body %j as %j, declared as %s', async (sent, body, contentType) => {
    const { call, store } = await setup();
    const created = await call('POST', '/v1/timers', {
      body: { id: 'tea', delay: '1h', target: { ...target, body: sent } },
    });
    const { definition } = (await store.timers.read({ namespace: 'default', id: 'tea' }))!;
    expect(definition.target.body).toBe(body);
    expect(definition.target.headers['content-type']).toBe(contentType);
    expect(created.body.target).toMatchObject({ body: sent, headers: {} });
  });

  it('takes a content-type of your own over ours', async () => {
    const { call, store } = await setup();
    const headers = { 'Content-Type': 'application/vnd.shop+json' };
    const { body } = await call('POST', '/v1/timers', {
      body: { id: 'tea', delay: '1h', target: { ...target, headers, body: { a: 1 } } },
    });
    expect(body.target).toMatchObject({
      body: { a: 1 },
      headers: { 'content-type': 'application/vnd.shop+json' },
    });
    const { definition } = (await store.timers.read({ namespace: 'default', id: 'tea' }))!;
    expect(definition.target.headers).toEqual({ 'content-type': 'application/vnd.shop+json' });
  });

  it('is due at once where `at` is past within the grace of 60 s', async () => {
    const { call } = await setup();
    const { status, body } = await call('POST', '/v1/timers', {
      body: { at: '2029-12-31T23:59:00Z', target },
    });
    expect(status).toBe(201);
    expect(body.nextDueAt).toBe('2029-12-31T23:59:00.000Z');
  });
});
