/** The three brokers as parts of a stack: found on this machine or given by address, on ports and folders of their own. */
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { findMongodb, mongodbUrl, startMongodb } from './servers/mongodb.js';
import { findRabbitmq, rabbitmqUrl, startRabbitmq } from './servers/rabbitmq.js';
import { findZookeeper, startZookeeper, zookeeperUrl } from './servers/zookeeper.js';
import type { BrokerRole, Program, Way } from './servers/way.js';
import type { StackPart } from './stack-file.js';
import type { PartDefinition } from './supervisor.js';

export const brokerRoles: readonly BrokerRole[] = ['mongodb', 'rabbitmq', 'zookeeper'];

/** How schedulers elect one. */
export const coordinations = ['zookeeper', 'raft', 'ranked', 'single'] as const;
export type Coordination = (typeof coordinations)[number];

/** Who owns the shards: the leader alone, or all schedulers. */
export const rings = ['leader', 'shared'] as const;
export type Ring = (typeof rings)[number];

/** The brokers that are used where schedulers elect one in this way. */
export function brokersFor(coordination: Coordination): readonly BrokerRole[] {
  return brokerRoles.filter((role) => role !== 'zookeeper' || coordination === 'zookeeper');
}

/** The variables that give a broker by its address. */
export const addressVariables: Readonly<Record<BrokerRole, string>> = {
  mongodb: 'MONGODB_URL',
  rabbitmq: 'RABBITMQ_URL',
  zookeeper: 'ZOOKEEPER_SERVERS',
};

const finders: Readonly<Record<BrokerRole, (environment: NodeJS.ProcessEnv) => Promise<Way>>> = {
  mongodb: findMongodb,
  rabbitmq: findRabbitmq,
  zookeeper: findZookeeper,
};

/** How each broker can be had. `given: false` looks past addresses: servers of our own, which may be killed. */
export async function findBrokers(
  environment: NodeJS.ProcessEnv,
  { given }: { given: boolean },
): Promise<Record<BrokerRole, Way>> {
  const addresses = Object.values(addressVariables);
  const searched = Object.entries(environment).filter(([name]) => given || !addresses.includes(name));
  const find = (role: BrokerRole) => finders[role](Object.fromEntries(searched));
  const [mongodb, rabbitmq, zookeeper] = await Promise.all(brokerRoles.map(find));
  return { mongodb: mongodb!, rabbitmq: rabbitmq!, zookeeper: zookeeper! };
}

export interface BrokerOptions {
  dataFolder: string;
  logFile(id: string): string;
  /** Free ones where it names none. */
  ports: Partial<Readonly<Record<BrokerRole, number>>>;
  zookeepers: number;
}

/** What a stack has of brokers: parts of its own, and others that were given by their address. */
export interface BrokerPlan {
  own: PartDefinition[];
  given: StackPart[];
}

/** How each of `roles` is had; rejects, naming the remedy, when one cannot be. `given: false` as for `findBrokers`. */
export async function planBrokers(
  roles: readonly BrokerRole[],
  options: BrokerOptions & { given: boolean },
): Promise<BrokerPlan> {
  const plan: BrokerPlan = { own: [], given: [] };
  if (roles.length === 0) return plan;
  const ways = await findBrokers(process.env, options);
  refuseMissing(roles.map((role) => ({ role, way: ways[role] })));
  for (const role of roles) {
    const way = ways[role];
    if (way.kind === 'url')
      plan.given.push({ role, id: `${role}-1`, pid: null, url: way.url, adminUrl: null });
    if (way.kind === 'program') plan.own.push(...(await brokerParts(role, way.program, options)));
  }
  return plan;
}

function refuseMissing(ways: readonly { role: BrokerRole; way: Way }[]): void {
  const missing = ways.flatMap(({ role, way }) =>
    way.kind === 'missing'
      ? [`${role} is missing: ${way.reason} (${way.remedy}, or set ${addressVariables[role]})`]
      : [],
  );
  if (missing.length > 0) throw new Error(missing.join('\n'));
}

/** The part or parts of one broker of our own. */
function brokerParts(role: BrokerRole, program: Program, options: BrokerOptions): Promise<PartDefinition[]> {
  if (role === 'mongodb') return mongodbPart(program, options);
  return role === 'rabbitmq' ? rabbitmqPart(program, options) : zookeeperParts(program, options);
}

function place(id: string, { dataFolder, logFile }: BrokerOptions): { dataFolder: string; logFile: string } {
  return { dataFolder: join(dataFolder, id), logFile: logFile(id) };
}

async function mongodbPart(program: Program, options: BrokerOptions): Promise<PartDefinition[]> {
  const id = 'mongodb-1';
  const port = options.ports.mongodb ?? (await freePort());
  const server = { ...place(id, options), program, port };
  const start = (signal: AbortSignal) => startMongodb({ ...server, signal });
  return [{ role: 'mongodb', id, url: mongodbUrl(port), adminUrl: null, start }];
}

async function rabbitmqPart(program: Program, options: BrokerOptions): Promise<PartDefinition[]> {
  const id = 'rabbitmq-1';
  const port = options.ports.rabbitmq ?? (await freePort());
  const erlang = { distributionPort: await freePort(), epmdPort: await freePort() };
  const server = { ...place(id, options), program, port, ...erlang };
  const start = (signal: AbortSignal) => startRabbitmq({ ...server, signal });
  return [{ role: 'rabbitmq', id, url: rabbitmqUrl(port), adminUrl: null, start }];
}

async function zookeeperParts(program: Program, options: BrokerOptions): Promise<PartDefinition[]> {
  const numbers = Array.from({ length: options.zookeepers }, (_, i) => i + 1);
  const first = options.ports.zookeeper;
  const members = await Promise.all(
    numbers.map(async (number) => ({
      clientPort: first === undefined ? await freePort() : first + number - 1,
      peerPort: await freePort(),
      electionPort: await freePort(),
    })),
  );
  return numbers.map((number) => {
    const id = `zookeeper-${number}`;
    const server = { ...place(id, options), program, members, number };
    const start = (signal: AbortSignal) => startZookeeper({ ...server, signal });
    return { role: 'zookeeper', id, url: zookeeperUrl(members[number - 1]!), adminUrl: null, start };
  });
}
