/** The worker whole: in-process queue, SQLite in memory, a manual clock, a presence that a test decides, real calls. */
import { afterEach, describe, expect, it } from 'vitest';
import { WorkerService } from '../../../../services/worker/service.js';
import type { WorkerConfig } from '../../../../services/worker/config.js';
import { CarillonError } from '../../../../shared/base/errors.js';
import { openInProcessQueue } from '../../../../shared/queue/in-process/in-process.js';
import type { Delivery, WorkMessage, WorkQueue } from '../../../../shared/queue/queue.js';
import { openSqliteStore } from '../../../../shared/store/sqlite/sqlite-store.js';
import type { ProcessReport } from '../../../../shared/store/processes.js';
import type { DeliveryStore } from '../../../../shared/store/store.js';
import { createLogger } from '../../../../shared/telemetry/logger.js';
import { Metrics } from '../../../../shared/telemetry/metrics.js';
import type { Execution } from '../../../../shared/timers/execution.js';
import { startCallbackServer } from '../../../support/callback-server.js';
import { eventually } from '../../../support/eventually.js';
import { baseTime, dayMs, makeDefinition, makeExecution, makeTimer } from '../../../support/factories.js';
import { ManualSettings } from '../../../support/manual-settings.js';
import { ManualClock, settlePromises } from '../../../support/manual-clock.js';
import { seededRandom } from '../../../support/seeded-random.js';

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const away = () => Promise.reject(new CarillonError('store-unavailable', 'away'));

interface Faults {
  start?: () => Promise<never>;
  settle?: () => Promise<never>;
  defer?: () => Promise<never>;
}

async function setup(config: Partial<WorkerConfig> = {}) {
  const store = await openSqliteStore({ path: ':memory:' });
  const { queue, close } = openInProcessQueue();
  const server = await startCallbackServer();
  const clock = new ManualClock(baseTime);
  const faults: Faults = {};
  const presence = fakePresence();
  const settings = new ManualSettings();
  const acknowledged: string[] = [];
  const nudged: string[] = [];
  const service = new WorkerService({
    store: { delivery: faulty(store.delivery, faults) },
    queue: watched(queue, acknowledged),
    bus: { publish: (topic) => void nudged.push(topic), subscribe: async () => ({ stop: async () => {} }) },
    presence,
    settings,
    clock,
    random: seededRandom(1),
    metrics: new Metrics(),
    log: createLogger({ level: 'silent', service: 'worker', name: 'worker-1' }),
    config: {
      mode: 'development',
      settledRetentionMs: 30 * dayMs,
      workerConcurrency: 8,
      workerStartBatch: 4,
      workerResponseBytes: 100,
      workerResponseLimitBytes: 1_000,
      workerAllowedPrivateTargets: [],
      workerDrainMs: 10_000,
      ...config,
    },
  });
  await service.start();
  closers.push(
    () => store.close(),
    close,
    () => server.close(),
  );
  closers.push(async () => {
    const stopped = service.stop();
    await clock.advance(20_000);
    await stopped;
  });

  /** Creates and claims a one-shot timer, due now unless told; answers its message, not yet published. */
  const claim = async (changes: Partial<Execution> = {}, path = '/'): Promise<WorkMessage> => {
    const plain = makeDefinition();
    const definition = makeDefinition({ target: { ...plain.target, url: server.url + path } });
    const timer = makeTimer({ definition, next: { scheduledFor: baseTime, dueAt: baseTime } });
    await store.timers.create([timer]);
    const execution = makeExecution(timer, changes);
    await store.schedule.claim([{ timer, executions: [execution], next: null, wakeAt: baseTime + dayMs }]);
    const { shard, state, reason, holder, wakeAt, final, held, abort, covers, settledAt, ...carried } =
      execution;
    return { execution: carried, publishedAt: baseTime + 1, definition };
  };
  const publish = async (changes: Partial<Execution> = {}, path = '/'): Promise<WorkMessage> => {
    const message = await claim(changes, path);
    await queue.publish([message]);
    return message;
  };
  const read = async ({ execution }: WorkMessage) => (await store.executions.read('default', execution.id))!;
  const reaches = (message: WorkMessage, state: Execution['state']) =>
    eventually(`${message.execution.id} is ${state}`, async () => (await read(message)).state === state);
  const isAcknowledged = ({ execution }: WorkMessage) =>
    eventually(`${execution.id} is acknowledged`, () => acknowledged.includes(execution.id));
  return {
    ...{ store, queue, server, clock, faults, presence, settings, acknowledged, service },
    ...{ claim, publish, read, reaches, isAcknowledged },
  };
}

function fakePresence() {
  return {
    incarnation: 'worker-1~aaaa',
    holding: true,
    asked: 0,
    report: (() => ({})) as () => ProcessReport,
    holds() {
      this.asked++;
      return this.holding;
    },
    reportWith(report: () => ProcessReport) {
      this.report = report;
    },
  };
}

function faulty(store: DeliveryStore, faults: Faults): DeliveryStore {
  return {
    start: (starts, runner) => faults.start?.() ?? store.start(starts, runner),
    aborts: (runner) => store.aborts(runner),
    defer: (deferrals) => faults.defer?.() ?? store.defer(deferrals),
    settle: (settlements) => faults.settle?.() ?? store.settle(settlements),
    definitions: (refs) => store.definitions(refs),
  };
}

/** Notes the ids of what is acknowledged. */
function watched(queue: WorkQueue, acknowledged: string[]): Pick<WorkQueue, 'consume'> {
  const watch = ({ message, ack, release }: Delivery): Delivery => ({
    message,
    release,
    ack: () => {
      acknowledged.push(message.execution.id);
      ack();
    },
  });
  return {
    consume: ({ prefetch, onDelivery }) =>
      queue.consume({ prefetch, onDelivery: (delivery) => onDelivery(watch(delivery)) }),
  };
}

describe('an execution', () => {
  it('is called at its instant, and its attempt is kept with the receipt', async () => {
    const { publish, reaches, read, server, isAcknowledged } = await setup();
    server.behave('/', { status: 200, headers: { 'content-type': 'text/plain' }, body: 'done' });
    const message = await publish();
    await reaches(message, 'succeeded');
    await isAcknowledged(message);
    const { id, attempts } = await read(message);
    expect(server.received).toMatchObject([
      { executionId: id, timerId: message.execution.timerId, attempt: 1 },
    ]);
    expect(attempts).toMatchObject([
      {
        id: `${id}#1`,
        outcome: 'succeeded',
        status: 200,
        worker: 'worker-1~aaaa',
        response: { body: 'done', truncated: false, headers: { 'content-type': 'text/plain' } },
        receipt: {
          scheduledFor: baseTime,
          claimedAt: baseTime,
          publishedAt: baseTime + 1,
          startedAt: baseTime,
          sentAt: baseTime,
          firstByteAt: baseTime,
          finishedAt: baseTime,
        },
      },
    ]);
  });

  it('is called once though its message comes twice, in any order of the copies', async () => {
    const { claim, queue, server, clock, acknowledged } = await setup();
    const message = await claim({ callAt: baseTime + 50 });
    await queue.publish([message, message]);
    await eventually('one copy is acknowledged', () => acknowledged.length === 1);
    await clock.advance(50);
    await eventually('both are acknowledged', () => acknowledged.length === 2);
    await queue.publish([message]);
    await eventually('a late copy is acknowledged', () => acknowledged.length === 3);
    expect(server.received).toHaveLength(1);
  });

  it('is not called when its start is lost', async () => {
    const { claim, queue, server, isAcknowledged, read } = await setup();
    const message = await claim();
    await queue.publish([{ ...message, execution: { ...message.execution, claim: 2 } }]);
    await isAcknowledged(message);
    expect(server.received).toHaveLength(0);
    expect((await read(message)).state).toBe('claimed');
  });

  it('is started by the valid message although one of another claim came first', async () => {
    const { claim, queue, reaches } = await setup();
    const message = await claim();
    await queue.publish([{ ...message, execution: { ...message.execution, claim: 2 } }, message]);
    await reaches(message, 'succeeded');
  });

  it('is not called one millisecond before its instant', async () => {
    const { publish, server, clock, reaches } = await setup();
    const message = await publish({ callAt: baseTime + 40 });
    await reaches(message, 'running');
    await clock.advance(39);
    expect(server.received).toHaveLength(0);
    await clock.advance(1);
    await reaches(message, 'succeeded');
  });

  it('counts as lost only after its instant, its timeout and a margin', async () => {
    const { publish, reaches, read, clock } = await setup();
    const message = await publish({ callAt: baseTime + 40 });
    await reaches(message, 'running');
    expect((await read(message)).wakeAt).toBe(baseTime + 40 + 30_000 + 5_000);
    await clock.advance(40);
  });

  it('that fails is retried when its target asks for it', async () => {
    const { publish, reaches, read, server } = await setup();
    server.behave('/', { status: 503, headers: { 'retry-after': '3600' } });
    const message = await publish();
    await reaches(message, 'retrying');
    const { wakeAt, attempts } = await read(message);
    expect(wakeAt).toBe(baseTime + 3_600_000);
    expect(attempts).toMatchObject([{ outcome: 'failed', status: 503, error: { code: 'status' } }]);
  });

  it('whose definition did not travel is called by the stored one', async () => {
    const { claim, queue, reaches } = await setup();
    const message = await claim();
    await queue.publish([{ ...message, definition: null }]);
    await reaches(message, 'succeeded');
  });

  it('whose definition is stored nowhere fails and says so', async () => {
    const { claim, queue, reaches, read } = await setup();
    const message = await claim();
    await queue.publish([{ ...message, definition: null, execution: { ...message.execution, version: 9 } }]);
    await reaches(message, 'failed');
    expect((await read(message)).attempts).toMatchObject([{ error: { code: 'definition-missing' } }]);
  });
});

describe('the lease', () => {
  it('is needed to start anything', async () => {
    const { publish, presence, clock, read, reaches } = await setup();
    presence.holding = false;
    const message = await publish();
    await eventually('the worker has asked', () => presence.asked > 0);
    presence.asked = 0;
    await clock.advance(1_000);
    expect(presence.asked).toBeLessThan(50);
    expect((await read(message)).state).toBe('claimed');
    presence.holding = true;
    await clock.advance(100);
    await reaches(message, 'succeeded');
  });

  it('is looked at once more when the batch is started', async () => {
    const { publish, presence, read, reaches, clock } = await setup();
    let asked = 0;
    const { holds } = presence;
    presence.holds = () => ++asked === 1;
    const message = await publish();
    await eventually('it was asked again', () => asked > 1);
    await settlePromises();
    expect((await read(message)).state).toBe('claimed');
    presence.holds = holds;
    await clock.advance(100);
    await reaches(message, 'succeeded');
  });

  it('is needed to call: what was started waits for it', async () => {
    const { publish, presence, clock, reaches, server } = await setup();
    const message = await publish({ callAt: baseTime + 40 });
    await reaches(message, 'running');
    presence.holding = false;
    await clock.advance(2_000);
    expect(server.received).toHaveLength(0);
    presence.holding = true;
    await clock.advance(50);
    await reaches(message, 'succeeded');
  });

  it('that does not come back in time leaves the execution to the rescuer', async () => {
    const { publish, presence, clock, reaches, read, server, isAcknowledged } = await setup();
    const message = await publish({ callAt: baseTime + 40 });
    await reaches(message, 'running');
    presence.holding = false;
    await clock.advance(5_100);
    await isAcknowledged(message);
    presence.holding = true;
    await clock.advance(1_000);
    expect(server.received).toHaveLength(0);
    expect((await read(message)).state).toBe('running');
  });

  it('of another incarnation is no lease: what the old one started and did not send is dropped', async () => {
    const { publish, presence, clock, reaches, server, isAcknowledged } = await setup();
    const message = await publish({ callAt: baseTime + 40 });
    await reaches(message, 'running');
    presence.incarnation = 'worker-1~bbbb';
    await clock.advance(40);
    await isAcknowledged(message);
    expect(server.received).toHaveLength(0);
  });

  it('is not needed for a call that was sent: it is settled, whatever became of its incarnation', async () => {
    const { publish, presence, reaches, read, server } = await setup();
    let answer = (): void => undefined;
    server.behave('/', (_received, response) => void (answer = () => response.writeHead(204).end()));
    const message = await publish();
    await server.waitFor(1);
    presence.incarnation = 'worker-1~bbbb';
    presence.holding = false;
    answer();
    await reaches(message, 'succeeded');
    expect((await read(message)).attempts[0]!.worker).toBe('worker-1~aaaa');
  });
});

describe('while the store is away', () => {
  it('nothing is called, and the message goes back to the queue after a pause', async () => {
    const { publish, faults, clock, server, reaches, acknowledged, presence } = await setup();
    let tries = 0;
    faults.start = () => (tries++, away());
    const message = await publish();
    await eventually('a start was tried', () => tries === 1);
    const second = await publish();
    await eventually('both are held', () => presence.report().unstarted === 2);
    await settlePromises();
    expect(tries).toBe(1);
    await clock.advance(1_000);
    await eventually('it was tried again', () => tries > 1);
    expect([server.received.length, acknowledged.length]).toEqual([0, 0]);
    delete faults.start;
    await clock.advance(10_000);
    await reaches(message, 'succeeded');
    await reaches(second, 'succeeded');
    expect(server.received).toHaveLength(2);
  });

  it('a result is kept and stored later, and only then the message is acknowledged', async () => {
    const { publish, faults, clock, server, reaches, acknowledged, isAcknowledged } = await setup();
    let tries = 0;
    faults.settle = () => (tries++, away());
    const message = await publish();
    await eventually('a settle was tried', () => tries === 1);
    await clock.advance(30_000);
    expect(tries).toBeGreaterThan(5);
    expect(acknowledged).toEqual([]);
    delete faults.settle;
    await clock.advance(5_000);
    await reaches(message, 'succeeded');
    await isAcknowledged(message);
    expect(server.received).toHaveLength(1);
  });

  it('the slot of an unstored result is free for others', async () => {
    const { publish, faults, server } = await setup({ workerConcurrency: 4 });
    faults.settle = away;
    for (let n = 0; n < 8; n++) await publish();
    await server.waitFor(8);
  });

  it('no more than the prefetch is taken, however long it lasts', async () => {
    const { publish, faults, server, clock, queue } = await setup({
      workerConcurrency: 4,
      workerStartBatch: 4,
    });
    faults.settle = away;
    for (let n = 0; n < 12; n++) await publish();
    await server.waitFor(8);
    await clock.advance(60_000);
    expect(server.received).toHaveLength(8);
    expect(await queue.depth()).toBe(4);
  });
});

describe('a host that never answers', () => {
  it('holds its quarter, its surplus is deferred, and the others are served', async () => {
    const { publish, server, clock, reaches, read, isAcknowledged } = await setup();
    server.behave('/hang', 'hang');
    const other = await startCallbackServer();
    closers.push(() => other.close());
    const hanging = [];
    for (let n = 0; n < 4; n++) hanging.push(await publish({}, '/hang'));
    await server.waitFor(2);
    await clock.advance(2_000);
    await reaches(hanging[3]!, 'deferred');
    await isAcknowledged(hanging[3]!);
    const deferred = await read(hanging[2]!);
    expect(deferred).toMatchObject({ state: 'deferred', reason: 'host-busy', attempt: 0, deferrals: 1 });
    expect(deferred.wakeAt).toBeGreaterThanOrEqual(clock.now());
    expect(server.received).toHaveLength(2);
    const served = await publish({ host: `127.0.0.1:${other.port}` });
    await reaches(served, 'succeeded');
  });

  it('keeps the message of a deferral that is not stored', async () => {
    const { publish, server, clock, faults, acknowledged, reaches } = await setup();
    server.behave('/hang', 'hang');
    let tries = 0;
    faults.defer = () => (tries++, away());
    for (let n = 0; n < 2; n++) await publish({}, '/hang');
    await server.waitFor(2);
    const third = await publish({}, '/hang');
    await clock.advance(2_000);
    await eventually('a deferral was tried', () => tries > 0);
    expect(acknowledged).toEqual([]);
    delete faults.defer;
    await eventually('it is deferred', async () => {
      await clock.advance(100);
      return acknowledged.length === 1;
    });
    await reaches(third, 'deferred');
  });
});

describe('stopping', () => {
  it('waits for calls under way and stores their results', async () => {
    const { publish, server, service, read } = await setup();
    let answer = (): void => undefined;
    server.behave('/', (_received, response) => void (answer = () => response.writeHead(204).end()));
    const message = await publish();
    await server.waitFor(1);
    let stopped = false;
    const stopping = service.stop().then(() => (stopped = true));
    await settlePromises();
    expect(stopped).toBe(false);
    answer();
    await stopping;
    expect((await read(message)).state).toBe('succeeded');
  });

  it('gives back what is not started', async () => {
    const { publish, presence, service, queue, read } = await setup();
    presence.holding = false;
    const message = await publish();
    await eventually('it is held', () => presence.report().unstarted === 1);
    await service.stop();
    expect(await queue.depth()).toBe(1);
    expect((await read(message)).state).toBe('claimed');
  });

  it('ends at its deadline and leaves a call that goes on to the rescuer', async () => {
    const { publish, server, service, clock, read } = await setup();
    server.behave('/', 'hang');
    const message = await publish();
    await server.waitFor(1);
    const stopping = service.stop();
    await clock.advance(9_999);
    expect((await read(message)).state).toBe('running');
    await clock.advance(1);
    await stopping;
    expect(await read(message)).toMatchObject({ state: 'running', attempts: [] });
  });

  it('ends at its deadline though the store is away', async () => {
    const { publish, faults, service, clock } = await setup();
    let tries = 0;
    faults.settle = () => (tries++, away());
    await publish();
    await eventually('a settle was tried', () => tries === 1);
    const stopping = service.stop();
    await clock.advance(10_000);
    await stopping;
    expect(tries).toBeGreaterThan(1);
  });

  it('is the same for everybody who asks', async () => {
    const { service } = await setup();
    expect(service.stop()).toBe(service.stop());
    await service.stop();
  });
});

it('reports what it holds unstarted and how many it starts in a second', async () => {
  const { publish, presence, clock, server, reaches } = await setup();
  presence.report();
  await reaches(await publish(), 'succeeded');
  await clock.advance(100);
  presence.holding = false;
  await publish();
  await eventually('it is held', () => presence.report().unstarted === 1);
  presence.report();
  presence.holding = true;
  await clock.advance(500);
  await server.waitFor(2);
  await clock.advance(500);
  expect(presence.report()).toEqual({ unstarted: 0, startedPerSecond: 1 });
});
