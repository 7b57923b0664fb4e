import { describe, expect, it } from 'vitest';
import type { ApiConfig } from '../../services/api/config.js';
import { openWorld, target, type World } from './world.js';

const secondMs = 1_000;
const timer = { delay: '1h', target };
const url = '/v1/namespaces/shop/quotas';
const inShop = { headers: { 'carillon-namespace': 'shop' } };

function setup(config: Partial<ApiConfig> = {}) {
  return openWorld({ config });
}

/** The statuses of so many requests, one after the other. */
async function statusesOf(count: number, request: () => Promise<{ status: number }>): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < count; n++) statuses.push((await request()).status);
  return statuses;
}

const list =
  ({ call }: Pick<World, 'call'>) =>
  () =>
    call('GET', '/v1/timers', inShop);
const create =
  ({ call }: Pick<World, 'call'>) =>
  () =>
    call('POST', '/v1/timers', { ...inShop, body: timer });

describe('quotas of a namespace', () => {
  it('are none unless configured, and then answers tell of none', async () => {
    const world = await setup();
    expect((await world.call('GET', url)).body).toMatchObject({
      ...{ namespace: 'shop', maxActiveTimers: null, requestsPerSecond: null, burst: null, own: [] },
    });
    const { headers } = await list(world)();
    expect(Object.keys(headers).filter((name) => name.startsWith('ratelimit'))).toEqual([]);
  });

  it('are as configured, but for what the namespace was given', async () => {
    const { call } = await setup({
      apiQuotaActiveTimers: 5,
      apiQuotaRequestsPerSecond: 10,
      apiQuotaBurst: 30,
    });
    const put = await call('PUT', url, { body: { requestsPerSecond: 2 } });
    expect(put.body).toMatchObject({
      ...{ maxActiveTimers: 5, requestsPerSecond: 2, burst: 2, own: ['requestsPerSecond'] },
    });
    expect((await call('GET', url)).body).toEqual(put.body);
    expect((await call('PUT', url, { body: { maxActiveTimers: null } })).body).toMatchObject({
      ...{ maxActiveTimers: null, requestsPerSecond: 10, burst: 30, own: ['maxActiveTimers'] },
    });
    expect((await call('PUT', url, { body: {} })).body).toMatchObject({ maxActiveTimers: 5, own: [] });
  });

  it.each([{ maxActiveTimers: -1 }, { requestsPerSecond: 0 }, { burst: 1.5 }, { perDay: 1 }])(
    'are refused as %j',
    async (body) => {
      const { call } = await setup();
      expect((await call('PUT', url, { body })).status).toBe(400);
    },
  );

  it('are kept in the audit', async () => {
    const { call, clock, store } = await setup();
    await call('PUT', url, { body: { burst: 3 } });
    await clock.advance(1);
    await call('PUT', url, { body: { burst: 4 } });
    const [record] = await store.changes.list({ namespace: 'shop', before: null, limit: 1 });
    expect(record).toMatchObject({
      ...{ resource: 'quota', actor: 'anonymous', changes: [{ field: '/burst', before: 3, after: 4 }] },
    });
  });
});

describe('the rate of requests', () => {
  it('is let come in a burst, then as fast as the limit', async () => {
    const world = await setup({ apiQuotaRequestsPerSecond: 2, apiQuotaBurst: 4 });
    expect(await statusesOf(6, list(world))).toEqual([200, 200, 200, 200, 429, 429]);
    await world.clock.advance(secondMs);
    expect(await statusesOf(4, list(world))).toEqual([200, 200, 429, 429]);
    await world.clock.advance(60 * secondMs);
    expect(await statusesOf(5, list(world))).toEqual([200, 200, 200, 200, 429]);
  });

  it('is told by each answer, and by the one that refuses', async () => {
    const world = await setup({ apiQuotaRequestsPerSecond: 2, apiQuotaBurst: 4 });
    expect((await list(world)()).headers).toMatchObject({
      ...{ 'ratelimit-policy': '"requests";q=4;w=2', ratelimit: '"requests";r=3;t=1' },
    });
    await statusesOf(3, list(world));
    expect(await list(world)()).toMatchObject({
      status: 429,
      headers: {
        'retry-after': '1',
        ratelimit: '"requests";r=0;t=2',
        'ratelimit-policy': '"requests";q=4;w=2',
      },
      body: { code: 'rate-limited', detail: expect.stringContaining('"shop"') as string },
    });
  });

  it('is of each namespace apart', async () => {
    const world = await setup({ apiQuotaRequestsPerSecond: 1 });
    expect(await statusesOf(2, list(world))).toEqual([200, 429]);
    expect((await world.call('GET', '/v1/timers')).status).toBe(200);
  });

  it('counts nothing that is no operation: health and documentation', async () => {
    const world = await setup({ apiQuotaRequestsPerSecond: 1 });
    const requests = ['/health/live', '/docs/', '/openapi.json'].map((path) =>
      world.call('GET', path, inShop),
    );
    expect((await Promise.all(requests)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await list(world)()).status).toBe(200);
  });

  it('is shared by two processes: a burst at both at once is one burst', async () => {
    const world = await setup({ apiQuotaRequestsPerSecond: 40, apiQuotaBurst: 60 });
    const config = { apiQuotaRequestsPerSecond: 40, apiQuotaBurst: 60 };
    const other = await openWorld({ beside: world, config });
    const both = () =>
      Promise.all(Array.from({ length: 100 }, (_, n) => list(n % 2 === 0 ? world : other)()));
    const admitted = (answers: { status: number }[]) => answers.filter(({ status }) => status === 200).length;

    // Each may hold back a chunk of ten that the other would have had use for.
    const burst = admitted(await both());
    expect(burst).toBeLessThanOrEqual(60);
    expect(burst).toBeGreaterThanOrEqual(40);
    await world.clock.advance(secondMs);
    const all = burst + admitted(await both());
    expect(all).toBeLessThanOrEqual(100);
    expect(all).toBeGreaterThanOrEqual(80);
  });

  it('gives back what a process took and did not use', async () => {
    const world = await setup({ apiQuotaRequestsPerSecond: 8, apiQuotaBurst: 8 });
    const other = await openWorld({
      beside: world,
      config: { apiQuotaRequestsPerSecond: 8, apiQuotaBurst: 8 },
    });
    await list(world)();
    await world.rates.stop();
    expect((await statusesOf(9, list(other))).filter((status) => status === 200)).toHaveLength(7);
  });

  it('is unknown while the store is away: 503, not 429', async () => {
    const world = await setup({ apiQuotaRequestsPerSecond: 1 });
    world.outage.away = true;
    expect((await list(world)()).status).toBe(503);
  });
});

describe('the number of timers', () => {
  it('is bounded for what is created, one by one or in a batch', async () => {
    const world = await setup({ apiQuotaActiveTimers: 3 });
    const body = { timers: [timer, timer, timer, timer] };
    const { status, body: answer } = await world.call('POST', '/v1/timers:batch', { ...inShop, body });
    expect(status).toBe(200);
    expect(answer.results.map((result) => result.status).sort()).toEqual([201, 201, 201, 429]);
    expect(await create(world)()).toMatchObject({
      status: 429,
      headers: { 'retry-after': '10' },
      body: { code: 'quota-exceeded', detail: expect.stringContaining('3 timers') as string },
    });
    expect((await world.call('POST', '/v1/timers', { body: timer })).status).toBe(201);
  });

  it('leaves room again once one is cancelled, not once it is paused', async () => {
    const world = await setup({ apiQuotaActiveTimers: 1 });
    const { body } = await create(world)();
    await world.call('POST', `/v1/timers/${body.id}/pause`, inShop);
    await world.clock.advance(secondMs);
    expect((await create(world)()).status).toBe(429);
    await world.call('DELETE', `/v1/timers/${body.id}`, inShop);
    await world.clock.advance(secondMs);
    expect((await create(world)()).status).toBe(201);
  });

  it('lets what is there be changed and asked for again', async () => {
    const world = await setup({ apiQuotaActiveTimers: 1 });
    const sent = { headers: { ...inShop.headers, 'idempotency-key': 'k' }, body: { ...timer, id: 'tea' } };
    expect((await world.call('POST', '/v1/timers', sent)).status).toBe(201);
    expect((await world.call('POST', '/v1/timers', sent)).status).toBe(201);
    const changed = { ...inShop, body: { ...timer, delay: '2h' } };
    expect((await world.call('PUT', '/v1/timers/tea', changed)).status).toBe(200);
    expect((await world.call('PUT', '/v1/timers/coffee', changed)).status).toBe(429);
  });

  it('counts one that is closed and put anew', async () => {
    const world = await setup({ apiQuotaActiveTimers: 1 });
    const put = (id: string, delay: string) =>
      world.call('PUT', `/v1/timers/${id}`, { ...inShop, body: { ...timer, delay } });
    await put('tea', '1h');
    await world.call('DELETE', '/v1/timers/tea', inShop);
    await world.clock.advance(secondMs);
    expect((await put('coffee', '1h')).status).toBe(201);
    await world.clock.advance(secondMs);
    expect((await put('tea', '2h')).status).toBe(429);
  });

  it('is never exceeded by one process, however many come at once', async () => {
    const world = await setup({ apiQuotaActiveTimers: 5 });
    const answers = await Promise.all(Array.from({ length: 30 }, create(world)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(await world.store.quotas.countOpen('shop', 99)).toBe(5);
  });
});
