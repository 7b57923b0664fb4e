import Fastify, { type FastifyInstance } from 'fastify';
import Type from 'typebox';
import { afterEach, describe, expect, it } from 'vitest';
import { AdminServer } from '../../../../shared/admin/admin-server.js';
import { SystemClock } from '../../../../shared/base/clock.js';
import { cutBus } from '../../../../shared/faults/bus.js';
import { addSilence } from '../../../../shared/faults/door.js';
import { Faults } from '../../../../shared/faults/faults.js';
import { cutRpc } from '../../../../shared/faults/rpc.js';
import { openInProcessQueue } from '../../../../shared/queue/in-process/in-process.js';
import { RpcClient } from '../../../../shared/rpc/client.js';
import { RpcServer } from '../../../../shared/rpc/server.js';
import { Metrics } from '../../../../shared/telemetry/metrics.js';
import { eventually } from '../../../support/eventually.js';
import { seededRandom } from '../../../support/seeded-random.js';

const who = { name: 'who', request: Type.Null(), reply: Type.String() };
const patientMs = 10_000;
/** For what must not be answered: it is cut off, whatever the machine does. */
const shortMs = 50;
const self = {
  id: 'a~1',
  name: 'a',
  service: 'scheduler',
  pid: 1,
  role: 'follower',
  term: 0,
  ringVersion: 0,
  settingsVersion: 0,
};

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A process with an admin port, which tells its name to whoever asks. */
async function startProcess(name: string, { on = true } = {}) {
  const clock = new SystemClock();
  const faults = on ? new Faults(name) : null;
  const server = new RpcServer('');
  server.serve(who, () => name);
  const place = { host: '127.0.0.1', port: 0, checks: {}, metrics: new Metrics(), clock };
  const admin = new AdminServer({ ...place, rpc: server, faults, self: () => self });
  await admin.start();
  const client = new RpcClient({ caller: name, secret: '', clock, random: seededRandom(1) });
  const bare = { call: client.call.bind(client), serve: server.serve.bind(server) };
  const rpc = faults ? cutRpc(bare, faults, clock) : bare;
  ends.push(
    () => admin.stop(),
    () => client.close(),
  );
  const url = admin.url;
  const turn = async (body: unknown, type = 'application/json') => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${url}/internal/faults`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: text,
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const get = (path: string, limitMs = patientMs) =>
    fetch(url + path, { signal: AbortSignal.timeout(limitMs) });
  const ask = (other: { name: string; url: string }, deadlineMs = patientMs) =>
    rpc.call(who, { to: other.name, url: other.url, request: null, deadlineMs });
  return { name, url, faults: faults!, turn, get, ask };
}

describe('POST /internal/faults', () => {
  it('answers the state, which GET tells too', async () => {
    const { turn, get } = await startProcess('a');
    expect(await turn({ dead: true })).toEqual({ status: 200, body: { dead: true, unreachable: [] } });
    expect(await turn({ unreachable: ['b', 'mongodb'] })).toMatchObject({
      body: { dead: true, unreachable: ['b', 'mongodb'] },
    });
    expect(await turn({ dead: false, unreachable: [] })).toMatchObject({
      body: { dead: false, unreachable: [] },
    });
    expect(await (await get('/internal/faults')).json()).toEqual({ dead: false, unreachable: [] });
  });

  it.each([
    [{}, ''],
    [{ dead: 'yes' }, '/dead'],
    [{ unreachable: 'b' }, '/unreachable'],
    [{ unreachable: ['no name'] }, '/unreachable/0'],
    [{ unreachable: ['b', 'a'] }, '/unreachable/1'],
    [{ slow: true }, '/slow'],
    [[], ''],
  ])('refuses %j and names the place', async (body, pointer) => {
    const { turn, faults } = await startProcess('a');
    const answer = await turn(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request', errors: [{ pointer }] } });
    expect(faults.state).toEqual({ dead: false, unreachable: [] });
  });

  it('takes no form that a page in a browser could send unasked', async () => {
    const { turn, faults } = await startProcess('a');
    expect((await turn({ dead: true }, 'text/plain')).status).toBe(400);
    expect(faults.dead).toBe(false);
  });

  it('is not there, and says how it would be, where the switch is off', async () => {
    const { turn, get } = await startProcess('a', { on: false });
    const { status, body } = await turn({ dead: true });
    expect(status).toBe(404);
    expect(body['detail']).toContain('CARILLON_FAULTS=on');
    expect((await get('/internal/faults')).status).toBe(404);
    expect((await get('/internal/self')).status).toBe(200);
  });
});

describe('a process that plays dead', () => {
  it('answers nobody but who asks for itself or turns the switch', async () => {
    const a = await startProcess('a');
    const b = await startProcess('b');
    expect(await b.ask(a)).toBe('a');
    await a.turn({ dead: true });
    await expect(b.ask(a, shortMs)).rejects.toMatchObject({ code: 'peer-unavailable' });
    await expect(a.ask(b, shortMs)).rejects.toMatchObject({ code: 'peer-unavailable' });
    expect(await (await a.get('/internal/self')).json()).toEqual(self);
    await expect(a.get('/health/live', shortMs)).rejects.toThrow('timeout');
    await a.turn({ dead: false });
    expect(await b.ask(a)).toBe('a');
    expect((await a.get('/health/live')).status).toBe(200);
  });

  it.each([
    [
      'it comes to life again',
      async (_app: FastifyInstance, faults: Faults) => faults.change({ dead: false }),
    ],
    ['it is stopped', (app: FastifyInstance) => app.close()],
  ])('ends what it left without an answer when %s', async (_case, end) => {
    const faults = new Faults('a');
    const app = Fastify();
    const arrived = new Promise<void>((resolve) => {
      app.addHook('onRequest', (_request, _reply, done) => (resolve(), done()));
    });
    addSilence(app, faults, () => faults.dead);
    app.get('/', () => 'alive');
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    ends.push(() => app.close());
    faults.change({ dead: true });
    const unanswered = fetch(url).catch(() => 'cut');
    await arrived;
    await end(app, faults);
    expect(await unanswered).toBe('cut');
  });
});

describe('a process that is cut off from another', () => {
  it('neither hears it nor is heard by it, while both reach the rest', async () => {
    const [a, b, c] = [await startProcess('a'), await startProcess('b'), await startProcess('c')];
    await a.turn({ unreachable: ['b'] });
    await expect(a.ask(b, shortMs)).rejects.toMatchObject({ code: 'peer-unavailable' });
    await expect(b.ask(a, shortMs)).rejects.toMatchObject({ code: 'peer-unavailable' });
    expect(await Promise.all([a.ask(c), c.ask(a), b.ask(c), c.ask(b)])).toEqual(['c', 'a', 'c', 'b']);
    await a.turn({ unreachable: [] });
    expect(await Promise.all([a.ask(b), b.ask(a)])).toEqual(['b', 'a']);
  });

  it('is not heard on the bus either, whoever turned the switch', async () => {
    const { bus } = openInProcessQueue();
    ends.push(() => bus.close());
    const heard: Record<string, string[]> = { a: [], b: [], c: [] };
    const open = async (name: string) => {
      const faults = new Faults(name);
      const cut = cutBus(bus, faults);
      await cut.subscribe('word', (_topic, from) => heard[name]!.push(from as string));
      return { faults, say: () => cut.publish('word', name) };
    };
    const [a, b, c] = [await open('a'), await open('b'), await open('c')];
    const allSay = async (): Promise<Record<string, string>> => {
      for (const list of Object.values(heard)) list.length = 0;
      for (const one of [a, b, c]) one.say();
      bus.publish('word', { from: 'last', notTo: [], payload: 'last' });
      await eventually('c heard the last word', () => heard['c']!.includes('last'));
      const words = Object.entries(heard).map(([name, list]) => [
        name,
        list.filter((one) => one !== 'last').join(''),
      ]);
      return Object.fromEntries(words) as Record<string, string>;
    };
    expect(await allSay()).toEqual({ a: 'abc', b: 'abc', c: 'abc' });
    a.faults.change({ unreachable: ['b'] });
    expect(await allSay()).toEqual({ a: 'ac', b: 'bc', c: 'abc' });
    a.faults.change({ dead: true });
    expect(await allSay()).toEqual({ a: '', b: 'bc', c: 'bc' });
  });
});
