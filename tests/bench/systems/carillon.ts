/** Carillon in its two shapes: one process on SQLite, and the whole stack on MongoDB, RabbitMQ and ZooKeeper. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, type Stack } from '../../../deploy/local/local-stack.js';
import { startEmbedded } from '../../support/embedded.js';
import type { ServerName } from '../servers/server.js';
import type { Servers } from '../servers/servers.js';
import { callsAtOnce, type Shape, type Subject, type System } from './system.js';

type Variables = Readonly<Record<string, string>>;

const brokers: readonly ServerName[] = ['mongodb', 'rabbitmq', 'zookeeper'];

/** Ours tuned, as the peers are: durability is the same in both. */
const stock: Variables = {};
const tuned: Variables = { CARILLON_LOG_LEVEL: 'warn' };

export const carillonSystems: readonly System[] = [
  embedded('embedded', 'Carillon, one process', stock),
  embedded('embedded-tuned', 'Carillon, one process, tuned', tuned),
  stack('stack', 'Carillon, real stack', stock),
  stack('stack-tuned', 'Carillon, real stack, tuned', tuned),
];

function told(variables: Variables): string {
  const changed = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return changed.length > 0 ? `defaults but for ${changed.join(', ')}` : 'defaults';
}

function embedded(name: string, title: string, variables: Variables): System {
  const alone = ['crash-scheduler', 'workers-2', 'workers-4'];
  return {
    name,
    title,
    needs: [],
    packages: [],
    refuses: (workload) => (alone.includes(workload) ? 'one process' : null),
    async start() {
      const child = await startEmbedded(variables);
      return {
        url: child.url,
        settings: `SQLite in the same process, every commit synced; ${told(variables)}`,
        parts: () => [{ name: 'process', pid: child.pid, server: false }],
        async kill() {
          await child.replace();
          return Date.now();
        },
        stop: () => child.stop(),
      };
    },
  };
}

function stack(name: string, title: string, variables: Variables): System {
  return {
    name,
    title,
    needs: brokers,
    packages: [],
    refuses: () => null,
    start: (shape, servers) => startServices(shape, servers, variables),
  };
}

async function startServices(shape: Shape, servers: Servers, variables: Variables): Promise<Subject> {
  const [mongodb, rabbitmq, zookeeper] = await Promise.all(brokers.map((broker) => servers.get(broker)));
  const [store, queue, coordination] = await Promise.all(
    [mongodb!, rabbitmq!, zookeeper!].map((server) => server.place()),
  );
  const run = `bench-${randomUUID().slice(0, 8)}`;
  const dataFolder = await mkdtemp(join(tmpdir(), 'carillon-bench-stack-'));
  const environment = {
    CARILLON_MONGODB_URL: store!.address,
    CARILLON_MONGODB_DATABASE: new URL(store!.address).pathname.slice(1),
    CARILLON_RABBITMQ_URL: queue!.address,
    CARILLON_RABBITMQ_PREFIX: run,
    CARILLON_ZOOKEEPER_SERVERS: coordination!.address,
    CARILLON_ZOOKEEPER_ROOT: `/${run}`,
    CARILLON_WORKER_CONCURRENCY: String(callsAtOnce / shape.workers),
    ...variables,
  };
  const services = await startStack({
    dataFolder,
    brokers: [],
    apis: 1,
    ...shape,
    environment: () => environment,
  });
  services.restarts(false);
  return {
    settings: `one API, schedulers and workers as the workload says; MongoDB majority and journal, RabbitMQ quorum queues; ${told(variables)}`,
    url: services.parts().find(({ role }) => role === 'api')!.url!,
    parts: () => [
      ...services.parts().map(({ id, pid }) => ({ name: id, pid: pid!, server: false })),
      ...[mongodb!, rabbitmq!, zookeeper!].flatMap((server) => server.parts()),
    ],
    async kill(role) {
      await services.kill(role === 'worker' ? 'worker-1' : await leaderOf(services), 'SIGKILL');
      return null;
    },
    async stop() {
      await services.stop();
      await store!.remove();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

async function leaderOf(services: Stack): Promise<string> {
  for (const { id, role, adminUrl } of services.parts()) {
    if (role !== 'scheduler') continue;
    const self = (await (await fetch(`${adminUrl}/internal/self`)).json()) as { role: string };
    if (self.role === 'leader') return id;
  }
  throw new Error('no scheduler leads');
}
