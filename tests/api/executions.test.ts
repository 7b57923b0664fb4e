import { describe, expect, it, vi } from 'vitest';
import { claim, finish, start } from './life.js';
import { openWorld as setup, target, type World } from './world.js';

async function create({ call }: World, id: string, delay: number): Promise<void> {
  expect((await call('POST', '/v1/timers', { body: { id, delay, target } })).status).toBe(201);
}

describe('GET /v1/executions/{id}', () => {
  it('tells of each attempt, with its lateness receipt', async () => {
    const world = await setup();
    await create(world, 'tea', 1_000);
    await world.clock.advance(1_000);
    const { id } = await finish(world, 'tea');
    const { status, body } = await world.call('GET', `/v1/executions/${id}`);
    expect(status).toBe(200);
    const then = '2030-01-01T00:00:01.000Z';
    const steps = [
      'scheduledFor',
      'claimedAt',
      'publishedAt',
      'startedAt',
      'sentAt',
      'firstByteAt',
      'finishedAt',
    ];
    expect(body).toEqual({
      id,
      timerId: 'tea',
      namespace: 'default',
      scheduledFor: then,
      dueAt: then,
      state: 'succeeded',
      trigger: 'schedule',
      reason: null,
      skipped: null,
      held: false,
      until: null,
      nextAttemptAt: null,
      outcome: 'succeeded',
      settledAt: then,
      attempts: [
        {
          n: 1,
          outcome: 'succeeded',
          status: 200,
          error: null,
          response: { headers: { server: 'test' }, body: 'ok', truncated: false },
          worker: 'worker-1~aaaa',
          receipt: Object.fromEntries(steps.map((step) => [step, then])),
          lateOutcome: null,
        },
      ],
    });
  });

  it('tells why an attempt failed, what was not reached, and when the next one comes', async () => {
    const world = await setup();
    await create(world, 'tea', 1_000);
    const at = Date.UTC(2030, 0, 1, 1);
    const nothing = { publishedAt: null, startedAt: null, sentAt: null, firstByteAt: null, finishedAt: null };
    const { id } = await finish(world, 'tea', {
      outcome: 'failed',
      status: null,
      error: { code: 'timeout', message: 'no answer within 30 s' },
      response: null,
      receipt: { scheduledFor: at, claimedAt: at, ...nothing },
      verdict: { state: 'retrying', at, reason: 'no answer within 30 s' },
    });
    const { body } = await world.call('GET', `/v1/executions/${id}`);
    expect(body).toMatchObject({
      state: 'retrying',
      nextAttemptAt: '2030-01-01T01:00:00.000Z',
      settledAt: null,
    });
    expect(body.attempts[0]).toMatchObject({
      outcome: 'failed',
      status: null,
      error: { code: 'timeout', message: 'no answer within 30 s' },
      response: null,
      receipt: nothing,
    });
  });

  it('tells of a deferred one until when and why', async () => {
    const world = await setup();
    await create(world, 'tea', 1_000);
    const { id, generation, claim: number } = await claim(world, 'tea');
    const until = Date.UTC(2030, 0, 1, 2);
    await world.store.delivery.defer([{ id, generation, claim: number, until, reason: 'the host is busy' }]);
    expect((await world.call('GET', `/v1/executions/${id}`)).body).toMatchObject({
      state: 'deferred',
      until: '2030-01-01T02:00:00.000Z',
      reason: 'the host is busy',
      attempts: [],
    });
  });

  it('answers 404 for one that is not there, or in another namespace', async () => {
    const world = await setup();
    await create(world, 'tea', 1_000);
    const { id } = await claim(world, 'tea');
    const elsewhere = { headers: { 'carillon-namespace': 'kitchen' } };
    for (const answer of [
      await world.call('GET', '/v1/executions/none'),
      await world.call('GET', `/v1/executions/${id}`, elsewhere),
    ])
      expect(answer).toMatchObject({ status: 404, body: { code: 'execution-not-found' } });
  });
});

describe('GET /v1/executions', () => {
  it('pages through all of them once, newest first, those of one instant too', async () => {
    const world = await setup();
    const delays = { a: 1_000, b: 3_000, c: 2_000, d: 2_000, e: 2_000 };
    for (const [id, delay] of Object.entries(delays)) {
      await create(world, id, delay);
      await claim(world, id);
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await world.call('GET', `/v1/executions?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(body.data.length).toBeLessThanOrEqual(2);
      seen.push(...body.data.map(({ timerId }) => timerId));
      cursor = body.nextCursor;
    }
    expect([seen[0], seen.at(-1)]).toEqual(['b', 'a']);
    expect([...seen].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('filters by timer and by state', async () => {
    const world = await setup();
    for (const id of ['a', 'b', 'c']) await create(world, id, 1_000);
    await claim(world, 'a');
    await start(world, 'b');
    await finish(world, 'c');
    const timersOf = async (query: string): Promise<string[]> =>
      (await world.call('GET', `/v1/executions?${query}`)).body.data.map(({ timerId }) => timerId);
    expect(await timersOf('timerId=b')).toEqual(['b']);
    expect(await timersOf('state=claimed')).toEqual(['a']);
    expect(await timersOf('state=succeeded&timerId=c')).toEqual(['c']);
    expect(await timersOf('state=failed')).toEqual([]);
  });

  it('filters by host, outcome and nominal time', async () => {
    const world = await setup();
    for (const [id, delay] of Object.entries({ a: 1_000, b: 2_000, c: 3_000 }))
      await create(world, id, delay);
    await claim(world, 'a');
    await finish(world, 'b');
    const verdict = { state: 'failed', reason: 'no answer' } as const;
    await finish(world, 'c', { outcome: 'failed', verdict });
    const timersOf = async (query: string): Promise<string[]> =>
      (await world.call('GET', `/v1/executions?${query}`)).body.data.map(({ timerId }) => timerId);
    const host = `host=${new URL(target.url).host}`;
    const after = 'scheduledAfter=2030-01-01T00:00:01Z';
    expect(await timersOf(`${host}&${after}`)).toEqual(['c', 'b']);
    expect(await timersOf(`host=elsewhere.example&${after}`)).toEqual([]);
    expect(await timersOf(`outcome=failed&${after}`)).toEqual(['c']);
    expect(await timersOf('outcome=succeeded&timerId=b')).toEqual(['b']);
    expect(await timersOf('scheduledBefore=2030-01-01T00:00:03Z')).toEqual(['b', 'a']);
    expect(await timersOf(`state=failed&${host}&outcome=failed`)).toEqual(['c']);
  });

  it('goes on beyond a page in which nothing fits', async () => {
    const world = await setup();
    await create(world, 'a', 1_000);
    const { id } = await claim(world, 'a');
    const scheduledFor = Date.UTC(2030, 0, 1, 0, 0, 1);
    vi.spyOn(world.store.executions, 'reach').mockResolvedValueOnce({ scheduledFor, id });
    const { body } = await world.call('GET', '/v1/executions?timerId=a&state=failed');
    expect(body.data).toEqual([]);
    expect(body.nextCursor).not.toBeNull();
    const rest = await world.call('GET', `/v1/executions?timerId=a&state=failed&cursor=${body.nextCursor}`);
    expect(rest.body).toEqual({ data: [], nextCursor: null });
  });

  it.each(['host=a.example', 'outcome=failed', 'state=succeeded&host=a.example'])(
    'refuses %s, and says what to add',
    async (query) => {
      const world = await setup();
      const { status, body } = await world.call('GET', `/v1/executions?${query}`);
      expect(status).toBe(422);
      expect(body).toMatchObject({
        code: 'query-too-broad',
        detail: expect.stringContaining('add one of `scheduledAfter`, `timerId`, or a `state`') as string,
      });
    },
  );
});

describe('POST /v1/executions:count', () => {
  it('tells how many fit, by the filters of the list', async () => {
    const world = await setup();
    for (const id of ['a', 'b', 'c']) await create(world, id, 1_000);
    await claim(world, 'a');
    await finish(world, 'b');
    await finish(world, 'c');
    const count = (filter: object) => world.call('POST', '/v1/executions:count', { body: { filter } });
    expect((await count({})).body).toEqual({ count: 3, exact: true });
    expect((await count({ state: 'succeeded' })).body).toEqual({ count: 2, exact: true });
    expect((await count({ state: 'claimed', timerId: 'a' })).body).toEqual({ count: 1, exact: true });
    expect(await count({ host: 'a.example' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/filter', in: 'body' }] },
    });
    expect(await count({ scheduledAfter: 'today' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/filter/scheduledAfter', in: 'body' }] },
    });
  });
});
