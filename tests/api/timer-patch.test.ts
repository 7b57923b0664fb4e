import { describe, expect, it } from 'vitest';
import { claim, finish } from './life.js';
import { openWorld, target } from './world.js';

const tea = {
  id: 'tea',
  delay: '1h',
  target: { ...target, headers: { 'X-One': '1', 'X-Two': '2' }, body: { a: 1, b: { c: 2 } } },
  retries: { maxAttempts: 3, maxAge: '1h' },
  tags: ['a'],
  metadata: { customer: '4711', shop: 'north' },
};

async function setup(body: object = tea) {
  const world = await openWorld();
  const created = await world.call('POST', '/v1/timers', { body });
  await world.clock.advance(60_000);
  const patch = (sent: unknown, headers: Record<string, string> = {}) =>
    world.call('PATCH', '/v1/timers/tea', { body: sent, headers });
  return { ...world, created: created.body, patch };
}

describe('PATCH', () => {
  it('changes what it names and leaves the rest, the schedule too', async () => {
    const { created, patch } = await setup();
    const { status, headers, body } = await patch({ tags: ['b'], metadata: { shop: null, till: '3' } });
    expect(status).toBe(200);
    expect(headers['etag']).toBe('"2"');
    expect(body).toEqual({
      ...created,
      generation: 2,
      tags: ['b'],
      metadata: { customer: '4711', till: '3' },
      updatedAt: '2030-01-01T00:01:00.000Z',
    });
  });

  it('leaves a claimed execution alone when it touches neither schedule nor target', async () => {
    const { patch, call, ...place } = await setup();
    const { id } = await claim(place, 'tea');
    await patch({ tags: ['b'] });
    expect((await call('GET', `/v1/executions/${id}`)).body.state).toBe('claimed');
  });

  it('merges deeply, header names in any case', async () => {
    const { patch } = await setup();
    const { body } = await patch({
      target: { headers: { 'x-ONE': 'new', 'X-TWO': null }, body: { b: { c: null } } },
    });
    expect(body.target).toMatchObject({ headers: { 'x-one': 'new' }, body: { a: 1, b: {} } });
    expect(body.target.headers).not.toHaveProperty('x-two');
  });

  it('declares another kind of body anew', async () => {
    const { patch, store } = await setup();
    await patch({ target: { body: 'plain' } });
    const timer = await store.timers.read({ namespace: 'default', id: 'tea' });
    expect(timer!.definition.target).toMatchObject({
      body: 'plain',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
  });

  it('takes options away with null, back to their defaults', async () => {
    const { patch } = await setup();
    const { body } = await patch({ retries: { maxAttempts: null, maxAge: null }, target: { body: null } });
    expect(body.retries).toMatchObject({ maxAttempts: 5, maxAge: null });
    expect(body.target.body).toBeNull();
  });

  it('counts a delay that it sends from now, the same one too', async () => {
    const { patch } = await setup();
    expect((await patch({ delay: 'PT1H' })).body).toMatchObject({
      generation: 2,
      delay: 'PT1H',
      nextDueAt: '2030-01-01T01:01:00.000Z',
    });
  });

  it('lets `at` take the place of `delay`, and the other way round', async () => {
    const { patch } = await setup();
    const dated = await patch({ at: '2030-01-02T00:00:00Z' });
    expect(dated.body.nextDueAt).toBe('2030-01-02T00:00:00.000Z');
    expect(dated.body).not.toHaveProperty('delay');
    expect((await patch({ delay: '5m' })).body).toMatchObject({
      delay: 'PT5M',
      nextDueAt: '2030-01-01T00:06:00.000Z',
    });
  });

  it.each([{}, { tags: ['a'] }, { target: { url: target.url }, retries: { maxAttempts: 3 } }])(
    'changes nothing by %j, which says what is so already',
    async (sent) => {
      const { created, patch } = await setup();
      expect(await patch(sent)).toMatchObject({ status: 200, body: created });
    },
  );

  it.each([
    [{ cron: '* * * *' }, '/cron'],
    [{ id: 'coffee' }, '/id'],
    [{ target: { url: 'ftp://x' } }, '/target/url'],
    [{ target: null }, '/target'],
    [{ delay: null }, '/at'],
    [{ at: '2029-01-01T00:00:00Z' }, '/at'],
    [{ at: '2030-01-02T00:00:00Z', delay: '1s' }, '/delay'],
    [{ target: { headers: { Host: 'x' } } }, '/target/headers/host'],
    [{ tags: 'a' }, '/tags'],
    [[], ''],
  ])('is refused as a whole for %j, naming %s', async (sent, pointer) => {
    const { created, patch, call } = await setup();
    const { status, body } = await patch(sent);
    expect(status).toBe(400);
    expect(body.errors!.map((mistake) => mistake.pointer)).toEqual([pointer]);
    expect((await call('GET', '/v1/timers/tea')).body).toEqual(created);
  });

  it('changes the target of a timer whose instant is past, and keeps that instant', async () => {
    const { patch, clock } = await setup({ id: 'tea', at: '2030-01-01T00:05:00Z', target });
    await clock.advance(3_600_000);
    const { status, body } = await patch({ target: { method: 'PUT' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ at: '2030-01-01T00:05:00.000Z', target: { method: 'PUT' } });
  });

  it('takes the media type of merge patches', async () => {
    const { patch } = await setup();
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect((await patch({ tags: ['b'] }, headers)).body.tags).toEqual(['b']);
  });

  it('is refused when If-Match names another generation', async () => {
    const { patch } = await setup();
    expect(await patch({ tags: [] }, { 'if-match': '"2"' })).toMatchObject({
      status: 412,
      body: { code: 'generation-mismatch' },
    });
    expect((await patch({ tags: [] }, { 'if-match': '"1"' })).status).toBe(200);
  });

  it('is refused for a closed timer', async () => {
    const { patch, ...place } = await setup();
    await finish(place, 'tea');
    expect(await patch({ tags: [] })).toMatchObject({ status: 409, body: { code: 'timer-closed' } });
  });

  it('is refused for a timer that is not there', async () => {
    const { call } = await setup();
    const answer = await call('PATCH', '/v1/timers/coffee', { body: {} });
    expect(answer).toMatchObject({ status: 404, body: { code: 'timer-not-found' } });
  });
});
