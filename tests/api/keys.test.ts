import { describe, expect, it } from 'vitest';
import { checkExposure } from '../../services/api/access/exposure.js';
import { createLogger } from '../../shared/telemetry/logger.js';
import { makeKey } from '../support/factories.js';
import { openWorld, target, type Answer, type World } from './world.js';

const bootstrap = 'a-bootstrap-key-of-the-configuration';
const secondMs = 1_000;
const wish = { name: 'shop-backend', role: 'writer', namespaces: ['shop'] };
const timer = { delay: '1h', target };

interface KeyBody {
  id: string;
  secret: string;
  [field: string]: unknown;
}

async function setup() {
  const world = await openWorld({ mode: 'production', config: { apiKeys: [bootstrap] } });
  const make = (sent: object, as = bootstrap) => ask(world, as, 'POST', '/v1/keys', sent);
  /** The secret of a new key. */
  const secretOf = async (sent: object = {}) => keyIn(await make({ ...wish, ...sent })).secret;
  return { ...world, make, secretOf };
}

function ask(
  world: Pick<World, 'call'>,
  key: string,
  ...[method, url, body, namespace]: [string, string, unknown?, string?]
): Promise<Answer> {
  const headers = { authorization: `Bearer ${key}`, ...(namespace && { 'carillon-namespace': namespace }) };
  return world.call(method, url, { headers, ...(body !== undefined && { body }) });
}

const keyIn = ({ body }: Answer): KeyBody => body as unknown as KeyBody;

describe('a key', () => {
  it('is shown once, and kept as a digest', async () => {
    const { make, store, ...world } = await setup();
    const { status, headers, body } = await make({ ...wish, description: 'the till' });
    const { secret, ...shown } = body as unknown as KeyBody;
    expect(status).toBe(201);
    expect(secret).toMatch(/^car_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
    expect(secret.startsWith(shown.id)).toBe(true);
    expect(headers['location']).toBe(`/v1/keys/${shown.id}`);
    expect(shown).toMatchObject({ ...wish, description: 'the till', createdBy: 'bootstrap-1' });

    const read = await ask(world, bootstrap, 'GET', `/v1/keys/${shown.id}`);
    expect(read.body).toEqual(shown);
    const kept = await store.keys.list({ within: null, after: null, limit: 9 });
    expect(JSON.stringify(kept)).not.toContain(secret.slice(21));
  });

  it('lets its owner do what its role may, in its namespaces', async () => {
    const { secretOf, ...world } = await setup();
    const secret = await secretOf();
    expect((await ask(world, secret, 'POST', '/v1/timers', timer, 'shop')).status).toBe(201);
    expect(await ask(world, secret, 'POST', '/v1/timers', timer, 'bank')).toMatchObject({
      status: 403,
      body: { code: 'forbidden', detail: expect.stringContaining('"bank"') as string },
    });
    expect(await ask(world, secret, 'GET', '/v1/cluster', undefined, 'shop')).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('all namespaces') as string },
    });
  });

  it('is refused once it has expired', async () => {
    const { secretOf, clock, ...world } = await setup();
    const expiresAt = new Date(clock.now() + 10 * secondMs).toISOString();
    const secret = await secretOf({ expiresAt });
    expect((await ask(world, secret, 'GET', '/v1/timers', undefined, 'shop')).status).toBe(200);
    await clock.advance(10 * secondMs);
    expect((await ask(world, secret, 'GET', '/v1/timers', undefined, 'shop')).status).toBe(401);
  });

  it('has two good secrets after a rotation, until the overlap is over', async () => {
    const { secretOf, clock, ...world } = await setup();
    const old = await secretOf();
    const id = old.slice(0, 20);
    const rotated = keyIn(await ask(world, bootstrap, 'POST', `/v1/keys/${id}/rotate`, { overlap: '1h' }));
    expect(rotated.secret.slice(0, 20)).toBe(id);
    const works = async (secret: string) =>
      (await ask(world, secret, 'GET', '/v1/timers', undefined, 'shop')).status === 200;
    expect([await works(old), await works(rotated.secret)]).toEqual([true, true]);
    await clock.advance(3_600 * secondMs);
    expect([await works(old), await works(rotated.secret)]).toEqual([false, true]);
  });

  it('has one good secret after a rotation without overlap', async () => {
    const { secretOf, ...world } = await setup();
    const old = await secretOf();
    const rotated = await ask(world, bootstrap, 'POST', `/v1/keys/${old.slice(0, 20)}/rotate`, {
      overlap: 0,
    });
    expect(rotated.body).toMatchObject({ previousUntil: null });
    expect((await ask(world, old, 'GET', '/v1/timers', undefined, 'shop')).status).toBe(401);
  });

  it('tells when it was used last, written down within a minute', async () => {
    const { secretOf, ring, clock, ...world } = await setup();
    const secret = await secretOf();
    ring.start();
    const usedAt = new Date(clock.now()).toISOString();
    await ask(world, secret, 'GET', '/v1/timers', undefined, 'shop');
    await clock.advance(60 * secondMs);
    const { body } = await ask(world, bootstrap, 'GET', `/v1/keys/${secret.slice(0, 20)}`);
    expect(body).toMatchObject({ lastUsedAt: usedAt });
    await ring.stop();
  });

  it.each<[string, object, string]>([
    ['no name', { name: undefined }, '/name'],
    ['an unknown role', { role: 'owner' }, '/role'],
    ['no namespace', { namespaces: [] }, '/namespaces'],
    ['a namespace that is none', { namespaces: ['a b'] }, '/namespaces/0'],
    ['all namespaces beside one', { namespaces: ['*', 'shop'] }, '/namespaces'],
    ['an end in the past', { expiresAt: '2001-01-01T00:00:00Z' }, '/expiresAt'],
    ['a field that is unknown', { scope: 'x' }, '/scope'],
  ])('is not made with %s', async (_what, sent, pointer) => {
    const { make } = await setup();
    const { status, body } = await make({ ...wish, ...sent });
    expect(status).toBe(400);
    expect(body.errors?.map((mistake) => mistake.pointer)).toContain(pointer);
  });

  it('is not made where 500 name its namespace', async () => {
    const { make, store } = await setup();
    for (let n = 0; n < 500; n++)
      await store.keys.create(makeKey({ id: `car_${String(n).padStart(16, '0')}` }), {
        most: 1_000,
        record: recordOf(n),
      });
    expect(await make(wish)).toMatchObject({ status: 409, body: { code: 'too-many-keys' } });
  });
});

describe('an admin of some namespaces', () => {
  it('manages the keys of these alone', async () => {
    const { secretOf, make, ...world } = await setup();
    const admin = await secretOf({ role: 'admin', namespaces: ['shop', 'till'] });
    const own = await secretOf({ namespaces: ['till'] });
    const others = [
      await secretOf({ namespaces: ['shop', 'bank'] }),
      await secretOf({ namespaces: ['bank'] }),
      await secretOf({ namespaces: ['*'] }),
    ];
    const list = await ask(world, admin, 'GET', '/v1/keys');
    const ids = (list.body.data as unknown as KeyBody[]).map(({ id }) => id).sort();
    expect(ids).toEqual([admin, own].map((secret) => secret.slice(0, 20)).sort());
    for (const other of others)
      for (const [method, path] of [
        ['GET', ''],
        ['DELETE', ''],
        ['POST', '/rotate'],
      ] as const)
        expect(await ask(world, admin, method, `/v1/keys/${other.slice(0, 20)}${path}`)).toMatchObject({
          status: 404,
          body: { code: 'key-not-found' },
        });
    for (const namespaces of [['bank'], ['shop', 'bank'], ['*']])
      expect(await make({ ...wish, namespaces }, admin)).toMatchObject({ status: 403 });
    expect((await make({ ...wish, role: 'admin' }, admin)).status).toBe(201);
    expect((await ask(world, admin, 'DELETE', `/v1/keys/${own.slice(0, 20)}`)).status).toBe(204);
  });
});

describe('two processes of the API', () => {
  it('agree within 5 seconds that a key is revoked, the one that did it at once', async () => {
    const { secretOf, ...world } = await setup();
    const other = await openWorld({ mode: 'production', config: { apiKeys: [bootstrap] }, beside: world });
    const secret = await secretOf();
    const statuses = async () => {
      const answers = [world, other].map((one) => ask(one, secret, 'GET', '/v1/timers', undefined, 'shop'));
      return (await Promise.all(answers)).map(({ status }) => status);
    };
    expect(await statuses()).toEqual([200, 200]);

    await ask(world, bootstrap, 'DELETE', `/v1/keys/${secret.slice(0, 20)}`);

    expect(await statuses()).toEqual([401, 200]);
    await world.clock.advance(5 * secondMs);
    expect(await statuses()).toEqual([401, 401]);
  });

  it('trust what they know of a key for so long without the store, and no longer', async () => {
    const { secretOf, outage, clock, ...world } = await setup();
    const secret = await secretOf();
    const status = async () => (await ask(world, secret, 'GET', '/nowhere')).status;
    expect(await status()).toBe(404);
    outage.away = true;
    await clock.advance(3 * secondMs);
    expect(await status()).toBe(404);
    await clock.advance(2 * secondMs);
    expect(await status()).toBe(503);
  });
});

describe('without keys in the configuration', () => {
  const check = async (options: {
    mode: 'development' | 'production';
    apiHost?: string;
    keyless?: 'loopback' | 'anywhere';
  }) => {
    const { store, clock } = await openWorld();
    const { mode, apiHost = '127.0.0.1', keyless: apiKeyless = 'loopback' } = options;
    const log = createLogger({ level: 'silent', service: 'api', name: 'api' });
    const config = { mode, apiHost, apiKeyless };
    return { store, checked: () => checkExposure({ config, keys: store.keys, clock, log }) };
  };

  it('the API starts in development mode on loopback only, unless told that strangers are kept away', async () => {
    await (await check({ mode: 'development' })).checked();
    const exposed = await check({ mode: 'development', apiHost: '0.0.0.0' });
    await expect(exposed.checked()).rejects.toMatchObject({ code: 'invalid-configuration' });
    await (await check({ mode: 'development', apiHost: '0.0.0.0', keyless: 'anywhere' })).checked();
  });

  it('the API starts in production mode only where the store has an admin of all namespaces', async () => {
    const { store, checked } = await check({ mode: 'production' });
    const refusal = { code: 'invalid-configuration' };
    await expect(checked()).rejects.toMatchObject(refusal);
    const kept = [
      makeKey({ role: 'admin', namespaces: ['shop'] }),
      makeKey({ id: 'car_0000000000000002', namespaces: ['*'] }),
      makeKey({ id: 'car_0000000000000003', role: 'admin', namespaces: ['*'], expiresAt: 1 }),
    ];
    for (const [n, key] of kept.entries()) await store.keys.create(key, { most: 9, record: recordOf(n) });
    await expect(checked()).rejects.toMatchObject(refusal);
    const admin = makeKey({ id: 'car_0000000000000004', role: 'admin', namespaces: ['*'] });
    await store.keys.create(admin, { most: 9, record: recordOf(4) });
    await checked();
  });
});

function recordOf(n: number) {
  return {
    id: `record-${n}`,
    namespace: 'shop',
    resource: 'key' as const,
    resourceId: 'x',
    ...{ uid: null, generation: 1, at: 1, actor: 'x', action: 'create', reason: null, changes: [] },
    previous: null,
  };
}
