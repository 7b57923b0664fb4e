import { describe, expect, it } from 'vitest';
import { arriveTestClock, moveTestClock, readTestClocks } from '../../shared/store/test-clocks.js';
import { shardOf, testShard } from '../../shared/timers/timer.js';
import { whileTimePasses } from './passing-time.js';
import { openWorld, target, type World, type WorldOptions } from './world.js';

const url = '/v1/namespaces/lab/clock';
const begin = '2034-01-01T00:00:00Z';
const lab = { 'carillon-namespace': 'lab' };

async function setup(options?: WorldOptions) {
  const world = await openWorld(options);
  const ask = (method: string, path: string, body?: object) =>
    whileTimePasses(world.clock, world.call(method, path, { body }));
  const inLab = (method: string, path: string, body?: object) =>
    world.call(method, path, { body, headers: lab });
  return { ...world, ask, inLab };
}

const make = async ({ ask }: Awaited<ReturnType<typeof setup>>): Promise<void> => {
  expect(await ask('PUT', url, { now: begin })).toMatchObject({ status: 200 });
};

const move = async ({ store }: Pick<World, 'store'>, at: string): Promise<void> =>
  void (await moveTestClock(store.documents, 'lab', Date.parse(at)));

/** What a scheduler does with a clock that was sent there. */
async function arrive(
  { store: { documents }, clock }: Pick<World, 'store' | 'clock'>,
  at: string,
): Promise<void> {
  const target = Date.parse(at);
  const isSent = async () => (await readTestClocks(documents))['lab']?.target === target;
  while (!(await isSent())) await clock.advance(0);
  await arriveTestClock(documents, 'lab', target);
}

describe('a test clock', () => {
  it('stands where it was put, and its namespace with it', async () => {
    const world = await setup();
    await make(world);
    const shown = {
      namespace: 'lab',
      now: '2034-01-01T00:00:00.000Z',
      target: '2034-01-01T00:00:00.000Z',
      moving: false,
    };
    expect((await world.ask('GET', url)).body).toEqual(shown);
    const { body } = await world.inLab('PUT', '/v1/timers/tea', { every: '1h', target });
    expect(body).toMatchObject({
      createdAt: shown.now,
      anchor: shown.now,
      nextDueAt: '2034-01-01T01:00:00.000Z',
    });
    const timer = await world.store.timers.read({ namespace: 'lab', id: 'tea' });
    expect(timer!.shard).toBe(testShard);
    expect(world.published.at(-1)).toEqual({ topic: 'nudge.clock', payload: { namespace: 'lab' } });
  });

  it('leaves other namespaces to real time', async () => {
    const world = await setup();
    await make(world);
    const now = new Date(world.clock.now()).toISOString();
    expect(
      (await world.call('PUT', '/v1/timers/tea', { body: { every: '1h', target } })).body.createdAt,
    ).toBe(now);
    const timer = await world.store.timers.read({ namespace: 'default', id: 'tea' });
    expect(timer!.shard).toBe(shardOf({ namespace: 'default', id: 'tea' }));
  });

  it('rules each operation of its namespace', async () => {
    const world = await setup();
    await make(world);
    const { inLab } = world;
    await inLab('POST', '/v1/timers', { id: 'dog', delay: '1m', target });
    await move(world, '2034-01-01T00:00:30Z');
    expect((await inLab('POST', '/v1/timers/dog/touch')).body.nextDueAt).toBe('2034-01-01T00:01:30.000Z');
    expect((await inLab('PATCH', '/v1/timers/dog', { delay: '1h' })).body.nextDueAt).toBe(
      '2034-01-01T01:00:30.000Z',
    );
    expect((await inLab('POST', '/v1/timers/dog/pause', { until: '1h' })).body.pause).toMatchObject({
      since: '2034-01-01T00:00:30.000Z',
      until: '2034-01-01T01:00:30.000Z',
    });
    expect((await inLab('POST', '/v1/timers/dog/run')).body).toMatchObject({
      scheduledFor: '2034-01-01T00:00:30.000Z',
      state: 'deferred',
      reason: 'test-clock',
    });
    expect((await inLab('GET', '/v1/timers/dog/preview')).body.occurrences).toMatchObject([
      { scheduledFor: '2034-01-01T01:00:30.000Z' },
    ]);
    const { body } = await inLab('POST', '/v1/timers:batch', {
      timers: [
        { delay: '1s', target },
        { delay: '2s', target },
      ],
    });
    expect(body.results.map(({ status }) => status)).toEqual([201, 201]);
    expect((await inLab('DELETE', '/v1/timers/dog')).body).toMatchObject({
      updatedAt: '2034-01-01T00:00:30.000Z',
    });
  });

  it('is seen by another process as soon as it is made', async () => {
    const first = await setup();
    const second = await openWorld({ beside: first });
    await second.call('PUT', '/v1/timers/tea', { body: { every: '1h', target } });
    await make(first);
    const { body } = await second.call('PUT', '/v1/timers/tea', {
      body: { every: '1h', target },
      headers: lab,
    });
    expect(body.createdAt).toBe('2034-01-01T00:00:00.000Z');
  });

  it('is advanced, and answers when it has arrived', async () => {
    const world = await setup();
    await make(world);
    world.published.length = 0;
    const asked = world.ask('POST', `${url}/advance`, { by: 'P1D' });
    await arrive(world, '2034-01-02T00:00:00Z');
    expect(await asked).toMatchObject({ status: 200 });
    expect(world.published).toEqual([{ topic: 'nudge.clock', payload: { namespace: 'lab' } }]);
    const again = world.ask('POST', `${url}/advance`, { to: '2034-01-02T02:00:00+01:00' });
    await arrive(world, '2034-01-02T01:00:00Z');
    expect(await again).toMatchObject({ status: 200, body: { now: '2034-01-02T01:00:00.000Z' } });
  });

  it('answers 202 while it is still on its way after 25 s, and goes on from its target', async () => {
    const world = await setup();
    await make(world);
    const begun = world.clock.now();
    expect(await world.ask('POST', `${url}/advance`, { by: '1h' })).toMatchObject({
      status: 202,
      body: { namespace: 'lab', now: '2034-01-01T00:00:00.000Z', target: '2034-01-01T01:00:00.000Z' },
    });
    expect(world.clock.now() - begun).toBeLessThan(26_000);
    const again = world.ask('POST', `${url}/advance`, { by: '1h' });
    await arrive(world, '2034-01-01T02:00:00Z');
    expect(await again).toMatchObject({ status: 200, body: { now: '2034-01-01T02:00:00.000Z' } });
  });

  it('is never put back', async () => {
    const world = await setup();
    await make(world);
    for (const [method, path, body] of [
      ['PUT', url, { now: '2033-12-31T23:59:59Z' }],
      ['POST', `${url}/advance`, { to: '2033-12-31T23:59:59Z' }],
    ] as const)
      expect(await world.ask(method, path, body)).toMatchObject({
        status: 409,
        body: { code: 'test-clock-backwards' },
      });
    expect(await world.ask('PUT', url, { now: '2034-06-01T00:00:00Z' })).toMatchObject({ status: 200 });
  });

  it('is neither made nor taken away while a timer of the namespace is open', async () => {
    const world = await setup();
    const inUse = { status: 409, body: { code: 'namespace-in-use' } };
    await world.inLab('PUT', '/v1/timers/tea', { every: '1h', target });
    expect(await world.ask('PUT', url, { now: begin })).toMatchObject(inUse);
    await world.inLab('POST', '/v1/timers/tea/pause');
    expect(await world.ask('PUT', url, { now: begin })).toMatchObject(inUse);
    await world.inLab('DELETE', '/v1/timers/tea');
    await make(world);
    await world.inLab('PUT', '/v1/timers/coffee', { every: '1h', target });
    expect(await world.ask('DELETE', url)).toMatchObject(inUse);
    expect(await world.ask('PUT', url, { now: '2035-01-01T00:00:00Z' })).toMatchObject(inUse);
    expect(await world.ask('PUT', url, { now: begin })).toMatchObject({ status: 200 });
    await world.inLab('DELETE', '/v1/timers/coffee');
    expect(await world.ask('DELETE', url)).toMatchObject({ status: 204 });
    expect(await world.ask('GET', url)).toMatchObject({
      status: 404,
      body: { code: 'test-clock-not-found' },
    });
  });

  it('is given up where a timer was made by real time meanwhile', async () => {
    const world = await setup();
    const late = await openWorld({ beside: world });
    await late.call('GET', '/v1/timers/none/preview', { headers: lab });
    const asked = world.call('PUT', url, { body: { now: begin } });
    while (Object.keys((await world.store.documents.read('test-clocks'))?.value ?? {}).length === 0)
      await world.clock.advance(0);
    expect(
      (await late.call('PUT', '/v1/timers/tea', { body: { every: '1h', target }, headers: lab })).status,
    ).toBe(201);
    expect(await whileTimePasses(world.clock, asked)).toMatchObject({
      status: 409,
      body: { code: 'namespace-in-use' },
    });
    expect((await world.ask('GET', url)).status).toBe(404);
  });

  it.each([
    ['PUT', '', {}, '/now'],
    ['PUT', '', { now: 'midnight' }, '/now'],
    ['PUT', '', { now: begin, speed: 2 }, '/speed'],
    ['POST', '/advance', {}, '/by'],
    ['POST', '/advance', { by: '1h', to: begin }, '/by'],
    ['POST', '/advance', { by: 'P36525D' }, '/by'],
    ['POST', '/advance', { by: -1 }, '/by'],
    ['POST', '/advance', { to: 'later' }, '/to'],
    ['POST', '/advance', { to: '2054-01-01T00:00:00Z' }, '/to'],
  ])('%s %s is refused for %j, naming %s', async (method, path, body, pointer) => {
    const world = await setup();
    await make(world);
    const answer = await world.ask(method, `${url}${path}`, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors!.map((mistake) => mistake.pointer)).toEqual([pointer]);
  });

  it.each([
    ['GET', '', undefined],
    ['PUT', '', { now: begin }],
    ['DELETE', '', undefined],
    ['POST', '/advance', { by: '1h' }],
  ])('%s %s is refused in production mode', async (method, path, body) => {
    const { call } = await openWorld({ mode: 'production', config: { apiKeys: ['0123456789abcdef'] } });
    const headers = { authorization: 'Bearer 0123456789abcdef' };
    expect(await call(method, `${url}${path}`, { headers, body })).toMatchObject({
      status: 403,
      body: { code: 'test-clock-refused' },
    });
  });

  it('rules nothing in production mode, even if one was left in the store', async () => {
    const first = await setup();
    await make(first);
    const { call } = await openWorld({
      beside: first,
      mode: 'production',
      config: { apiKeys: ['0123456789abcdef'] },
    });
    const headers = { ...lab, authorization: 'Bearer 0123456789abcdef' };
    const { body } = await call('PUT', '/v1/timers/tea', { headers, body: { every: '1h', target } });
    expect(body.createdAt).toBe(new Date(first.clock.now()).toISOString());
  });
});
