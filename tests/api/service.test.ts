import net from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { apiSchema } from '../../services/api/config.js';
import { ApiService } from '../../services/api/service.js';
import { loadConfig } from '../../shared/config/load.js';
import { openInProcessQueue } from '../../shared/queue/in-process/in-process.js';
import { openSqliteStore } from '../../shared/store/sqlite/sqlite-store.js';
import type { Store } from '../../shared/store/store.js';
import { createLogger } from '../../shared/telemetry/logger.js';
import { Metrics } from '../../shared/telemetry/metrics.js';
import { dayMs } from '../support/factories.js';
import { ManualClock } from '../support/manual-clock.js';
import { seededRandom } from '../support/seeded-random.js';
import { target } from './world.js';

async function setup() {
  const store = await openSqliteStore({ path: ':memory:' });
  const { bus, close } = openInProcessQueue();
  const presence = { holds: () => true };
  const held = holdCreates(store);
  const service = new ApiService({
    store: { ...store, timers: held.timers },
    bus,
    presence,
    clock: new ManualClock(),
    random: seededRandom(1),
    metrics: new Metrics(),
    log: createLogger({ level: 'silent', service: 'api', name: 'api' }),
    checks: {},
    config: {
      ...loadConfig(apiSchema, {}),
      apiPort: 0,
      mode: 'development',
      settingsLeadMs: 15_000,
      settledRetentionMs: dayMs,
    },
  });
  onTestFinished(async () => {
    held.release();
    await service.stop();
    await close();
    await store.close();
  });
  return { service, ...held };
}

/** A store whose creates wait, once `hold` is called, until they are released. */
function holdCreates({ timers }: Store) {
  let gate = Promise.resolve();
  let release = (): void => undefined;
  let arrived = (): void => undefined;
  const reached = new Promise<void>((resolve) => void (arrived = resolve));
  const create: typeof timers.create = async (batch) => {
    arrived();
    await gate;
    return timers.create(batch);
  };
  const held = new Proxy(timers, {
    get: (original, name) => {
      if (name === 'create') return create;
      const method = Reflect.get(original, name) as (...args: unknown[]) => unknown;
      return method.bind(original);
    },
  });
  return {
    timers: held,
    reached,
    release: () => release(),
    hold() {
      gate = new Promise((resolve) => void (release = resolve));
    },
  };
}

function post(url: string): Promise<Response> {
  return fetch(`${url}/v1/timers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'tea', delay: '1h', target }),
  });
}

describe('the API service', () => {
  it('listens once started, however often it is told to', async () => {
    const { service } = await setup();
    expect(service.url).toBe('');
    expect(service.start()).toBe(service.start());
    await service.start();
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
  });

  it('answers what is under way before it stops', async () => {
    const { service, hold, release, reached } = await setup();
    await service.start();
    hold();
    const answer = post(service.url);
    await reached;
    const stopped = service.stop();
    release();
    expect((await answer).status).toBe(201);
    await stopped;
    await expect(post(service.url)).rejects.toThrow();
  });

  it('stops twice, and without having started', async () => {
    const { service } = await setup();
    expect(service.stop()).toBe(service.stop());
    await service.stop();
  });
});

describe('what is not HTTP', () => {
  async function send(url: string, bytes: string): Promise<string> {
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => void (answer += chunk.toString()));
    socket.write(bytes);
    await once(socket, 'close');
    return answer;
  }

  it.each([
    ['nonsense\r\n\r\n', 400, 'malformed-request'],
    [`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(17_000)}\r\n\r\n`, 431, 'headers-too-large'],
    [
      `POST /timers HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      400,
      'malformed-request',
    ],
  ])('is answered as a problem too', async (bytes, status, code) => {
    const { service } = await setup();
    await service.start();
    const [head, body] = (await send(service.url, bytes)).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head).toContain('content-type: application/problem+json');
    expect(JSON.parse(body!)).toMatchObject({ status, code });
  });
});
