import { describe, expect, it } from 'vitest';
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
});
