import net from 'node:net';
import Type from 'typebox';
import { afterEach, describe, expect, it } from 'vitest';
import { AdminServer } from '../../../../shared/admin/admin-server.js';
import { SystemClock } from '../../../../shared/base/clock.js';
import { RpcClient } from '../../../../shared/rpc/client.js';
import { RpcServer } from '../../../../shared/rpc/server.js';
import { Metrics } from '../../../../shared/telemetry/metrics.js';
import { seededRandom } from '../../../support/seeded-random.js';
import { startTcpProxy } from '../../../support/tcp-proxy.js';

const double = {
  name: 'double',
  request: Type.Object({ number: Type.Integer() }, { additionalProperties: false }),
  reply: Type.Object({ doubled: Type.Integer() }),
};
/** Long enough for whoever answers, however busy the machine. */
const patientMs = 10_000;

describe('calls between processes', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function setup(secrets: { served?: string; shown?: string } = {}) {
    const { served = 'a secret of the cluster', shown = served } = secrets;
    const clock = new SystemClock();
    const random = seededRandom(1);
    const server = new RpcServer(served);
    const client = new RpcClient({ caller: 'scheduler-1', secret: shown, clock, random });
    const self = () => Promise.reject(new Error('not asked')) as never;
    const options = { host: '127.0.0.1', port: 0, checks: {}, metrics: new Metrics(), clock, self };
    const admin = new AdminServer({ ...options, rpc: server });
    await admin.start();
    const link = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(admin.url).port) });
    ends.push(
      () => admin.stop(),
      () => link.close(),
      () => client.close(),
    );
    const url = `http://127.0.0.1:${link.port}`;
    const ask = (number: number, { deadlineMs = patientMs, tries = 1 } = {}) =>
      client.call(double, { to: 'answerer', url, request: { number }, deadlineMs, tries });
    return { server, client, link, url, ask };
  }

  it('bring the answer of the handler', async () => {
    const { server, ask } = await setup();
    server.serve(double, ({ number }) => ({ doubled: number * 2 }));
    expect(await ask(21)).toEqual({ doubled: 42 });
  });

  it('are answered without a secret where neither side has one', async () => {
    const { server, ask } = await setup({ served: '' });
    server.serve(double, ({ number }) => ({ doubled: number * 2 }));
    expect(await ask(4)).toEqual({ doubled: 8 });
  });

  it.each([
    ['another secret', 'a secret of the cluster', 'another one of the same size'],
    ['no secret', 'a secret of the cluster', ''],
    ['a secret that is not asked for', '', 'a secret'],
  ])('are refused with %s, before any handler', async (_case, served, shown) => {
    const { server, ask } = await setup({ served, shown });
    let reached = false;
    server.serve(double, () => ((reached = true), { doubled: 0 }));
    await expect(ask(1, { tries: 3 })).rejects.toMatchObject({ code: 'peer-refused', retryable: false });
    expect(reached).toBe(false);
  });

  it('are refused without the header, even where no secret is set', async () => {
    const { server, url } = await setup({ served: '' });
    server.serve(double, () => ({ doubled: 0 }));
    const answer = await fetch(`${url}/internal/rpc/double`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"number":1}',
    });
    expect(answer.status).toBe(403);
  });

  it('are refused when the request does not fit, and say where', async () => {
    const { server, client, url } = await setup();
    let reached = false;
    server.serve(double, () => ((reached = true), { doubled: 0 }));
    const loose = { ...double, request: Type.Unknown() };
    const call = client.call(loose, {
      to: 'answerer',
      url,
      request: { number: 'one' },
      deadlineMs: patientMs,
    });
    await expect(call).rejects.toMatchObject({
      code: 'peer-refused',
      message: expect.stringContaining('/number') as string,
    });
    expect(reached).toBe(false);
  });

  it('are refused when the answer does not fit', async () => {
    const { server, ask } = await setup();
    server.serve({ ...double, reply: Type.Unknown() }, () => ({ doubled: 'two' }));
    await expect(ask(1)).rejects.toMatchObject({ code: 'peer-refused' });
  });

  it('are refused when the request is larger than calls may be', async () => {
    const { server, client, url } = await setup();
    const echo = { name: 'echo', request: Type.String(), reply: Type.String() };
    server.serve(echo, (text) => text);
    const call = (size: number) =>
      client.call(echo, { to: 'answerer', url, request: 'x'.repeat(size), deadlineMs: patientMs });
    expect(await call(60_000)).toHaveLength(60_000);
    await expect(call(70_000)).rejects.toMatchObject({ code: 'peer-refused' });
  });

  it('fail when the answer is larger than calls may be', async () => {
    const { server, client, url } = await setup();
    const flood = { name: 'flood', request: Type.Null(), reply: Type.String() };
    server.serve(flood, () => 'x'.repeat(70_000));
    const call = client.call(flood, { to: 'answerer', url, request: null, deadlineMs: patientMs });
    await expect(call).rejects.toMatchObject({ code: 'peer-unavailable' });
  });

  it('are tried again, and no more often than asked, when the handler fails', async () => {
    const { server, ask } = await setup();
    let tries = 0;
    server.serve(double, ({ number }) => {
      if (++tries < 3) throw new Error('not yet');
      return { doubled: number * 2 };
    });
    expect(await ask(5, { tries: 3 })).toEqual({ doubled: 10 });
    tries = 0;
    await expect(ask(5, { tries: 2 })).rejects.toMatchObject({ code: 'peer-unavailable', retryable: true });
    expect(tries).toBe(2);
  });

  it('fail as one that may be repeated while nobody serves them, and after the handler was taken away', async () => {
    const { server, ask } = await setup();
    await expect(ask(1)).rejects.toMatchObject({ code: 'peer-unavailable' });
    const end = server.serve(double, ({ number }) => ({ doubled: number * 2 }));
    expect(() => server.serve(double, () => ({ doubled: 0 }))).toThrow('served already');
    end();
    await expect(ask(1)).rejects.toMatchObject({ code: 'peer-unavailable' });
  });

  it('fail when the peer is not there', async () => {
    const { link, ask } = await setup();
    link.cut();
    await expect(ask(1)).rejects.toMatchObject({ code: 'peer-unavailable' });
  });

  it('fail when the peer breaks off in the middle of its answer', async () => {
    const { client } = await setup();
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"dou';
    const breaker = net.createServer((socket) => socket.once('data', () => socket.end(head)));
    await new Promise<void>((resolve) => breaker.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => breaker.close(resolve)));
    const url = `http://127.0.0.1:${(breaker.address() as net.AddressInfo).port}`;
    const call = client.call(double, { to: 'answerer', url, request: { number: 1 }, deadlineMs: patientMs });
    await expect(call).rejects.toMatchObject({ code: 'peer-unavailable' });
  });

  it('say who asks', async () => {
    const { client } = await setup();
    let head = '';
    const listener = net.createServer((socket) =>
      socket.once('data', (chunk: Buffer) => {
        head = chunk.toString();
        socket.end();
      }),
    );
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => listener.close(resolve)));
    const url = `http://127.0.0.1:${(listener.address() as net.AddressInfo).port}`;
    const call = client.call(double, { to: 'answerer', url, request: { number: 1 }, deadlineMs: patientMs });
    await expect(call).rejects.toMatchObject({ code: 'peer-unavailable' });
    expect(head).toMatch(/^carillon-caller: scheduler-1\r$/im);
  });

  it('end at their deadline on a link that keeps its sockets and forwards nothing', async () => {
    const { server, link, ask } = await setup();
    server.serve(double, ({ number }) => ({ doubled: number * 2 }));
    link.stall();
    await expect(ask(1, { deadlineMs: 50, tries: 2 })).rejects.toMatchObject({ code: 'peer-unavailable' });
  });

  it('take a fresh connection after a failure, though idle ones are there', async () => {
    const { server, link, ask } = await setup();
    let answer: () => void = () => undefined;
    const together = new Promise<void>((resolve) => (answer = resolve));
    let waiting = 0;
    server.serve(double, async ({ number }) => {
      if (++waiting === 2) answer();
      await together;
      return { doubled: number * 2 };
    });
    // Two connections now stand idle; the link forgets them, and would forward only what comes over a new one.
    await Promise.all([ask(1), ask(2)]);
    link.stall();
    await expect(ask(3, { deadlineMs: 50 })).rejects.toMatchObject({ code: 'peer-unavailable' });
    link.heal();
    link.stallOld();
    expect(await ask(4)).toEqual({ doubled: 8 });
  });
});
