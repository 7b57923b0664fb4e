/** The worker whole, for its tests: in-process queue, SQLite in memory, a manual clock, a presence that a test decides, real calls. */
import { afterEach } from 'vitest';
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
import { ManualClock } from '../../../support/manual-clock.js';
import { seededRandom } from '../../../support/seeded-random.js';

/** What is ended after each test, the last first. */
export const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Of a store that cannot be reached. */
export const away = () => Promise.reject(new CarillonError('store-unavailable', 'away'));

interface Faults {
  start?: DeliveryStore['start'];
  settle?: () => Promise<never>;
  defer?: () => Promise<never>;
}

/** Ended after each test. */
export async function setup(config: Partial<WorkerConfig> = {}) {
  const store = await openSqliteStore({ path: ':memory:' });
  const { queue, close } = openInProcessQueue();
  const server = await startCallbackServer();
  const clock = new ManualClock(baseTime);
  const faults: Faults = {};
  const presence = fakePresence();
  const settings = new ManualSettings();
  const acknowledged: string[] = [];
  const released: string[] = [];
  const nudged: string[] = [];
  const service = new WorkerService({
    store: { delivery: faulty(store.delivery, faults), serviceLevels: store.serviceLevels },
    queue: watched(queue, { acknowledged, released }),
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
    ...{ store, queue, server, clock, faults, presence, settings, acknowledged, released, service },
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
    start: (starts, runner) => faults.start?.(starts, runner) ?? store.start(starts, runner),
    aborts: (runner) => store.aborts(runner),
    defer: (deferrals) => faults.defer?.() ?? store.defer(deferrals),
    settle: (settlements) => faults.settle?.() ?? store.settle(settlements),
    definitions: (refs) => store.definitions(refs),
  };
}

/** Notes the ids of what is acknowledged and of what goes back to the queue. */
function watched(
  queue: WorkQueue,
  { acknowledged, released }: { acknowledged: string[]; released: string[] },
): Pick<WorkQueue, 'consume'> {
  const watch = ({ message, ack, release }: Delivery): Delivery => ({
    message,
    release: () => {
      released.push(message.execution.id);
      release();
    },
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
