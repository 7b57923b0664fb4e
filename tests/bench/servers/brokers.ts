/** MongoDB, RabbitMQ and ZooKeeper by way of deploy/local, each a stack of its own without services. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { findBrokers } from '../../../deploy/local/brokers.js';
import { startStack } from '../../../deploy/local/local-stack.js';
import type { BrokerRole } from '../../../deploy/local/servers/way.js';
import type { Finding, Place, Server } from './server.js';

/** Servers of our own only: the CPU of a given one cannot be read. */
export async function findBroker(role: BrokerRole): Promise<Finding> {
  const way = (await findBrokers(process.env, { given: false }))[role];
  if (way.kind === 'missing') return { missing: `${way.reason} (${way.remedy})` };
  return { start: (folder) => startBroker(role, folder) };
}

async function startBroker(role: BrokerRole, folder: string): Promise<Server> {
  const stack = await startStack({
    dataFolder: join(folder, role),
    brokers: [role],
    apis: 0,
    schedulers: 0,
    workers: 0,
  });
  const address = stack.addresses[role]!;
  return {
    parts: () => stack.parts().map(({ id, pid }) => ({ name: id, pid: pid!, server: true })),
    version: role === 'mongodb' ? await mongodbVersion(address) : 'as found',
    place: () =>
      role === 'mongodb' ? database(address) : Promise.resolve({ address, remove: () => Promise.resolve() }),
    stop: () => stack.stop(),
  };
}

async function database(address: string): Promise<Place> {
  const url = new URL(address);
  url.pathname = `/bench-${randomUUID().slice(0, 8)}`;
  return {
    address: url.href,
    remove: () => withMongodb(url.href, (client) => client.db().dropDatabase()).then(() => {}),
  };
}

function mongodbVersion(address: string): Promise<string> {
  return withMongodb(address, async (client) => {
    const { version } = await client.db('admin').command({ buildInfo: 1 });
    return String(version);
  });
}

async function withMongodb<Result>(
  address: string,
  use: (client: MongoClient) => Promise<Result>,
): Promise<Result> {
  const client = await MongoClient.connect(address);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
