/** Several schedulers over one store, one queue that records and one clock; each can be stopped, killed, frozen, cut off. */
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { schedulerSchema } from '../../../../services/scheduler/config.js';
import { SchedulerService } from '../../../../services/scheduler/service.js';
import { loadConfig } from '../../../../shared/config/load.js';
import type { RingValue } from '../../../../services/scheduler/ring-view.js';
import { MemoryDocuments } from '../../../../shared/coordination/single/memory-documents.js';
import { termDocument } from '../../../../shared/coordination/registry.js';
import { Presence } from '../../../../shared/presence/presence.js';
import type { Bus } from '../../../../shared/queue/bus.js';
import type { WorkMessage, WorkQueue } from '../../../../shared/queue/queue.js';
import type { Ring } from '../../../../shared/ring/ring.js';
import { openSqliteStore } from '../../../../shared/store/sqlite/sqlite-store.js';
import { Metrics } from '../../../../shared/telemetry/metrics.js';
import { dayMs } from '../../../support/factories.js';
import { ManualSettings } from '../../../support/manual-settings.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { seededRandom } from '../../../support/seeded-random.js';
import { FakeCoordination, type Node } from './fake-coordination.js';
import { createAt } from './world.js';

export interface Publication {
  message: WorkMessage;
  by: string;
  at: number;
}

const silentLog = pino({ level: 'silent' });

/** Opens the world; no scheduler runs in it yet. */
export async function setupCluster() {
  const store = await openSqliteStore({ path: ':memory:' });
  onTestFinished(() => store.close());
  const clock = new ManualClock();
  const documents = new MemoryDocuments();
  const coordination = new FakeCoordination(documents, clock);
  const published: Publication[] = [];
  const nudges: ((topic: string, payload: unknown) => void)[] = [];

  const queueOf = (node: Node) =>
    ({
      publish: async (messages: WorkMessage[]) => {
        await node.awake();
        published.push(...messages.map((message) => ({ message, by: node.name, at: clock.now() })));
        return messages.map(() => true);
      },
      depth: () => Promise.resolve(0),
    }) as unknown as WorkQueue;
  const bus = {
    subscribe: (pattern: string, listener: (topic: string, payload: unknown) => void) => {
      if (pattern === 'nudge.*') nudges.push(listener);
      return Promise.resolve({ stop: () => Promise.resolve() });
    },
  } as unknown as Bus;

  /** Starts a scheduler; the first one leads. */
  async function start(name: string, ring: 'leader' | 'shared' = 'shared') {
    const node = coordination.join(name);
    const presence = new Presence({
      processes: store.processes,
      clock: node.clock,
      log: silentLog,
      identity: { name, service: 'scheduler', host: 'here', pid: 1 },
      skew: { warnMs: 1_000, refuseMs: 10_000 },
      isAlive: () => true,
    });
    await presence.start();
    const service = new SchedulerService({
      ...node.ports,
      store,
      queue: queueOf(node),
      bus,
      presence,
      settings: new ManualSettings(),
      clock: node.clock,
      random: seededRandom(1),
      metrics: new Metrics(),
      log: silentLog,
      identity: { name, service: 'scheduler' },
      config: {
        ...loadConfig(schedulerSchema, {}),
        schedulerPublishLeadMs: 0,
        // Nobody starts anything in this world, and that alone shall be no reason to publish again.
        schedulerPublishAgainMs: 600_000,
        settledRetentionMs: 30 * dayMs,
        changeRetentionMs: 90 * dayMs,
        freshnessMs: 10_000,
        serviceLevelRetentionMs: 93 * dayMs,
        mode: 'production',
        ring,
      },
    });
    await service.start();
    return {
      name,
      node,
      /** As SIGTERM: it leaves, drains and gives back. */
      async stop() {
        const stopped = service.stop();
        await clock.advance(6_000);
        await stopped;
        await presence.stop();
      },
    };
  }

  return {
    store,
    clock,
    coordination,
    documents,
    published,
    start,
    /** The ring as the registry has it. */
    async ring(): Promise<Ring> {
      return ((await documents.read('ring'))?.value as RingValue | undefined)?.versions ?? [];
    },
    async term(): Promise<number> {
      return ((await documents.read(termDocument))!.value as { term: number }).term;
    },
    /** Timers due one after the other, `everyMs` apart, the first one in `inMs`. */
    async createMany(count: number, { inMs, everyMs }: { inMs: number; everyMs: number }) {
      const run = published.length;
      const timers = [];
      for (let i = 0; i < count; i++)
        timers.push(await createAt(store, clock, { inMs: inMs + i * everyMs, id: `t${run}-${i}` }));
      return timers;
    },
    nudge: (shard: number, dueAt: number) => nudges.forEach((hear) => hear(`nudge.${shard}`, { dueAt })),
  };
}
