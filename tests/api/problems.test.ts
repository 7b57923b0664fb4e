import { describe, expect, it } from 'vitest';
import { problemCodes } from '../../services/api/schemas/problem-codes.js';
import { openWorld as setup, target, type Answer } from './world.js';

function expectProblem({ status, headers, body }: Answer, expected: { status: number; code: string }): void {
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(status).toBe(expected.status);
  expect(body).toMatchObject({
    type: `https://carillon.dev/errors/${expected.code}`,
    title: expect.any(String) as unknown,
    detail: expect.any(String) as unknown,
    instance: headers['x-request-id'],
    ...expected,
  });
  expect(problemCodes).toContain(body.code);
}

describe('what is no request of ours is a problem document too', () => {
  it.each(['GET', 'POST', 'DELETE'])('%s of an unknown path', async (method) => {
    const { call } = await setup();
    expectProblem(await call(method, '/v2/timers'), { status: 404, code: 'route-not-found' });
  });

  it.each([
    ['DELETE', '/v1/timers', 'POST, GET, HEAD'],
    ['POST', '/v1/timers/tea', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['GET', '/timers', 'POST'],
    ['GET', '/v1/timers:batch', 'POST'],
    ['PUT', '/v1/executions', 'GET, HEAD'],
    ['OPTIONS', '/health/live', 'GET, HEAD'],
  ])('%s of %s, which has %s', async (method, url, allow) => {
    const { call } = await setup();
    const answer = await call(method, url);
    expectProblem(answer, { status: 405, code: 'method-not-allowed' });
    expect(String(answer.headers['allow']).split(', ').sort()).toEqual(allow.split(', ').sort());
  });

  it.each(['{"delay":', '{delay: 1}', '', '{"a":1}x'])('a body that is not JSON: %j', async (body) => {
    const { call } = await setup();
    expectProblem(await call('POST', '/v1/timers', { body }), { status: 400, code: 'malformed-json' });
  });

  it.each(['{"__proto__":{"x":1}}', '{"metadata":{"constructor":{"prototype":{}}}}'])(
    'a body that would reach for prototypes: %s',
    async (body) => {
      const { call } = await setup();
      expectProblem(await call('POST', '/v1/timers', { body }), { status: 400, code: 'malformed-json' });
    },
  );

  it('a body that is too large', async () => {
    const { call } = await setup({ config: { apiBodyLimitBytes: 2_000 } });
    const body = { delay: '1h', target, metadata: { a: 'x'.repeat(2_000) } };
    expectProblem(await call('POST', '/v1/timers', { body }), { status: 413, code: 'body-too-large' });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'nonsense'])(
    'a body of type %s',
    async (contentType) => {
      const { call } = await setup();
      const headers = { 'content-type': contentType };
      const answer = await call('POST', '/v1/timers', { body: '{}', headers });
      expectProblem(answer, { status: 415, code: 'unsupported-media-type' });
    },
  );

  it.each(['/v1/timers/%', '/v1/timers/%ff'])('the path %s', async (url) => {
    const { call } = await setup();
    expectProblem(await call('GET', url), { status: 400, code: 'malformed-url' });
  });

  it('a fault of ours, without its detail', async () => {
    const { call, store } = await setup();
    store.timers.read = () => Promise.reject(new Error('a secret of the store'));
    const answer = await call('GET', '/v1/timers/tea');
    expectProblem(answer, { status: 500, code: 'internal' });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });
});

describe('the request id', () => {
  it('is the one that was sent, where it is sane', async () => {
    const { call } = await setup();
    const { headers } = await call('GET', '/v1/timers', { headers: { 'x-request-id': 'trace-17' } });
    expect(headers['x-request-id']).toBe('trace-17');
  });

  it.each(['', 'a b', 'x'.repeat(129), '<script>'])('is one of our own instead of %j', async (sent) => {
    const { call } = await setup();
    const { headers } = await call('GET', '/v1/timers', { headers: { 'x-request-id': sent } });
    expect(headers['x-request-id']).toMatch(/^[0-9a-z]{6}-[0-9a-z]+$/);
  });

  it('differs from request to request', async () => {
    const { call } = await setup();
    const ids = await Promise.all(
      [1, 2, 3].map(async () => (await call('GET', '/v1/timers')).headers['x-request-id']),
    );
    expect(new Set(ids).size).toBe(3);
  });
});

describe('metrics', () => {
  it('count requests by route and class of status, and timers created', async () => {
    const { call, metrics } = await setup();
    await call('POST', '/v1/timers', { body: { delay: '1h', target } });
    await call('POST', '/v1/timers', { body: {} });
    const { text } = await metrics.expose();
    expect(text).toContain('carillon_api_requests{method="POST",route="/v1/timers",status="2xx"} 1');
    expect(text).toContain('carillon_api_requests{method="POST",route="/v1/timers",status="4xx"} 1');
    expect(text).toContain('carillon_api_timers_created 1');
    expect(text).toContain('carillon_api_batch_size_count 1');
  });
});
