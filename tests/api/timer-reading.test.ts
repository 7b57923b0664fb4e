import { describe, expect, it, vi } from 'vitest';
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

  it('filters by the host of the target, and by when it was created', async () => {
    const world = await setup();
    await create(world, 'a', { target: { url: 'https://Shop.example:443/a' } });
    await create(world, 'b', { target: { url: 'http://shop.example:8080/b' } });
    await world.clock.advance(60_000);
    await create(world, 'c', { target: { url: 'https://shop.example/c' } });
    expect(await idsOf(world, 'host=shop.EXAMPLE')).toEqual(['a', 'c']);
    expect(await idsOf(world, 'host=shop.example:8080')).toEqual(['b']);
    expect(await idsOf(world, 'createdAfter=2030-01-01T00:00:30Z')).toEqual(['c']);
    expect(await idsOf(world, 'createdBefore=2030-01-01T00:00:30Z&host=shop.example')).toEqual(['a']);
  });

  it('goes by the next due time or by creation where that is asked for, or serves the filters', async () => {
    const world = await setup();
    for (const [id, delay] of Object.entries({ a: '3h', b: '1h', c: '2h' })) {
      await create(world, id, { delay });
      await world.clock.advance(1_000);
    }
    expect(await idsOf(world, 'order=nextDueAt')).toEqual(['b', 'c', 'a']);
    expect(await idsOf(world, 'order=createdAt')).toEqual(['c', 'b', 'a']);
    expect(await idsOf(world, 'dueBefore=2030-01-01T02:30:00Z')).toEqual(['b', 'c']);
    expect(await idsOf(world, 'createdBefore=2030-01-01T00:00:02Z')).toEqual(['b', 'a']);
    const paged: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = `limit=1&order=nextDueAt${cursor && `&cursor=${cursor}`}`;
      const { body } = await world.call('GET', `/v1/timers?${query}`);
      paged.push(...body.data.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect(paged).toEqual(['b', 'c', 'a']);
  });

  it('goes on beyond a page in which nothing fits', async () => {
    const world = await setup();
    for (const id of ['a', 'b', 'c']) await create(world, id);
    await world.call('DELETE', '/v1/timers/c');
    const reach = vi.spyOn(world.store.timers, 'reach').mockResolvedValueOnce({ id: 'b', at: 0 });
    const first = await world.call('GET', '/v1/timers?state=cancelled');
    expect(first.body).toMatchObject({ data: [{ id: 'c' }], nextCursor: null });
    expect(reach).not.toHaveBeenCalled();
    const query = 'host=127.0.0.1&state=cancelled';
    const empty = await world.call('GET', `/v1/timers?${query}`);
    expect(empty.body.data).toEqual([]);
    expect(empty.body.nextCursor).not.toBeNull();
  });

  it.each([
    ['state=active&order=createdAt', 'add `createdAfter`, or leave out `order`'],
    ['tag=x&order=nextDueAt', 'add `dueBefore`, or leave out `order`'],
    ['dueBefore=2030-01-01T00:00:00Z&order=id', 'add one of `tag`, `host`, `idPrefix`, or leave out `order`'],
    [
      'state=paused&dueAfter=2030-01-01T00:00:00Z',
      'add one of `tag`, `host`, `idPrefix`, `dueBefore`, `createdAfter`',
    ],
  ])('refuses %s, and says what to add', async (query, fix) => {
    const world = await setup();
    const { status, body } = await world.call('GET', `/v1/timers?${query}`);
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'query-too-broad' });
    expect(body.detail.endsWith(`: ${fix}`)).toBe(true);
  });

  it('refuses instants that leave nothing between them', async () => {
    const world = await setup();
    const at = '2030-01-01T00:00:00Z';
    expect(await world.call('GET', `/v1/timers?dueAfter=${at}&dueBefore=${at}`)).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', errors: [{ pointer: '/dueAfter', in: 'query' }] },
    });
  });

  it('refuses a cursor of a list with other filters, order or namespace, and one it never gave', async () => {
    const world = await setup();
    for (const id of ['a', 'b', 'c']) await create(world, id, { tags: ['x'] });
    const { body } = await world.call('GET', '/v1/timers?limit=1&tag=x');
    const cursor = `cursor=${body.nextCursor}`;
    expect(await idsOf(world, `limit=2&tag=x&order=id&${cursor}`)).toEqual(['b', 'c']);
    const elsewhere = { headers: { 'carillon-namespace': 'kitchen' } };
    for (const answer of [
      await world.call('GET', `/v1/timers?${cursor}`),
      await world.call('GET', `/v1/timers?tag=y&${cursor}`),
      await world.call('GET', `/v1/timers?tag=x&${cursor}`, elsewhere),
      await world.call('GET', `/v1/timers?order=createdAt&${cursor}`),
    ])
      expect(answer).toMatchObject({
        status: 400,
        body: {
          errors: [{ pointer: '/cursor', detail: expect.stringContaining('other filters') as string }],
        },
      });
    for (const wrong of ['x', Buffer.from('["a"]').toString('base64url')])
      expect(await world.call('GET', `/v1/timers?cursor=${wrong}`)).toMatchObject({
        status: 400,
        body: {
          errors: [{ pointer: '/cursor', detail: expect.stringContaining('has given') as string }],
        },
      });
  });
});

describe('POST /v1/timers:count', () => {
  const count = (world: World, filter: object) =>
    world.call('POST', '/v1/timers:count', { body: { filter } });

  it('tells how many fit, by the filters of the list, in this namespace', async () => {
    const world = await setup();
    for (const id of ['a', 'b', 'c']) await create(world, id, { tags: id === 'a' ? [] : ['x'] });
    await world.call('DELETE', '/v1/timers/c');
    const counts: [object, number][] = [
      [{}, 3],
      [{ state: 'active' }, 2],
      [{ tag: 'x' }, 2],
      [{ tag: 'x', state: 'active' }, 1],
      [{ dueAfter: '2030-01-01T00:30:00+00:00' }, 2],
      [{ host: 'example.org' }, 0],
    ];
    for (const [filter, found] of counts)
      expect(await count(world, filter)).toMatchObject({ status: 200, body: { count: found, exact: true } });
  });

  it('says that there are more where it ended before the last one', async () => {
    const world = await setup();
    vi.spyOn(world.store.timers, 'count').mockResolvedValueOnce({ count: 7, exact: false });
    expect((await count(world, { tag: 'x' })).body).toEqual({ count: 7, exact: false });
  });

  it('names the field that is wrong, and what to add to filters that are too broad', async () => {
    const world = await setup();
    const dueAfter = '2030-01-01T00:00:00Z';
    expect(await count(world, { dueAfter: 'soon' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/filter/dueAfter', in: 'body' }] },
    });
    expect(await count(world, { colour: 'red' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/filter/colour', in: 'body' }] },
    });
    expect(await count(world, { state: 'paused', dueAfter })).toMatchObject({
      status: 422,
      body: { code: 'query-too-broad', errors: [{ pointer: '/filter', in: 'body' }] },
    });
  });
});
