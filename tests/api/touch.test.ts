import { describe, expect, it } from 'vitest';
import { claim, finish, start } from './life.js';
import { openWorld, target } from './world.js';

async function setup(sent: object = { delay: '1m' }) {
  const world = await openWorld();
  await world.call('PUT', '/v1/timers/dog', { body: { ...sent, target } });
  await world.clock.advance(30_000);
  const touch = () => world.call('POST', '/v1/timers/dog/touch');
  return { ...world, touch };
}

describe('touch', () => {
  it('puts a watchdog off by its delay from now, and is no change', async () => {
    const { touch, call, clock } = await setup();
    const { status, headers, body } = await touch();
    expect(status).toBe(200);
    expect(headers['etag']).toBe('"1"');
    expect(body).toMatchObject({
      generation: 1,
      delay: 'PT1M',
      at: '2030-01-01T00:01:30.000Z',
      nextDueAt: '2030-01-01T00:01:30.000Z',
    });
    await clock.advance(59_999);
    expect((await touch()).body.nextDueAt).toBe('2030-01-01T00:02:29.999Z');
    expect((await call('PUT', '/v1/timers/dog', { body: { delay: '1m', target } })).body.generation).toBe(1);
  });

  it('is the same when many come at once', async () => {
    const { touch } = await setup();
    const answers = await Promise.all(Array.from({ length: 20 }, touch));
    expect(new Set(answers.map(({ body }) => body.nextDueAt))).toEqual(new Set(['2030-01-01T00:01:30.000Z']));
  });

  it('takes back what was claimed for later', async () => {
    const { touch, call, ...place } = await setup();
    await claim(place, 'dog');
    expect((await touch()).body).toMatchObject({ nextDueAt: '2030-01-01T00:01:30.000Z', runs: 0 });
    expect((await call('GET', '/v1/executions?timerId=dog')).body.data).toEqual([]);
  });

  it('puts off one with limits and jitter too', async () => {
    const { touch } = await setup({ delay: '1m', endAt: '2030-01-01T00:01:20Z' });
    expect((await touch()).body).toMatchObject({ nextDueAt: null });
    const { touch: again } = await setup({ delay: '1m', exclusions: { dates: ['2030-01-02'] } });
    expect((await again()).body.nextDueAt).toBe('2030-01-01T00:01:30.000Z');
  });

  it('puts off a paused one, which stays paused', async () => {
    const { touch, call } = await setup();
    await call('POST', '/v1/timers/dog/pause');
    expect((await touch()).body).toMatchObject({ state: 'paused', nextDueAt: '2030-01-01T00:01:30.000Z' });
  });

  it.each([
    ['fired', 'is due', async ({ clock }: Awaited<ReturnType<typeof setup>>) => clock.advance(30_000)],
    [
      'fired',
      'runs',
      async (world: Awaited<ReturnType<typeof setup>>) => {
        await world.clock.advance(30_000);
        await start(world, 'dog');
      },
    ],
    ['timer-closed', 'has completed', (world: Awaited<ReturnType<typeof setup>>) => finish(world, 'dog')],
    [
      'timer-closed',
      'is cancelled',
      ({ call }: Awaited<ReturnType<typeof setup>>) => call('DELETE', '/v1/timers/dog'),
    ],
  ] as const)('is refused with %s for one that %s', async (code, _what, live) => {
    const world = await setup();
    await live(world);
    expect(await world.touch()).toMatchObject({ status: 409, body: { code } });
  });

  it.each([{ at: '2030-01-02T00:00:00Z' }, { cron: '@daily' }, { every: '1h' }])(
    'is refused for %j, which has no delay',
    async (sent) => {
      const { touch } = await setup(sent);
      expect(await touch()).toMatchObject({ status: 409, body: { code: 'no-delay' } });
    },
  );

  it('is refused for one that is not there', async () => {
    const { call } = await setup();
    expect(await call('POST', '/v1/timers/cat/touch')).toMatchObject({
      status: 404,
      body: { code: 'timer-not-found' },
    });
  });

  it('is refused when more arrive than can be written', async () => {
    const { call } = await openWorld({ config: { apiWaitingLimit: 3 } });
    await call('PUT', '/v1/timers/dog', { body: { delay: '1m', target } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('POST', '/v1/timers/dog/touch')));
    expect(answers.some(({ body }) => body.code === 'overloaded')).toBe(true);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
  });
});
