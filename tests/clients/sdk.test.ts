import { describe, expect, it } from 'vitest';
import { Carillon, ProblemError, UnreachableError } from '../../clients/sdk/carillon.js';
import { freePort } from '../../deploy/local/free-port.js';
import { whileTimePasses } from '../api/passing-time.js';
import { serveApi } from './served-api.js';

const target = { url: 'https://example.test/callback' };
const cron = { cron: '0 9 * * *', target };

async function idsOf(rows: AsyncIterable<{ id: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of rows) ids.push(id);
  return ids;
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

describe('timers', () => {
  it('are created, read, changed and cancelled', async () => {
    const { client } = await serveApi();
    const created = await client.timers.create({ id: 'one', ...cron, tags: ['a'] });
    expect(created).toMatchObject({ id: 'one', state: 'active', generation: 1, namespace: 'default' });
    expect(await client.timers.get('one')).toEqual(created);
    const patched = await client.timers.patch('one', { tags: ['b'] }, { generation: 1 });
    expect(patched).toMatchObject({ generation: 2, tags: ['b'] });
    expect(await client.timers.put('one', { cron: '0 8 * * *', target })).toMatchObject({ generation: 3 });
    expect(await client.timers.cancel('one')).toMatchObject({ state: 'cancelled', executions: [] });
  });

  it('are paused, resumed, run and touched', async () => {
    const { client, clock } = await serveApi();
    await client.timers.create({ id: 'one', delay: '10s', target });
    const paused = await client.timers.pause('one', { reason: 'lunch' });
    expect(paused).toMatchObject({ state: 'paused', pause: { reason: 'lunch' } });
    expect(await client.timers.resume('one')).toMatchObject({ state: 'active', pause: null });
    await clock.advance(2_000);
    expect((await client.timers.touch('one')).nextDueAt).toBe('2030-01-01T00:00:12.000Z');
    expect(await client.timers.run('one')).toMatchObject({ timerId: 'one', trigger: 'manual' });
  });

  it('are previewed, before they are made and after', async () => {
    const { client } = await serveApi();
    const { occurrences } = await client.timers.preview({ cron: '0 9 * * *' }, { count: 2 });
    const expected = ['2030-01-01T09:00:00.000Z', '2030-01-02T09:00:00.000Z'];
    expect(occurrences.map(({ scheduledFor }) => scheduledFor)).toEqual(expected);
    await client.timers.create({ id: 'one', ...cron });
    const upcoming = await client.timers.upcoming('one', { from: '2030-01-01T10:00:00Z', count: 1 });
    expect(upcoming.occurrences.map(({ scheduledFor }) => scheduledFor)).toEqual([expected[1]]);
  });

  it('are created in batches, with a result each', async () => {
    const { client } = await serveApi();
    const results = await client.timers.createMany([
      { id: 'one', ...cron },
      { id: 'two', target },
    ]);
    expect(results).toMatchObject([
      { status: 201, id: 'one' },
      { status: 400, error: { code: 'invalid-request' } },
    ]);
  });

  it('of another namespace are not seen', async () => {
    const { client } = await serveApi();
    await client.in('shop').timers.create({ id: 'one', ...cron });
    expect(await idsOf(client.timers.all())).toEqual([]);
    expect(await idsOf(client.in('shop').timers.all())).toEqual(['one']);
  });
});

describe('a list', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];

  it('is one sequence over all its pages, and filtered on every one of them', async () => {
    const { client } = await serveApi();
    await client.timers.createMany(ids.map((id) => ({ id, ...cron })));
    await client.timers.cancel('b');
    expect(await idsOf(client.timers.all({ limit: 2, state: 'active' }))).toEqual(['a', 'c', 'd', 'e']);
    const page = await client.timers.list({ limit: 2 });
    expect(page.data.map(({ id }) => id)).toEqual(['a', 'b']);
    const next = await client.timers.list({ limit: 2, cursor: page.nextCursor! });
    expect(next.data.map(({ id }) => id)).toEqual(['c', 'd']);
  });

  it('neither repeats nor leaves out a row when others are created meanwhile', async () => {
    const { client } = await serveApi();
    await client.timers.createMany(ids.map((id) => ({ id, ...cron })));
    const seen: string[] = [];
    for await (const { id } of client.timers.all({ limit: 2 })) {
      seen.push(id);
      if (id === 'b')
        await client.timers.createMany(['0', 'aa', 'bb'].map((other) => ({ id: other, ...cron })));
    }
    expect(seen).toEqual(['a', 'b', 'bb', 'c', 'd', 'e']);
  });

  it('asks for no page that nobody wants', async () => {
    let requests = 0;
    const counting: typeof fetch = (...sent) => {
      requests++;
      return fetch(...sent);
    };
    const { client } = await serveApi({ fetch: counting });
    await client.timers.createMany(ids.map((id) => ({ id, ...cron })));
    requests = 0;
    for await (const { id } of client.timers.all({ limit: 2 })) if (id === 'b') break;
    expect(requests).toBe(1);
  });

  it('of executions is a sequence too', async () => {
    const { client } = await serveApi();
    await client.timers.create({ id: 'one', ...cron });
    const made = [await client.timers.run('one'), await client.timers.run('one')];
    const all = await idsOf(client.executions.all({ timerId: 'one', limit: 1 }));
    expect(all.sort()).toEqual(made.map(({ id }) => id).sort());
    expect((await client.executions.list({ limit: 1 })).data).toHaveLength(1);
    expect(await client.executions.get(all[0]!)).toMatchObject({ id: all[0], timerId: 'one' });
  });
});

describe('the test clock', () => {
  it('is given, read, moved and taken away', async () => {
    const { client, clock: time } = await serveApi();
    const { clock } = client.in('tests');
    await whileTimePasses(time, clock.set('2034-01-01T00:00:00Z'));
    expect(await clock.get()).toMatchObject({ namespace: 'tests', now: '2034-01-01T00:00:00.000Z' });
    await whileTimePasses(time, clock.remove());
    expect(await failureOf(clock.get())).toMatchObject({ code: 'test-clock-not-found' });
  });

  it('is waited for until it is there', async () => {
    const answers = [
      { now: '1', target: '2', moving: true },
      { now: '1', target: '2', moving: true },
      { now: '2', target: '2', moving: false },
    ];
    const waits: number[] = [];
    const client = new Carillon({
      url: 'http://api.test',
      fetch: () => Promise.resolve(Response.json(answers.shift())),
      wait: (delayMs) => {
        waits.push(delayMs);
        return Promise.resolve();
      },
    });
    expect(await client.clock.advance({ by: 'P1D' })).toEqual({ now: '2', target: '2', moving: false });
    expect(waits).toHaveLength(2);
    expect(answers).toEqual([]);
  });
});

describe('a failure', () => {
  it('that the API tells of is an error with its code, its status and each mistake', async () => {
    const { client } = await serveApi();
    const error = await failureOf(client.timers.create({ delay: '5 years', target: { url: 'ftp://x' } }));
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ code: 'invalid-request', status: 400 });
    const { errors, instance } = error as ProblemError;
    expect(errors.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(['/delay', '/target/url']));
    expect(instance).not.toBe('');
  });

  it('of a generation that is no more is told as such', async () => {
    const { client } = await serveApi();
    await client.timers.create({ id: 'one', ...cron });
    const error = await failureOf(client.timers.cancel('one', { generation: 7 }));
    expect(error).toMatchObject({ code: 'generation-mismatch', status: 412 });
  });

  it('to reach anybody names the address and the reason', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const error = await failureOf(new Carillon({ url, retries: 0 }).timers.get('one'));
    expect(error).toBeInstanceOf(UnreachableError);
    expect((error as Error).message).toMatch(`no answer from ${url}/v1/timers/one: connect ECONNREFUSED`);
  });

  it('of another server than ours says what came instead', async () => {
    const page = () =>
      Promise.resolve(new Response('<html>hello', { headers: { 'content-type': 'text/html' } }));
    const client = new Carillon({ url: 'http://api.test', fetch: page });
    const error = await failureOf(client.timers.get('one'));
    expect(error).toMatchObject({ code: 'unexpected-answer', status: 200 });
    expect((error as Error).message).toContain('<html>hello');
  });
});

describe('a request', () => {
  it('bears the key, and keeps what stands before the paths of the API', async () => {
    let seen: { url: string; headers: Headers } | undefined;
    const client = new Carillon({
      url: 'http://api.test/timers-of-ours/',
      key: 'secret',
      fetch: (url, init) => {
        seen = { url: url as string, headers: new Headers(init?.headers) };
        return Promise.resolve(Response.json({ data: [], nextCursor: null }));
      },
    });
    await client.timers.list({ dueBefore: '2030-01-01T00:00:00+01:00', limit: 5 });
    expect(seen!.url).toBe(
      'http://api.test/timers-of-ours/v1/timers?limit=5&dueBefore=2030-01-01T00%3A00%3A00%2B01%3A00',
    );
    expect(seen!.headers.get('authorization')).toBe('Bearer secret');
    expect(seen!.headers.get('carillon-namespace')).toBe('default');
  });
});
