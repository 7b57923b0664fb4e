/**
 * A key of one namespace never sees, counts, changes or hears of another, asserted over every operation of the OpenAPI
 * document: what an admin of "red" is answered is the same whether "blue" is full of things or was never used, word for
 * word, also where it asks for them by their ids; and afterwards all that can be read of "blue" is as it was.
 */
import { describe, expect, it } from 'vitest';
import { openWorld, type World } from '../world.js';
import { ask } from './asking.js';
import {
  operationsOf,
  probesOf,
  queriedProbesOf,
  type Names,
  type Operation,
  type Probe,
} from './operations.js';

/** It asks thousands of times. */
const patience = { timeout: 180_000 };
const bootstrap = 'a-bootstrap-key-of-the-configuration';
/** In everything that belongs to blue, and in no request of red. */
const hidden = 'blue-and-hidden';
const timer = {
  id: 'blue-tea',
  delay: '1h',
  target: { url: `https://${hidden}.example/`, headers: { 'x-note': hidden } },
  tags: ['blue-tag'],
  metadata: { note: hidden },
};

interface Town extends World {
  red: string;
  operations: Operation[];
}

async function openTown(): Promise<Town> {
  const world = await openWorld({ config: { apiKeys: [bootstrap] } });
  const made = await asAdmin(world, 'POST', '/v1/keys', {
    ...{ name: 'red-admin', role: 'admin', namespaces: ['red'] },
  });
  return { ...world, red: made['secret'] as string, operations: await operationsOf(world) };
}

async function asAdmin(
  { call }: Pick<World, 'call'>,
  ...[method, url, body]: [string, string, unknown?]
): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${bootstrap}`, 'carillon-namespace': 'blue' };
  const answer = await call(method, url, { headers, ...(body !== undefined && { body }) });
  expect(answer.status, url).toBeLessThan(300);
  return { ...answer.body };
}

/** Fills blue with one of everything; answers how it is called. */
async function fill(town: Town): Promise<Names> {
  await asAdmin(town, 'POST', '/v1/timers', timer);
  await asAdmin(town, 'POST', '/v1/timers', { ...timer, id: 'blue-paused' });
  await asAdmin(town, 'POST', '/v1/timers/blue-paused/pause', { reason: hidden });
  const execution = await asAdmin(town, 'POST', '/v1/timers/blue-tea/run');
  const wish = { name: 'blue-key', description: hidden, role: 'admin', namespaces: ['blue'] };
  const key = await asAdmin(town, 'POST', '/v1/keys', wish);
  await asAdmin(town, 'POST', '/v1/keys', { ...wish, namespaces: ['blue', 'red'] });
  await asAdmin(town, 'PUT', '/v1/namespaces/blue/quotas', { maxActiveTimers: 4_711 });
  return { ns: 'blue', timer: 'blue-tea', execution: String(execution['id']), key: String(key['id']) };
}

/** What red may try: with its own names and with blue's, in its own namespace, in blue, and without saying where. */
function attemptsOn(operation: Operation, blue: Names): { probe: Probe; namespace: string | undefined }[] {
  const textFor = (query: string) => texts[query] ?? blue.timer;
  const probes = [
    ...probesOf(operation, { ...blue, ns: 'red', timer: 'red-tea' }),
    ...probesOf(operation, { ...blue, ns: 'red' }),
    ...probesOf(operation, blue),
    ...queriedProbesOf(operation, blue, textFor),
  ].map((probe) => ({ ...probe, body: aimedAtBlue(probe.body) }));
  return probes.flatMap((probe) => ['red', 'blue', undefined].map((namespace) => ({ probe, namespace })));
}

/** Values of blue for query parameters; those that are not here are sent the id of a timer of blue. */
const texts: Readonly<Record<string, string>> = {
  idPrefix: 'blue',
  tag: 'blue-tag',
  host: `${hidden}.example`,
  actor: 'blue-key',
};

/** The documented examples name a namespace "shop" where they name one. */
function aimedAtBlue(body: unknown): unknown {
  return body === undefined ? undefined : JSON.parse(JSON.stringify(body).replaceAll('"shop"', '"blue"'));
}

/** Without what is random or tells the time. */
function plain(text: string): unknown {
  const same = text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)/g, 'INSTANT')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replace(/car_[0-9a-f]{16}(_[\w-]{43})?/g, 'KEY')
    .replace(/\d{13}-[0-9a-f]{12}-\d+/g, 'EVENT')
    .replace(/"instance":"[^"]*"/g, '"instance":"REQUEST"')
    .replace(/"token":"[^"]*"/g, '"token":"TOKEN"')
    .replace(/"nextCursor":"[^"]*"/g, '"nextCursor":"CURSOR"');
  const value: unknown = same.startsWith('{') ? JSON.parse(same) : same;
  const { data } = value as { data?: unknown };
  if (!Array.isArray(data)) return value;
  return { ...(value as object), data: data.map((row) => JSON.stringify(row)).sort() };
}

/** Everything that can be read of blue. */
async function allOf(town: Town, blue: Names): Promise<unknown> {
  const reads = town.operations.filter(({ method, isStream }) => method === 'GET' && !isStream);
  const found: Record<string, unknown> = {};
  for (const operation of reads)
    for (const probe of probesOf(operation, blue)) {
      const { text } = await ask(town, { ...probe, key: bootstrap, namespace: 'blue' });
      found[operation.id] = plain(text);
    }
  // Keys are not of one namespace; those that red may not reach are blue's.
  found['listKeys'] = await town.store.keys.list({ within: ['blue'], after: null, limit: 99 });
  return found;
}

describe('an admin of one namespace', () => {
  it(
    'is answered as if there were no other, whatever it asks, and changes nothing there',
    patience,
    async () => {
      const [full, empty] = [await openTown(), await openTown()];
      const blue = await fill(full);
      const before = await allOf(full, blue);
      // In a third namespace, since all of blue is compared afterwards.
      const loud = { authorization: `Bearer ${bootstrap}`, 'carillon-namespace': 'loud' };
      const { id: _id, ...nameless } = timer;
      const shout = (town: Town) => () =>
        town === full
          ? town.call('POST', '/v1/timers', { headers: loud, body: nameless })
          : Promise.resolve();

      for (const operation of full.operations)
        for (const { probe, namespace } of attemptsOn(operation, blue)) {
          const [inFull, inEmpty] = [full, empty].map((town) =>
            ask(town, {
              ...{ ...probe, key: town.red, meanwhile: shout(town) },
              ...(namespace !== undefined && { namespace }),
            }),
          );
          const [heard, other] = [await inFull!, await inEmpty!];
          const what = `${operation.id}: ${operation.method} ${probe.url} in ${namespace ?? 'no'} namespace`;
          expect({ what, status: heard.status, said: plain(heard.text) }).toEqual({
            ...{ what, status: other.status, said: plain(other.text) },
          });
          if (!probe.url.includes(hidden)) expect(heard.text, what).not.toContain(hidden);
          expect(heard.status, what).toBeLessThan(500);
          if (namespace === 'blue' && !isOwnNamespaceOnly(operation)) expect(heard.status, what).toBe(403);
        }

      expect(await allOf(full, blue)).toEqual(before);
    },
  );
});

/** Keys are of several namespaces, and paths may name one: there the header does not decide. */
function isOwnNamespaceOnly({ path }: Operation): boolean {
  return path.startsWith('/v1/keys') || path.includes('{ns}');
}
