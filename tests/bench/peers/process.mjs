/**
 * One process of a system that Carillon is measured beside: its front, its worker, or both in one. The front takes the
 * requests that Carillon's API takes (`POST /v1/timers`, `POST /v1/timers:batch`) on a Fastify route with a schema and
 * answers when the library has acknowledged; the worker calls with undici. Both are the same for every peer, so that
 * what differs is the library. Given its order as JSON on the command line, it says `{url, settings}` to its parent
 * when it is ready, and ends when told to or when its parent is gone.
 *
 * A peer is a module with `settings` (`stock` and `tuned`, each with the words that are printed) and
 * `open({address, settings, concurrency}) → {prepare(), add(timers), work(call), close()}`: `prepare` is called once,
 * by the front, on an empty database; `add` resolves when the library calls the timers accepted; `work` calls
 * `call(timer)` for each that falls due, at most `concurrency` at a time.
 *
 * @typedef {{id: string, at: string, target: {url: string, body?: unknown}}} Timer
 * @typedef {{driver: string, role: 'front' | 'worker' | 'both', address: string, tuned: boolean, concurrency: number}} Order
 */
import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import { Agent, request } from 'undici';

/** @type {Order} */
const { driver, role, address, tuned, concurrency } = JSON.parse(process.argv[2]);
const peer = await import(`./${driver}.mjs`);
const settings = tuned ? peer.settings.tuned : peer.settings.stock;
const system = await peer.open({ address, settings, concurrency });
const agent = new Agent({ connections: concurrency, pipelining: 1 });

let url = null;
if (role !== 'worker') {
  await system.prepare();
  url = await serve();
}
if (role !== 'front') await system.work(call);

// A Ctrl-C is for the bench, which ends its processes in order.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => {
  setTimeout(() => process.exit(0), 3_000).unref();
  void system.close().finally(() => process.exit(0));
});
process.send({ url, settings: settings.told });

/** One callback; a failure is thrown, so that the library does with it what it does with failures. */
async function call({ id, target }) {
  const { statusCode, body } = await request(target.url, {
    method: 'POST',
    dispatcher: agent,
    headers: { 'content-type': 'application/json', 'timer-id': id },
    body: JSON.stringify(target.body ?? null),
  });
  await body.dump();
  if (statusCode >= 300) throw new Error(`status ${statusCode}`);
}

async function serve() {
  const timer = {
    type: 'object',
    required: ['at', 'target'],
    additionalProperties: false,
    properties: {
      id: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,128}$' },
      at: { type: 'string', maxLength: 64 },
      target: {
        type: 'object',
        required: ['url'],
        additionalProperties: false,
        properties: { url: { type: 'string' }, body: { type: 'object', additionalProperties: true } },
      },
    },
  };
  const timers = { type: 'array', minItems: 1, maxItems: 1_000, items: timer };
  const batch = { type: 'object', required: ['timers'], additionalProperties: false, properties: { timers } };
  const named = (sent) => ({ id: randomUUID(), ...sent });
  const app = Fastify();
  app.post('/v1/timers', { schema: { body: timer, response: { 201: timer } } }, async (asked, reply) => {
    const made = named(asked.body);
    await system.add([made]);
    return reply.code(201).send(made);
  });
  app.post('/v1/timers::batch', { schema: { body: batch } }, async (asked) => {
    const made = asked.body.timers.map(named);
    await system.add(made);
    return { results: made.map(({ id }) => ({ status: 201, id })) };
  });
  return app.listen({ port: 0, host: '127.0.0.1' });
}
