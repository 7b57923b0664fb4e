import { describe, expect, it } from 'vitest';
import { finish } from './life.js';
import { openWorld as setup, target, type World } from './world.js';

async function create({ call }: World, id: string, changes: object = {}): Promise<void> {
  const { status } = await call('POST', '/v1/timers', { body: { id, delay: '1h', target, ...changes } });
  expect(status).toBe(201);
}

async function idsOf({ call }: World, query: string): Promise<string[]> {
  const { status, body } = await call('GET', `/v1/timers?${query}`);
  expect(status).toBe(200);
  return body.data.map(({ id }) => id);
}

describe('GET /v1/timers/{id}', () => {
  it('answers the timer with its generation as ETag', async () => {
    const world = await setup();
    await create(world, 'tea');
    const { status, headers, body } = await world.call('GET', '/v1/timers/tea');
    expect(status).toBe(200);
    expect(headers['etag']).toBe('"1"');
    expect(body).toMatchObject({ id: 'tea', delay: 'PT1H', nextDueAt: '2030-01-01T01:00:00.000Z' });
  });

  it('answers 404 for a timer that is not there, or in another namespace', async () => {
    const world = await setup();
    await create(world, 'tea');
    const elsewhere = { headers: { 'carillon-namespace': 'kitchen' } };
    for (const answer of [
      await world.call('GET', '/v1/timers/coffee'),
      await world.call('GET', '/v1/timers/tea', elsewhere),
    ])
      expect(answer).toMatchObject({ status: 404, body: { code: 'timer-not-found' } });
  });

  it('tells of a completed timer when it was due and how often it ran', async () => {
    const world = await setup();
    await create(world, 'tea');
    await world.clock.advance(3_600_000);
    await finish(world, 'tea');
    expect((await world.call('GET', '/v1/timers/tea')).body).toMatchObject({
      state: 'completed',
      nextDueAt: null,
      lastDueAt: '2030-01-01T01:00:00.000Z',
      runs: 1,
    });
  });
});

describe('GET /v1/timers', () => {
  it('pages through all of them once, in the order of their ids', async () => {
    const world = await setup();
    for (const id of ['e', 'a', 'd', 'b', 'c']) await create(world, id);
    const seen: string[] = [];
    let query = 'limit=2';
    for (let page = 0; page < 3; page++) {
      const { body } = await world.call('GET', `/v1/timers?${query}`);
      seen.push(...body.data.map(({ id }) => id));
      if (page === 2) expect(body.nextCursor).toBeNull();
      query = `limit=2&cursor=${body.nextCursor}`;
    }
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('says that there is no next page when the page is just full', async () => {
    const world = await setup();
    for (const id of ['a', 'b']) await create(world, id);
    expect((await world.call('GET', '/v1/timers?limit=2')).body.nextCursor).toBeNull();
  });

  it('neither repeats nor leaves out a timer when others are created between two pages', async () => {
    const world = await setup();
    for (const id of ['b', 'd', 'f', 'h']) await create(world, id);
    const { body } = await world.call('GET', '/v1/timers?limit=2');
    for (const id of ['a', 'c', 'e']) await create(world, id);
    const rest = await idsOf(world, `limit=10&cursor=${body.nextCursor}`);
    expect([...body.data.map(({ id }) => id), ...rest]).toEqual(['b', 'd', 'e', 'f', 'h']);
  });

  it('filters by state, tag, id prefix and due time', async () => {
    const world = await setup();
    await create(world, 'shop-1', { tags: ['red', 'blue'] });
    await create(world, 'shop-2', { tags: ['blue'], delay: '2h' });
    await create(world, 'shop_3', { delay: '3h' });
    await world.call('DELETE', '/v1/timers/shop-1');
    expect(await idsOf(world, 'state=cancelled')).toEqual(['shop-1']);
    expect(await idsOf(world, 'tag=blue')).toEqual(['shop-1', 'shop-2']);
    expect(await idsOf(world, 'tag=blue&state=active')).toEqual(['shop-2']);
    expect(await idsOf(world, 'idPrefix=shop_')).toEqual(['shop_3']);
    expect(await idsOf(world, 'dueBefore=2030-01-01T03:00:00Z')).toEqual(['shop-2']);
    expect(await idsOf(world, 'dueAfter=2030-01-01T03:00:00%2B01:00')).toEqual(['shop_3']);
  });
});
