import { describe, expect, it, onTestFinished } from 'vitest';
import { Carillon, ProblemError } from '../../clients/sdk/carillon.js';
import type { EventFilter, ListenOptions } from '../../clients/sdk/events.js';
import { apiSchema, type ApiConfig } from '../../services/api/config.js';
import { ApiService } from '../../services/api/service.js';
import { SystemClock } from '../../shared/base/clock.js';
import { systemRandom } from '../../shared/base/random.js';
import { loadConfig } from '../../shared/config/load.js';
import { executionFact } from '../../shared/events/facts.js';
import { EventSender } from '../../shared/events/sender.js';
import { openInProcessQueue } from '../../shared/queue/in-process/in-process.js';
import { openSqliteStore } from '../../shared/store/sqlite/sqlite-store.js';
import { createLogger } from '../../shared/telemetry/logger.js';
import { Metrics } from '../../shared/telemetry/metrics.js';
import { dayMs, makeExecution, makeTimer } from '../support/factories.js';
import { eventually } from '../support/eventually.js';
import { target } from './world.js';

/** API processes on one store and one bus, and a process that makes executions. */
async function setup({ apis = 1, config = {} }: { apis?: number; config?: Partial<ApiConfig> } = {}) {
  const store = await openSqliteStore({ path: ':memory:' });
  const { bus, close } = openInProcessQueue();
  const clock = new SystemClock();
  const sender = new EventSender({ bus, clock });
  await sender.start();
  const published: string[] = [];
  const watchedBus = {
    ...{ subscribe: bus.subscribe.bind(bus), close: bus.close.bind(bus) },
    publish: (topic: string, payload: unknown) => {
      published.push(topic);
      bus.publish(topic, payload);
    },
  };
  const services = Array.from(
    { length: apis },
    () =>
      new ApiService({
        ...{ store, bus: watchedBus, clock, random: systemRandom, metrics: new Metrics(), checks: {} },
        presence: { holds: () => true },
        log: createLogger({ level: 'silent', service: 'api', name: 'api' }),
        config: {
          ...loadConfig(apiSchema, {}),
          ...{ apiPort: 0, mode: 'development', settingsLeadMs: 15_000, settledRetentionMs: dayMs },
          ...config,
        },
      }),
  );
  for (const service of services) await service.start();
  onTestFinished(async () => {
    for (const service of services) await service.stop();
    await sender.stop();
    await close();
    await store.close();
  });
  const clients = services.map(({ url }) => new Carillon({ url }));
  /** Tells of an execution as a worker does. */
  const tell = (timerId: string, namespace = 'default'): void => {
    const execution = makeExecution(makeTimer({ id: timerId, namespace }));
    sender.tell([execution], () => executionFact('execution.started', execution));
  };
  return { services, clients, tell, published };
}

/** Collects what a listener is told; resolves when it is ready. */
async function hear(client: Carillon, filter: EventFilter = {}, options: ListenOptions = {}) {
  const leaving = new AbortController();
  const heard: Record<string, unknown>[] = [];
  const left = (async () => {
    try {
      for await (const event of client.events(filter, { ...options, signal: leaving.signal }))
        heard.push({ ...event });
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
    }
  })();
  const leave = async (): Promise<void> => {
    leaving.abort();
    await left.catch(() => undefined);
  };
  onTestFinished(leave);
  await Promise.race([eventually('ready', () => heard.some(({ kind }) => kind === 'ready')), left]);
  const told = () => heard.filter(({ kind }) => kind !== 'ready');
  const reaches = (n: number) => eventually(`${n} events`, () => told().length >= n);
  return { told, reaches, leave, left };
}

const kindsOf = (told: Record<string, unknown>[]) => told.map(({ kind }) => kind);

describe('GET /v1/events', () => {
  it('tells of each change of a timer, in order, with ids that grow', async () => {
    const { clients } = await setup();
    const [client] = clients;
    const { told, reaches } = await hear(client!);
    await client!.timers.create({ id: 'tea', delay: '1h', target });
    await client!.timers.pause('tea');
    await client!.timers.resume('tea');
    await client!.timers.touch('tea');
    await client!.timers.run('tea');
    await client!.timers.cancel('tea');
    await reaches(8);
    expect(kindsOf(told())).toEqual([
      'timer.created',
      'timer.paused',
      'timer.resumed',
      'timer.touched',
      'timer.run',
      'execution.claimed',
      'timer.cancelled',
      'execution.cancelled',
    ]);
    const ids = told().map(({ id }) => id as string);
    expect(new Set(ids).size).toBe(8);
    expect(told()[0]).toMatchObject({
      namespace: 'default',
      timerId: 'tea',
      host: 'example.test',
      state: 'active',
      generation: 1,
    });
  });

  it('tells at every API process what any process has written', async () => {
    const { clients, tell } = await setup({ apis: 2 });
    const [here, there] = [await hear(clients[0]!), await hear(clients[1]!)];
    await clients[1]!.timers.create({ id: 'tea', delay: '1h', target });
    tell('tea');
    await Promise.all([here.reaches(2), there.reaches(2)]);
    expect(kindsOf(here.told())).toEqual(['timer.created', 'execution.started']);
    expect(there.told()).toEqual(here.told());
  });

  it('tells a namespace of nothing in another', async () => {
    const { clients, tell } = await setup();
    const shop = clients[0]!.in('shop');
    const [here, there] = [await hear(clients[0]!), await hear(shop)];
    await shop.timers.create({ id: 'cake', delay: '1h', target });
    tell('cake', 'shop');
    tell('tea');
    await Promise.all([here.reaches(1), there.reaches(2)]);
    expect(here.told().map(({ timerId }) => timerId)).toEqual(['tea']);
    expect(there.told().map(({ timerId }) => timerId)).toEqual(['cake', 'cake']);
  });

  it('tells of what was asked for: timer, prefix, host, kinds', async () => {
    const { clients, tell } = await setup();
    const [client] = clients;
    const byTimer = await hear(client!, { timerId: 'tea' });
    const byPrefix = await hear(client!, { idPrefix: 'te' });
    const byKind = await hear(client!, { kinds: ['timer.cancelled', 'execution.started'] });
    const byHost = await hear(client!, { host: 'elsewhere.test:8080' });
    await client!.timers.create({ id: 'tea', delay: '1h', target });
    await client!.timers.create({ id: 'ten', delay: '1h', target: { url: 'http://elsewhere.test:8080/x' } });
    tell('tea');
    await Promise.all([byTimer.reaches(2), byPrefix.reaches(3), byKind.reaches(1), byHost.reaches(1)]);
    expect(kindsOf(byTimer.told())).toEqual(['timer.created', 'execution.started']);
    expect(byPrefix.told().map(({ timerId }) => timerId)).toEqual(['tea', 'ten', 'tea']);
    expect(kindsOf(byKind.told())).toEqual(['execution.started']);
    expect(byHost.told().map(({ timerId }) => timerId)).toEqual(['ten']);
  });

  it('goes on after an event at another API process, with nothing missing and nothing twice', async () => {
    const { clients, tell } = await setup({ apis: 2 });
    const first = await hear(clients[0]!);
    for (const id of ['a', 'b', 'c']) tell(id);
    await first.reaches(3);
    await first.leave();
    for (const id of ['d', 'e']) tell(id);
    const second = await hear(clients[1]!, {}, { lastEventId: first.told()[1]!['id'] as string });
    tell('f');
    await eventually('the last is heard', () => second.told().at(-1)?.['timerId'] === 'f');
    const ids = second.told().map(({ timerId }) => timerId);
    expect(ids.slice(-4)).toEqual(['c', 'd', 'e', 'f']);
    expect(ids).not.toContain('reset');
  });

  it.each(['1-abc-1', 'nonsense'])('says reset after %s, which nobody keeps', async (lastEventId) => {
    const { clients, tell } = await setup();
    const { told, reaches } = await hear(clients[0]!, {}, { lastEventId });
    await reaches(1);
    tell('tea');
    await reaches(2);
    expect(kindsOf(told())).toEqual(['reset', 'execution.started']);
  });

  it('costs the bus nothing while nobody listens', async () => {
    const { clients, published } = await setup();
    await clients[0]!.timers.create({ id: 'tea', delay: '1h', target });
    expect(published).toEqual([]);
  });

  it('refuses one listener more than it may have, and takes another when one has left', async () => {
    const { clients, services } = await setup({ config: { apiEventListeners: 1 } });
    const { leave } = await hear(clients[0]!);
    const one = new Carillon({ url: services[0]!.url, retries: 0 });
    await expect(hear(one)).rejects.toMatchObject({ code: 'too-many-listeners', status: 503 });
    await leave();
    await eventually('there is room', async () => {
      const tried = await hear(one).catch((error: unknown) => error);
      return !(tried instanceof ProblemError);
    });
  });

  it('ends its streams when it stops', async () => {
    const { services } = await setup();
    const answer = await fetch(`${services[0]!.url}/v1/events`);
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    await services[0]!.stop();
    expect(await answer.text()).toContain('event: ready');
  });

  it.each([
    ['kinds=execution.exploded', '/kinds'],
    ['idPrefix=%20', '/idPrefix'],
    ['tag=red', '/tag'],
  ])('refuses %s and names the field', async (query, pointer) => {
    const { services } = await setup();
    const answer = await fetch(`${services[0]!.url}/v1/events?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid-request', errors: [{ pointer }] });
  });
});
