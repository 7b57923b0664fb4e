import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../shared/timers/histogram.js';
import { hourMs, minuteMs } from '../../shared/timers/service-level.js';
import { openWorld as setup } from './world.js';

const now = Date.UTC(2030, 0, 1);

/** So many of 20 ms, and one that failed and was a second late. */
function level(succeeded: number) {
  return {
    ...{ succeeded, failed: 1, aborted: 0, attempts: succeeded + 3 },
    lateness: { [bucketOf(20)]: succeeded, [bucketOf(1_000)]: 1 },
  };
}

describe('GET /v1/slo', () => {
  it('adds up what every process has counted within the window', async () => {
    const { call, store } = await setup();
    const minute = { namespace: 'default', spanMs: minuteMs };
    await store.serviceLevels.put([
      { ...minute, from: now - minuteMs, source: 'a', level: level(99) },
      { ...minute, from: now - 30 * minuteMs, source: 'b', level: level(900) },
      { ...minute, from: now - 2 * hourMs, source: 'b', level: level(5) },
      { ...minute, from: now - minuteMs, source: 'a', level: level(5), namespace: 'other' },
    ]);
    const { status, body } = await call('GET', '/v1/slo');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      namespace: 'default',
      executions: { succeeded: 999, failed: 2, aborted: 0 },
      attempts: 1_005,
      successRate: 999 / 1_001,
      latenessMs: { count: 1_001, p50: 20, p99: 20, p999: expect.closeTo(1_000, -1.5) as number },
    });
    const day = await call('GET', '/v1/slo?window=24h');
    expect(day.body).toMatchObject({ executions: { succeeded: 1_004 } });
    const between = await call('GET', '/v1/slo?from=2029-12-31T21:30:00Z&to=2029-12-31T22:30:00Z');
    expect(between.body).toMatchObject({ executions: { succeeded: 5 } });
  });

  it('says null where nothing was counted', async () => {
    const { call } = await setup();
    const { body } = await call('GET', '/v1/slo?window=7d');
    expect(body).toMatchObject({ successRate: null, latenessMs: { count: 0, p50: null, p999: null } });
  });

  it.each([
    ['window=5h', '/window'],
    ['window=1h&from=2029-12-31T00:00:00Z', '/window'],
    ['from=2030-01-02T00:00:00Z', '/from'],
    ['from=2020-01-01T00:00:00Z', '/from'],
    ['to=noon', '/to'],
  ])('refuses %s and names the field', async (query, pointer) => {
    const { call } = await setup();
    const { status, body } = await call('GET', `/v1/slo?${query}`);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ pointer }]);
  });
});
