import { describe, expect, it } from 'vitest';
import { finish } from './life.js';
import { openWorld, target } from './world.js';

const tea = { delay: '1h', target };

async function setup() {
  const world = await openWorld();
  const post = (body: object, key: string, headers: Record<string, string> = {}) =>
    world.call('POST', '/v1/timers', { body, headers: { 'idempotency-key': key, ...headers } });
  return { ...world, post };
}

describe('POST with an Idempotency-Key', () => {
  it('answers the same timer when it is repeated, and says so', async () => {
    const { post, clock, call } = await setup();
    const first = await post(tea, 'k');
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    await clock.advance(60_000);
    const again = await post(tea, 'k');
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers).toMatchObject({
      'idempotency-replayed': 'true',
      location: first.headers['location'],
    });
    expect((await call('GET', '/v1/timers')).body.data).toHaveLength(1);
  });

  it('creates one timer when ten arrive at once', async () => {
    const { post, call } = await setup();
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(tea, 'k')));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(9);
    expect((await call('GET', '/v1/timers')).body.data).toHaveLength(1);
  });

  it('refuses another body under the same key', async () => {
    const { post } = await setup();
    await post(tea, 'k');
    expect(await post({ ...tea, delay: '2h' }, 'k')).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
  });

  it('makes another timer under another key, or in another namespace', async () => {
    const { post } = await setup();
    const { body } = await post(tea, 'k');
    expect((await post(tea, 'l')).body.id).not.toBe(body.id);
    expect((await post(tea, 'k', { 'carillon-namespace': 'kitchen' })).body.id).not.toBe(body.id);
  });

  it('knows its timer after that was changed, and after it is done', async () => {
    const { post, call, ...place } = await setup();
    const { body } = await post(tea, 'k');
    await call('PATCH', `/v1/timers/${body.id}`, { body: { tags: ['changed'] } });
    expect((await post(tea, 'k')).body).toMatchObject({ id: body.id, tags: ['changed'] });
    await finish(place, body.id);
    expect((await post(tea, 'k')).body).toMatchObject({ id: body.id, state: 'completed' });
  });

  it('is known with an id of your own too', async () => {
    const { post } = await setup();
    const own = { id: 'tea', ...tea };
    await post(own, 'k');
    expect(await post(own, 'k')).toMatchObject({ status: 201, headers: { 'idempotency-replayed': 'true' } });
    expect(await post(own, 'l')).toMatchObject({ status: 409, body: { code: 'timer-exists' } });
    expect(await post({ ...own, tags: ['x'] }, 'k')).toMatchObject({ status: 422 });
  });

  it('may be repeated after its `at` is past', async () => {
    const { post, clock } = await setup();
    const dated = { at: '2030-01-01T00:10:00Z', target };
    const first = await post(dated, 'k');
    await clock.advance(3_600_000);
    expect(await post(dated, 'k')).toMatchObject({ status: 201, body: { id: first.body.id } });
    expect(await post(dated, 'l')).toMatchObject({ status: 400, body: { errors: [{ pointer: '/at' }] } });
  });
});
