/** The HTTP client against targets that behave and targets that do not: every call ends as a result that says why. */
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createAddressGuard } from '../../services/worker/delivery/address-guard.js';
import {
  createHttpClient,
  type CallRequest,
  type CallResult,
  type HttpClientOptions,
} from '../../services/worker/delivery/http-client.js';
import { SystemClock } from '../../shared/base/clock.js';
import { startCallbackServer } from '../support/callback-server.js';
import {
  pem,
  startHostileServer,
  type HostileOptions,
  type Misbehaviour,
} from '../support/hostile-server.js';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function setup(changes: Partial<HttpClientOptions> = {}) {
  const client = createHttpClient({
    clock: new SystemClock(),
    guard: createAddressGuard('development', []),
    connections: 10,
    keptBytes: 4_096,
    limitBytes: 100_000,
    ...changes,
  });
  closers.push(() => client.close());
  const call = async (url: string, request: Partial<CallRequest> = {}): Promise<CallResult> => {
    const result = await client.call({
      url,
      method: 'POST',
      headers: {},
      body: null,
      timeoutMs: 5_000,
      mayLeave: () => true,
      ...request,
    });
    if (typeof result === 'string') throw new Error(`expected a result, got ${result}`);
    return result;
  };
  return { client, call };
}

async function target() {
  const server = await startCallbackServer();
  closers.push(() => server.close());
  return server;
}

async function hostile(misbehave: Misbehaviour, options?: HostileOptions) {
  const server = await startHostileServer(misbehave, options);
  closers.push(() => server.close());
  return { server, url: `http://127.0.0.1:${server.port}/`, secureUrl: `https://localhost:${server.port}/` };
}

function says(bytes: string | Buffer): Misbehaviour {
  return (socket) => void socket.end(bytes);
}

describe('a target that behaves', () => {
  it('gets method, path, headers and body as they are, and its answer comes back', async () => {
    const server = await target();
    server.behave('/hook', { status: 201, headers: { 'content-type': 'text/plain' }, body: 'grüße' });
    const result = await setup().call(`${server.url}/hook?a=1`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-odd': 'a  b' },
      body: '{"ö":1}',
    });
    expect(server.received[0]).toMatchObject({ method: 'PUT', path: '/hook?a=1', body: '{"ö":1}' });
    expect(server.received[0]!.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '8',
      'x-odd': 'a  b',
    });
    expect(server.received[0]!.headers).not.toHaveProperty('accept-encoding');
    expect(result).toMatchObject({ status: 201, failure: null });
    expect(result.response).toMatchObject({
      body: 'grüße',
      truncated: false,
      headers: { 'content-type': 'text/plain' },
    });
    expect(result.sentAt).toBeLessThanOrEqual(result.firstByteAt!);
  });

  it('gets no content type that the timer did not define', async () => {
    const server = await target();
    await setup().call(server.url, { body: 'x' });
    expect(server.received[0]!.headers).not.toHaveProperty('content-type');
  });

  it('is called again over connections that are kept', async () => {
    const { server, url } = await hostile((socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
    const { call } = setup();
    for (let n = 0; n < 6; n++) await call(url);
    // The driver rests a connection for one turn of the event loop, so a second one may be opened meanwhile.
    expect(server.requests).toBe(6);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('may answer with a redirect, which is not followed', async () => {
    const server = await target();
    server.behave('/', { status: 302, headers: { location: '/loop' } });
    const result = await setup().call(server.url);
    expect(result).toMatchObject({
      status: 302,
      failure: null,
      response: { headers: { location: '/loop' } },
    });
    expect(server.received).toHaveLength(1);
  });

  it('is answered for any status without a failure of the transport', async () => {
    const server = await target();
    server.behave('/', { status: 503, headers: { 'retry-after': '7' }, body: 'later' });
    const result = await setup().call(server.url);
    expect(result).toMatchObject({
      status: 503,
      failure: null,
      response: { headers: { 'retry-after': '7' } },
    });
  });

  it('may send compressed bytes, which are kept as they are and never unpacked', async () => {
    const server = await target();
    server.behave('/', { status: 200, headers: { 'content-encoding': 'gzip' }, body: 'not gzip at all' });
    expect((await setup().call(server.url)).response?.body).toBe('not gzip at all');
  });

  it('may send more than is kept: the first bytes stay, and no character is cut in half', async () => {
    const server = await target();
    server.behave('/', { status: 200, body: 'xäää' });
    const { response, failure } = await setup({ keptBytes: 4 }).call(server.url);
    expect(response).toMatchObject({ body: 'xä', truncated: true });
    expect(failure).toBeNull();
  });

  it('may send early hints before its answer', async () => {
    const hint = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n';
    const { url } = await hostile(says(`${hint}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`));
    expect(await setup().call(url)).toMatchObject({ status: 200, failure: null, response: { body: 'ok' } });
  });

  it('may end its answer by closing the connection', async () => {
    const { url } = await hostile(says('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nthe end'));
    expect(await setup().call(url)).toMatchObject({
      status: 200,
      failure: null,
      response: { body: 'the end' },
    });
  });

  it('answers a HEAD without a body', async () => {
    const server = await target();
    server.behave('/', { status: 200, headers: { 'content-length': '10' } });
    const result = await setup().call(server.url, { method: 'HEAD' });
    expect(result).toMatchObject({ status: 200, failure: null, response: { body: '' } });
  });
});

describe('the moment of leaving', () => {
  it('sends nothing when it may not leave once the connection stands', async () => {
    const server = await target();
    const { client } = setup();
    const result = await client.call({
      url: server.url,
      method: 'POST',
      headers: {},
      body: null,
      timeoutMs: 5_000,
      mayLeave: () => false,
    });
    expect(result).toBe('held-back');
    expect(server.received).toHaveLength(0);
  });

  it('repeats at once when the connection broke before the request was handed to it', async () => {
    const { server, secureUrl } = await hostile(says('HTTP/1.1 204 No Content\r\n\r\n'), {
      certificate: 'self-signed',
    });
    let refused = 0;
    const proxy = net.createServer((socket) => {
      socket.on('error', () => undefined);
      if (++refused <= 1) return void socket.once('data', () => socket.resetAndDestroy());
      const upstream = net.connect(server.port, '127.0.0.1');
      socket.pipe(upstream).pipe(socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => proxy.close(() => resolve())));
    const { port } = proxy.address() as net.AddressInfo;
    const result = await setup({ ca: pem('self-signed') }).call(secureUrl.replace(/:\d+/, `:${port}`));
    expect(result).toMatchObject({ status: 204, failure: null });
    expect(refused).toBe(2);
    expect(server.requests).toBe(1);
  });

  it.each(['GET', 'POST'])(
    'never repeats a %s that was handed to a socket, even a kept one that is reset at once',
    async (method) => {
      let answered = 0;
      const { server, url } = await hostile((socket) => {
        if (++answered === 1) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
        else socket.resetAndDestroy();
      });
      const { call } = setup();
      await call(url, { method });
      const result = await call(url, { method });
      expect(result.failure?.code).toBe('connection-reset');
      expect(result.sentAt).not.toBeNull();
      expect(server.requests).toBe(2);
    },
  );

  it('abandons what is under way when it is closed', async () => {
    const server = await target();
    server.behave('/', 'hang');
    const { client } = setup();
    const request = { url: server.url, method: 'POST', headers: {}, body: null, timeoutMs: 60_000 };
    const result = client.call({ ...request, mayLeave: () => true });
    await server.waitFor(1);
    await client.close();
    expect(await result).toBe('abandoned');
  });
});

describe('the time limit', () => {
  it('ends a call that is never answered', async () => {
    const server = await target();
    server.behave('/', 'hang');
    const result = await setup().call(server.url, { timeoutMs: 50 });
    expect(result.failure).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('did not answer') as string,
    });
    expect(result).toMatchObject({ status: null, response: null, firstByteAt: null });
  });

  it('covers a body that drips, and keeps what has come', async () => {
    const { url } = await hostile((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nx');
      const drip = setInterval(() => socket.write('x'), 10);
      socket.on('close', () => clearInterval(drip));
    });
    const result = await setup().call(url, { timeoutMs: 100 });
    expect(result).toMatchObject({ status: 200, failure: { code: 'timeout' } });
    expect(result.failure!.message).toContain('did not finish its answer');
    expect(result.response!.body).toMatch(/^x+$/);
  });

  it('covers informational answers without end', async () => {
    const { url } = await hostile((socket) => {
      const drip = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 5);
      socket.on('close', () => clearInterval(drip));
    });
    const result = await setup().call(url, { timeoutMs: 100 });
    expect(result).toMatchObject({ status: null, firstByteAt: null, failure: { code: 'timeout' } });
  });

  it('covers a connection that is accepted by nobody, without waiting for the driver', async () => {
    const server = await hostile(says(''), { onConnection: (socket) => socket.pause() });
    const url = `https://localhost:${server.server.port}/`;
    const result = await setup().call(url, { timeoutMs: 50 });
    expect(result).toMatchObject({ sentAt: null, failure: { code: 'timeout' } });
    expect(result.failure!.message).toContain('did not accept a connection');
  });

  it('closes the connection of the call that it ended', async () => {
    let closed = 0;
    const { url } = await hostile((socket) => void socket.on('close', () => closed++));
    const { call } = setup();
    await Promise.all([call(url, { timeoutMs: 50 }), call(url, { timeoutMs: 50 })]);
    await expect.poll(() => closed).toBe(2);
  });
});

describe('a target that does not behave', () => {
  const head = 'HTTP/1.1 200 OK\r\n';
  const cases: [title: string, misbehave: Misbehaviour, code: string][] = [
    ['speaks no HTTP', says('220 smtp.example ESMTP\r\n'), 'invalid-response'],
    ['sends an invalid header', says(`${head}bad header: x\r\n\r\n`), 'invalid-response'],
    ['sends a header with a control character', says(`${head}x: a\u0000b\r\n\r\n`), 'invalid-response'],
    ['sends a head without end', (socket) => flood(socket, `${head}x: `), 'invalid-response'],
    [
      'sends two lengths',
      says(`${head}content-length: 1\r\ncontent-length: 2\r\n\r\nab`),
      'invalid-response',
    ],
    ['sends a length that is no number', says(`${head}content-length: ten\r\n\r\nab`), 'invalid-response'],
    ['sends a broken chunk', says(`${head}transfer-encoding: chunked\r\n\r\nzz\r\n`), 'invalid-response'],
    [
      'switches protocols unasked',
      says('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      'invalid-response',
    ],
    [
      'goes on with 100 unasked',
      says('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'),
      'invalid-response',
    ],
    ['closes without a word', says(''), 'connection-reset'],
    ['closes in the middle of its head', says('HTTP/1.1 200 OK\r\ncontent-'), 'connection-reset'],
    ['closes before its length is reached', says(`${head}content-length: 10\r\n\r\nabc`), 'connection-reset'],
    [
      'closes in the middle of a chunk',
      says(`${head}transfer-encoding: chunked\r\n\r\nff\r\nabc`),
      'connection-reset',
    ],
    ['resets', (socket) => void socket.resetAndDestroy(), 'connection-reset'],
    ['sends a body without end', (socket) => flood(socket, `${head}\r\n`), 'response-too-large'],
    [
      'announces a huge body and sends it',
      (socket) => flood(socket, `${head}content-length: 1000000000000\r\n\r\n`),
      'response-too-large',
    ],
    [
      'sends chunks without end',
      (socket) => flood(socket, `${head}transfer-encoding: chunked\r\n\r\nffffffff\r\n`),
      'response-too-large',
    ],
  ];

  it.each(cases)('that %s: the attempt fails and says so', async (_title, misbehave, code) => {
    const { server, url } = await hostile(misbehave);
    const result = await setup().call(url);
    expect(result.failure?.code).toBe(code);
    expect(result.failure?.message).toMatch(/[.]$/);
    expect(server.requests).toBe(1);
  });

  it('that sends a 204 with a body is a success, and the next call does not read what it left', async () => {
    const { url } = await hostile((socket) =>
      socket.write('HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 500 No\r\n\r\n'),
    );
    const { call } = setup();
    const results = [await call(url), await call(url)];
    expect(results[0]).toMatchObject({ status: 204, failure: null });
    expect(results[1]!.status).not.toBe(500);
  });

  it('keeps the first bytes of a body that was too large', async () => {
    const { url } = await hostile((socket) => flood(socket, `${head}\r\n`));
    const { response } = await setup({ keptBytes: 10 }).call(url);
    expect(response).toMatchObject({ body: 'aaaaaaaaaa', truncated: true });
  });

  it('refuses the connection', async () => {
    const result = await setup().call(`http://127.0.0.1:${await freePort()}/`);
    expect(result).toMatchObject({ sentAt: null, status: null, failure: { code: 'connection-refused' } });
  });

  it('has a name that does not resolve', async () => {
    const result = await setup().call('http://nobody.invalid/');
    expect(result).toMatchObject({ sentAt: null, failure: { code: 'dns-failure' } });
  });

  it.each(['self-signed', 'expired', 'wrong-host'] as const)(
    'has a certificate that is %s',
    async (certificate) => {
      const { server, secureUrl } = await hostile(says('HTTP/1.1 204 No Content\r\n\r\n'), { certificate });
      const trusted = certificate === 'self-signed' ? {} : { ca: pem(certificate) };
      const result = await setup(trusted).call(secureUrl);
      expect(result).toMatchObject({ sentAt: null, failure: { code: 'tls-failure' } });
      expect(server.requests).toBe(0);
    },
  );

  it('speaks plain HTTP where TLS is expected', async () => {
    const plain = await hostile(says('HTTP/1.1 200 OK\r\n\r\n'), {
      onConnection: (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    });
    expect((await setup().call(plain.secureUrl)).failure?.code).toBe('tls-failure');
  });
});

describe('a timer that cannot be called', () => {
  it.each([
    ['a line break in a header', { headers: { 'x-a': 'a\r\nx-b: c' } }],
    ['a header name with a space', { headers: { 'x a': 'b' } }],
    ['a length that is not the body’s', { headers: { 'content-length': '3' }, body: 'four' }],
    ['a transfer encoding of its own', { headers: { 'transfer-encoding': 'chunked' } }],
    ['an expectation', { headers: { expect: '100-continue' } }],
    ['a method that is no token', { method: 'PO ST' }],
    ['the method CONNECT', { method: 'CONNECT' }],
    ['credentials in its URL', { url: 'http://user:secret@127.0.0.1/' }],
    ['a URL that is none', { url: 'http://' }],
  ] satisfies [string, Partial<CallRequest>][])(
    'because of %s is an invalid request',
    async (_title, request) => {
      const server = await target();
      const result = await setup().call(server.url, request);
      expect(result).toMatchObject({ sentAt: null, failure: { code: 'invalid-request' } });
      expect(result.failure!.message).not.toContain('secret');
      expect(server.received).toHaveLength(0);
    },
  );
});

describe('production', () => {
  const guarded = (...allowed: string[]) => ({ guard: createAddressGuard('production', allowed) });

  it.each(['localhost', '127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433'])(
    'does not connect to %s',
    async (host) => {
      const { server } = await hostile(says('HTTP/1.1 204 No Content\r\n\r\n'));
      const result = await setup(guarded()).call(`http://${host}:${server.port}/`);
      expect(result).toMatchObject({ sentAt: null, failure: { code: 'address-refused' } });
      expect(server.connections).toBe(0);
    },
  );

  it.each(['127.0.0.0/8', '127.0.0.1', '127.0.0.1:PORT'])('connects where %s is listed', async (entry) => {
    const server = await target();
    const { call } = setup(guarded(entry.replace('PORT', String(server.port))));
    expect(await call(server.url)).toMatchObject({ status: 204, failure: null });
  });

  it('connects to a name whose address is listed', async () => {
    const server = await target();
    const { call } = setup(guarded('127.0.0.0/8'));
    expect(await call(`http://localhost:${server.port}/`)).toMatchObject({ status: 204 });
  });
});

/** Writes `start` and then without end, as long as the other side reads. */
function flood(socket: net.Socket, start: string): void {
  const more = Buffer.alloc(16_384, 'a');
  const write = (): void => {
    while (!socket.destroyed && socket.write(more));
  };
  socket.write(start);
  socket.on('drain', write);
  write();
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
