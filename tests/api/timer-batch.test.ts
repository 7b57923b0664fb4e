import { describe, expect, it } from 'vitest';
import { openWorld, target } from './world.js';

const tea = { delay: '1h', target };

async function setup() {
  const world = await openWorld();
  const batch = (timers: unknown, headers: Record<string, string> = {}) =>
    world.call('POST', '/v1/timers:batch', { body: { timers }, headers });
  return { ...world, batch };
}

describe('POST /v1/timers:batch', () => {
  it('creates each timer, in order', async () => {
    const { batch, call } = await setup();
    const { status, body } = await batch(['c', 'a', 'b'].map((id) => ({ id, ...tea })));
    expect(status).toBe(200);
    expect(body.results).toEqual(['c', 'a', 'b'].map((id) => ({ status: 201, id })));
    expect((await call('GET', '/v1/timers')).body.data).toHaveLength(3);
  });

  it('lets no bad item spoil another', async () => {
    const { batch, call } = await setup();
    await call('POST', '/v1/timers', { body: { id: 'taken', ...tea } });
    const { status, body } = await batch([
      { id: 'good', ...tea },
      { id: 'bad', delay: 0, target },
      { id: 'odd', ...tea, cron: '* * * * *' },
      'nonsense',
      { id: 'taken', ...tea },
      { id: 'good', ...tea },
      { id: 'fine', ...tea },
    ]);
    expect(status).toBe(200);
    expect(body.results.map(({ status: each }) => each)).toEqual([201, 400, 400, 400, 409, 409, 201]);
    expect(body.results.map(({ error }) => error?.code)).toEqual([
      undefined,
      'invalid-request',
      'invalid-request',
      'invalid-request',
      'timer-exists',
      'timer-exists',
      undefined,
    ]);
    const pointers = body.results.map(({ error }) => error?.errors?.map(({ pointer }) => pointer));
    expect(pointers.slice(1, 4)).toEqual([['/timers/1/delay'], ['/timers/2/cron'], ['/timers/3']]);
    const { data } = (await call('GET', '/v1/timers')).body;
    expect(data.map(({ id }) => id)).toEqual(['fine', 'good', 'taken']);
  });

  it('takes 1000 timers, and no more', async () => {
    const { batch } = await setup();
    const { body } = await batch(Array<object>(1_000).fill(tea));
    expect(new Set(body.results.map(({ id }) => id)).size).toBe(1_000);
    const tooMany = await batch(Array<object>(1_001).fill(tea));
    expect(tooMany).toMatchObject({ status: 400, body: { errors: [{ pointer: '/timers' }] } });
  });

  it.each([[[]], [undefined], ['x'], [{}]])('refuses %j for a list of timers', async (timers) => {
    const { batch } = await setup();
    expect(await batch(timers)).toMatchObject({ status: 400, body: { errors: [{ pointer: '/timers' }] } });
  });

  it('refuses a field beside the list', async () => {
    const { call } = await setup();
    const answer = await call('POST', '/v1/timers:batch', { body: { timers: [tea], plan: true } });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/plan' }] } });
  });

  it('creates nothing twice when it is repeated under its Idempotency-Key', async () => {
    const { batch, call } = await setup();
    const key = { 'idempotency-key': 'k' };
    const first = await batch([tea, tea], key);
    expect((await batch([tea, tea], key)).body).toEqual(first.body);
    expect((await call('GET', '/v1/timers')).body.data).toHaveLength(2);
  });

  it('is not reached by another action, nor by a name that only begins like it', async () => {
    const { call } = await setup();
    for (const url of ['/v1/timers:pause', '/v1/timers:batches', '/v1/timersXbatch'])
      expect(await call('POST', url, { body: { timers: [tea] } })).toMatchObject({ status: 404 });
  });
});
