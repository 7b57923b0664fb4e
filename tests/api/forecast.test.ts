import { describe, expect, it } from 'vitest';
import { openWorld as setup, target } from './world.js';

describe('GET /v1/forecast', () => {
  it('tells the calls of each destination by the hour, and which hours are above a limit', async () => {
    const { call } = await setup();
    const other = { url: 'http://elsewhere.test:8080/' };
    await call('POST', '/v1/timers', { body: { id: 'often', every: 'PT10M', target } });
    await call('POST', '/v1/timers', { body: { id: 'once', at: '2030-01-01T05:30:00Z', target: other } });
    await call('POST', '/v1/timers', { body: { id: 'paused', every: 'PT1M', target: other } });
    await call('POST', '/v1/timers/paused/pause', { body: {} });
    const { status, body } = await call('GET', '/v1/forecast?days=1&limit=5');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      timers: 2,
      until: '2030-01-02T00:00:00.000Z',
      completeUntil: '2030-01-02T00:00:00.000Z',
      hosts: [
        { host: 'example.test', suggestedJitter: expect.stringMatching(/^PT\d+H$/) as string },
        {
          host: 'elsewhere.test:8080',
          calls: 1,
          hours: [{ from: '2030-01-01T05:00:00.000Z', calls: 1 }],
          above: [],
        },
      ],
      furtherHosts: { hosts: 0, calls: 0 },
    });
    const one = await call('GET', '/v1/forecast?days=1&host=elsewhere.test:8080');
    expect(one.body).toMatchObject({ hosts: [{ calls: 1, suggestedJitter: null }] });
  });

  it('is shared for a minute', async () => {
    const { call, clock } = await setup();
    await call('GET', '/v1/forecast');
    await call('POST', '/v1/timers', { body: { delay: '2h', target } });
    expect((await call('GET', '/v1/forecast')).body).toMatchObject({ timers: 0 });
    await clock.advance(60_001);
    expect((await call('GET', '/v1/forecast')).body).toMatchObject({ timers: 1 });
  });

  it('reads more than a page', async () => {
    const { call } = await setup();
    for (let batch = 0; batch < 3; batch++) {
      const timers = Array.from({ length: 700 }, () => ({ delay: '3h', target }));
      await call('POST', '/v1/timers:batch', { body: { timers } });
    }
    expect((await call('GET', '/v1/forecast?days=1')).body).toMatchObject({
      timers: 2_100,
      hosts: [{ calls: 2_100 }],
    });
  });

  it.each([
    ['days=32', '/days'],
    ['limit=0', '/limit'],
  ])('refuses %s and names the field', async (query, pointer) => {
    const { call } = await setup();
    const { status, body } = await call('GET', `/v1/forecast?${query}`);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ pointer }]);
  });
});
