import { describe, expect, it } from 'vitest';
import { openWorld as setup, target } from './world.js';

describe('what a route does not take', () => {
  it.each([
    ['POST', '/v1/timers?dryRun=true', { delay: '1h', target }],
    ['GET', '/v1/timers/tea?fields=id', undefined],
    ['DELETE', '/v1/timers/tea?force=1', undefined],
    ['GET', '/v1/cluster?x=', undefined],
  ])('is refused as a query: %s %s', async (method, url, body) => {
    const { call } = await setup();
    const { status, body: problem } = await call(method, url, { body });
    expect(status).toBe(400);
    expect(problem.errors).toHaveLength(1);
    expect(problem.errors![0]).toMatchObject({ in: 'query' });
    expect(problem.errors![0]!.detail).toContain('not a known field');
  });

  it.each([
    ['POST', '/v1/timers/tea/touch'],
    ['POST', '/v1/timers/tea/resume'],
    ['DELETE', '/v1/timers/tea'],
  ])('is refused as a body: %s %s', async (method, url) => {
    const { call } = await setup();
    await call('PUT', '/v1/timers/tea', { body: { delay: '1h', target } });
    const { status, body: problem } = await call(method, url, { body: { reason: 'none' } });
    expect(status).toBe(400);
    const detail = 'is not taken here; leave the body out';
    expect(problem.errors).toMatchObject([{ in: 'body', detail }]);
    expect((await call(method, url, { body: {} })).status).toBe(200);
  });
});
