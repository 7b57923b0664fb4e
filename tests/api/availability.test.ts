import { describe, expect, it } from 'vitest';
import { openWorld, target } from './world.js';

const tea = { id: 'tea', delay: '1h', target };
const writes: [string, string, object?][] = [
  ['POST', '/v1/timers', tea],
  ['POST', '/timers', tea],
  ['POST', '/v1/timers:batch', { timers: [tea, { ...tea, id: 'coffee' }] }],
  ['PUT', '/v1/timers/tea', { delay: '1h', target }],
  ['PATCH', '/v1/timers/tea', { tags: ['x'] }],
  ['DELETE', '/v1/timers/tea'],
];
const reads: [string, string, object?][] = [
  ['GET', '/v1/timers'],
  ['GET', '/v1/timers/tea'],
  ['GET', '/v1/executions'],
  ['GET', '/v1/executions/x'],
];
const unavailable = {
  status: 503,
  headers: { 'retry-after': '1' },
  body: { code: 'store-unavailable', status: 503 },
};

describe('while the store is away', () => {
  it.each([...writes, ...reads])('%s %s answers 503 and when to come again', async (method, url, body) => {
    const { call, outage } = await openWorld();
    outage.away = true;
    expect(await call(method, url, { body })).toMatchObject(unavailable);
  });

  it('takes timers again when it is back', async () => {
    const { call, outage } = await openWorld();
    outage.away = true;
    await call('POST', '/v1/timers', { body: tea });
    outage.away = false;
    expect((await call('POST', '/v1/timers', { body: tea })).status).toBe(201);
  });

  it('refuses a wrong request of a batch as wrong, beside those that could not be written', async () => {
    const { call, outage } = await openWorld();
    outage.away = true;
    const { status, body } = await call('POST', '/v1/timers:batch', { body: { timers: [tea, {}] } });
    expect(status).toBe(200);
    expect(body.results.map(({ error }) => error!.code)).toEqual(['store-unavailable', 'invalid-request']);
  });
});

describe('while this process does not hold its lease, or its clock is not trusted', () => {
  it.each(writes)('%s %s answers 503 and does nothing', async (method, url, body) => {
    const { call, presence, published } = await openWorld();
    presence.isHeld = false;
    expect(await call(method, url, { body })).toMatchObject(unavailable);
    expect((await call('GET', '/v1/timers')).body.data).toEqual([]);
    expect(published).toEqual([]);
  });

  it('still answers what it can read', async () => {
    const { call, presence } = await openWorld();
    await call('POST', '/v1/timers', { body: tea });
    presence.isHeld = false;
    expect((await call('GET', '/v1/timers/tea')).status).toBe(200);
  });
});

describe('while more arrives than can be written', () => {
  it('refuses what would wait beyond the limit, and writes the rest', async () => {
    const { call } = await openWorld({ config: { apiWaitingLimit: 5 } });
    const timers = Array.from({ length: 20 }, (_, i) => ({ ...tea, id: `t${i}` }));
    const { status, body } = await call('POST', '/v1/timers:batch', { body: { timers } });
    expect(status).toBe(200);
    const codes = body.results.map(({ error }) => error?.code);
    expect(codes.filter((code) => code === 'overloaded')).toHaveLength(15);
    expect((await call('GET', '/v1/timers')).body.data).toHaveLength(5);
  });
});

describe('health', () => {
  it('lives whatever is missing, and is ready when nothing is', async () => {
    const missing = {
      mongodb: () => Promise.reject(new Error('no primary')),
      rabbitmq: () => Promise.resolve(),
    };
    const { call } = await openWorld({ checks: missing });
    expect((await call('GET', '/health/live')).status).toBe(200);
    expect(await call('GET', '/health/ready')).toMatchObject({
      status: 503,
      body: { ready: false, dependencies: { mongodb: 'no primary', rabbitmq: 'ok' } },
    });
    const { call: whole } = await openWorld();
    expect(await whole('GET', '/health/ready')).toMatchObject({ status: 200, body: { ready: true } });
  });

  it('serves nothing else of the admin port', async () => {
    const { call } = await openWorld();
    for (const url of ['/metrics', '/internal/self'])
      expect(await call('GET', url)).toMatchObject({ status: 404, body: { code: 'route-not-found' } });
  });
});
