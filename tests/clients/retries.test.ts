import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Carillon, type CarillonOptions } from '../../clients/sdk/carillon.js';
import { backoffMs, retryAfterMs } from '../../clients/sdk/retry.js';
import { startHostileServer } from '../support/hostile-server.js';

const target = { url: 'https://example.test/callback' };
const timer = { id: 'one', state: 'active' };

type Reply = (socket: Socket) => void;

const reply =
  (status: string, body: object = {}, headers: Record<string, string> = {}): Reply =>
  (socket) => {
    const text = JSON.stringify(body);
    const lines = Object.entries({ ...headers, 'content-type': 'application/json' });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.end(`HTTP/1.1 ${status}\r\n${head}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
const answered = reply('200 OK', timer);
const away = reply('503 Service Unavailable', { code: 'store-unavailable', status: 503 });
const limited = (headers: Record<string, string>) =>
  reply('429 Too Many Requests', { code: 'rate-limited', status: 429 }, headers);
const reset: Reply = (socket) => socket.resetAndDestroy();
const halfAnAnswer: Reply = (socket) =>
  socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"id":');
const silence: Reply = () => undefined;

/** A server that gives these replies one after the other, the last one for ever, and a client that waits in no time. */
async function setup(replies: Reply[], options: Partial<CarillonOptions> = {}) {
  const waits: number[] = [];
  const requests: string[] = [];
  let n = 0;
  const server = await startHostileServer((socket) => replies[Math.min(n++, replies.length - 1)]!(socket));
  onTestFinished(() => server.close());
  const client = new Carillon({
    url: `http://127.0.0.1:${server.port}`,
    wait: async (delayMs) => void waits.push(delayMs),
    fetch: (url, init) => {
      requests.push(new Headers(init?.headers).get('idempotency-key') ?? '');
      return fetch(url, init);
    },
    ...options,
  });
  return { client, waits, requests };
}

describe('a call that ends uncertainly', () => {
  it.each([
    ['503', away],
    ['a reset connection', reset],
    ['half an answer', halfAnAnswer],
  ])('with %s is repeated until it is answered', async (_how, end) => {
    const { client, waits } = await setup([end, end, answered]);
    expect(await client.timers.get('one')).toEqual(timer);
    expect(waits).toHaveLength(2);
  });

  it('with no answer in time is repeated too', async () => {
    const { client, waits } = await setup([silence, answered], { timeoutMs: 100 });
    expect(await client.timers.get('one')).toEqual(timer);
    expect(waits).toHaveLength(1);
  });

  it('is given up after the tries that were allowed, with the last failure', async () => {
    const { client, requests } = await setup([away], { retries: 2 });
    await expect(client.timers.get('one')).rejects.toMatchObject({ code: 'store-unavailable', status: 503 });
    expect(requests).toHaveLength(3);
  });

  it('creates under one key, however often it is sent', async () => {
    const { client, requests } = await setup([reset, away, answered]);
    await client.timers.create({ delay: '1s', target });
    expect(requests).toHaveLength(3);
    expect(new Set(requests).size).toBe(1);
    expect(requests[0]).toMatch(/^[0-9a-f]{32}$/);
    await client.timers.create({ delay: '1s', target });
    expect(requests[3]).not.toBe(requests[0]);
  });

  it('creates under the key that it was given', async () => {
    const { client, requests } = await setup([away, answered]);
    await client.timers.create({ delay: '1s', target }, { idempotencyKey: 'order-17' });
    expect(requests).toEqual(['order-17', 'order-17']);
  });

  it.each<[string, (client: Carillon) => Promise<unknown>]>([
    [
      'a change of one generation',
      ({ timers }) => timers.put('one', { delay: '1s', target }, { generation: 1 }),
    ],
    ['a cancellation of one generation', ({ timers }) => timers.cancel('one', { generation: 1 })],
    ['a pause of one generation', ({ timers }) => timers.pause('one', {}, { generation: 1 })],
    ['a patch', ({ timers }) => timers.patch('one', { delay: '1s' })],
    ['a test clock that moves by a distance', ({ clock }) => clock.advance({ by: '1s' })],
  ])('is not repeated when it is %s', async (_what, call) => {
    const { client, requests } = await setup([reset, answered]);
    await expect(call(client)).rejects.toMatchObject({ code: 'unreachable' });
    expect(requests).toHaveLength(1);
  });

  it.each<[string, (client: Carillon) => Promise<unknown>]>([
    ['pause', ({ timers }) => timers.pause('one')],
    ['resume', ({ timers }) => timers.resume('one')],
    ['touch', ({ timers }) => timers.touch('one')],
    ['run', ({ timers }) => timers.run('one')],
    ['preview', ({ timers }) => timers.preview({ delay: '1s' })],
    ['cancel', ({ timers }) => timers.cancel('one')],
  ])('is repeated when it is %s', async (_what, call) => {
    const { client, requests } = await setup([reset, answered]);
    await call(client);
    expect(requests).toHaveLength(2);
  });

  it('ends at once when the caller gives up, with the reason of his signal', async () => {
    const giveUp = new AbortController();
    const { client, requests } = await setup([reset], {
      wait: async (_delayMs, signal) => {
        giveUp.abort(new Error('enough'));
        signal!.throwIfAborted();
      },
    });
    await expect(client.timers.get('one', { signal: giveUp.signal })).rejects.toThrow('enough');
    expect(requests).toHaveLength(1);
  });
});

describe('a call that is refused', () => {
  it('for its rate waits as long as it was told, and is repeated whatever it is', async () => {
    const { client, waits } = await setup([limited({ 'retry-after': '7' }), answered]);
    await client.timers.patch('one', { delay: '1s' });
    expect(waits).toEqual([7_000]);
  });

  it('for longer than the caller waits is told of instead', async () => {
    const { client, requests } = await setup([limited({ 'retry-after': '7200' })]);
    await expect(client.timers.get('one')).rejects.toMatchObject({ code: 'rate-limited' });
    expect(requests).toHaveLength(1);
  });

  it('for what it says is not repeated', async () => {
    const { client, requests } = await setup([
      reply('404 Not Found', { code: 'timer-not-found', status: 404 }),
    ]);
    await expect(client.timers.get('one')).rejects.toMatchObject({ code: 'timer-not-found' });
    expect(requests).toHaveLength(1);
  });
});

describe('the waits', () => {
  it('double up to ten seconds, less up to a half', () => {
    expect([1, 2, 3, 7].map((tries) => backoffMs(tries, 0))).toEqual([200, 400, 800, 10_000]);
    expect(backoffMs(1, 0.5)).toBe(150);
    expect(backoffMs(1, 1)).toBe(100);
  });

  it('follow a Retry-After in seconds, or as a date beside the date of the answer', () => {
    const date = 'Tue, 01 Jan 2030 00:00:00 GMT';
    const after = (headers: Record<string, string>) => retryAfterMs(new Headers(headers));
    expect(after({ 'retry-after': '3' })).toBe(3_000);
    expect(after({ 'retry-after': 'Tue, 01 Jan 2030 00:00:05 GMT', date })).toBe(5_000);
    expect(after({ 'retry-after': 'Mon, 31 Dec 2029 00:00:00 GMT', date })).toBe(0);
    expect(after({ 'retry-after': 'soon' })).toBe(0);
    expect(after({})).toBe(0);
  });
});
