/** Members on a real ZooKeeper, each behind a proxy of its own, under a root that is removed afterwards. */
import { randomBytes } from 'node:crypto';
import { SystemClock } from '../../../shared/base/clock.js';
import { systemRandom } from '../../../shared/base/random.js';
import { openConnection, type Connection } from '../../../shared/coordination/zookeeper/connection.js';
import { openZooKeeperCoordination } from '../../../shared/coordination/zookeeper/zookeeper.js';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.js';
import { FreezableClock } from './freezable-clock.js';
import type { Contender, CoordinationWorld } from './world.js';
import { makeMember } from './world.js';

export interface ZooKeeperContender extends Contender {
  link: TcpProxy;
}

export interface ZooKeeperWorld extends CoordinationWorld {
  root: string;
  /** A look past the driver at what is really there. */
  observer: Connection;
  join(name: string): Promise<ZooKeeperContender>;
  /** A member whose link is cut from the beginning. */
  joinCutOff(name: string): Promise<ZooKeeperContender>;
}

/** Short, so that expiries are soon awaited; the server's least is twice its tick. */
export const sessionMs = 1_500;

export async function openZooKeeperWorld(): Promise<ZooKeeperWorld> {
  const servers = process.env.ZOOKEEPER_SERVERS;
  if (!servers) throw new Error('ZOOKEEPER_SERVERS is not set: these tests need a ZooKeeper');
  const root = `/carillon-test-${randomBytes(6).toString('hex')}`;
  const observer = await observe(servers);
  const contenders: ZooKeeperContender[] = [];
  const join = async (name: string, { cutOff = false } = {}): Promise<ZooKeeperContender> => {
    const contender = await openContender({ name, root, servers, cutOff });
    contenders.push(contender);
    return contender;
  };
  return {
    root,
    observer,
    join,
    joinCutOff: (name) => join(name, { cutOff: true }),
    async close() {
      for (const { link } of contenders) link.heal();
      await Promise.all(contenders.map(({ coordination }) => coordination.close()));
      await Promise.all(contenders.map(({ link }) => link.close()));
      if (await observer.exists(root)) await removeAll(observer, root);
      await observer.end();
    },
  };
}

async function observe(servers: string): Promise<Connection> {
  const observer = await openConnection({
    servers,
    sessionMs: 10_000,
    ticket: null,
    clock: new SystemClock(),
  });
  if (observer === 'expired') throw new Error('a new session cannot have expired');
  return observer;
}

async function openContender(options: {
  name: string;
  root: string;
  servers: string;
  cutOff: boolean;
}): Promise<ZooKeeperContender> {
  const { hostname, port } = new URL(`tcp://${options.servers.split(',')[0]}`);
  const link = await startTcpProxy({ host: hostname, port: Number(port) });
  if (options.cutOff) link.cut();
  const clock = new FreezableClock();
  const self = makeMember(options.name);
  const coordination = openZooKeeperCoordination({
    servers: `127.0.0.1:${link.port}`,
    root: options.root,
    self,
    sessionMs,
    clock,
    random: systemRandom,
    onEvent: () => undefined,
  });
  return { self, coordination, link, freeze: (ms) => clock.freeze(ms) };
}

async function removeAll(connection: Connection, path: string): Promise<void> {
  for (const child of await connection.children(path)) await removeAll(connection, `${path}/${child}`);
  await connection.remove(path);
}
