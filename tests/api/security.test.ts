import { describe, expect, it } from 'vitest';
import { openWorld, target } from './world.js';

const key = 'a-key-of-sixteen-or-more';
const body = { delay: '1h', target };

describe('API keys', () => {
  it.each([undefined, 'Bearer wrong', `Basic ${key}`, 'Bearer', `Bearer ${key}x`])(
    'are missing or wrong in %j: 401',
    async (authorization) => {
      const { call } = await openWorld({ mode: 'production', config: { apiKeys: [key] } });
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      for (const [method, url] of [
        ['POST', '/v1/timers'],
        ['POST', '/timers'],
        ['GET', '/v1/executions'],
        ['DELETE', '/v1/timers/x'],
        ['GET', '/nowhere'],
      ] as const)
        expect(await call(method, url, { headers })).toMatchObject({
          status: 401,
          headers: {
            'www-authenticate': authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"',
          },
          body: { code: 'unauthorized' },
        });
    },
  );

  it('let in whoever shows one of them', async () => {
    const { call } = await openWorld({
      mode: 'production',
      config: { apiKeys: ['another-key-of-sixteen', key] },
    });
    const headers = { authorization: `bearer ${key}` };
    expect((await call('POST', '/v1/timers', { body, headers })).status).toBe(201);
  });

  it('are not needed to ask for health and documentation', async () => {
    const { call } = await openWorld({ mode: 'production', config: { apiKeys: [key] } });
    for (const url of ['/health/live', '/health/ready', '/openapi.json', '/docs/'])
      expect((await call('GET', url)).status).toBe(200);
    const { body: document } = await call('GET', '/openapi.json');
    expect(document).toMatchObject({ security: [{ key: [] }] });
  });

  it('are not needed in development mode', async () => {
    const { call } = await openWorld();
    expect((await call('POST', '/v1/timers', { body })).status).toBe(201);
    const { body: document } = await call('GET', '/openapi.json');
    expect(document).toMatchObject({ security: [{}, { key: [] }] });
  });

  it('count in development mode too, once one is shown', async () => {
    const { call } = await openWorld();
    const headers = { authorization: `Bearer ${key}` };
    expect((await call('POST', '/v1/timers', { body, headers })).status).toBe(401);
  });
});

describe('what browsers are told', () => {
  it('lets Swagger UI work over plain http, from here alone', async () => {
    const { call } = await openWorld();
    const { headers } = await call('GET', '/docs/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  it('never takes data for a page', async () => {
    const { call } = await openWorld();
    const { headers } = await call('GET', '/v1/timers');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});
