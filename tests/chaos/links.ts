/**
 * Every link of a cluster under test, each through a TCP proxy of its own: from each of our processes to each broker, and
 * from each scheduler to each other one. A cut link keeps its sockets, takes new ones and forwards nothing, as a network
 * does that drops packets; healed, it delivers what was held back. No root is needed, and nothing else knows of it.
 */
import type { BrokerRole } from '../../deploy/local/servers/way.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { PeerDoor } from './peer-door.js';

/** What a process can be cut off from. */
export type Target = BrokerRole | 'schedulers';

/** Ports that the brokers listen on; several where a broker has several members. */
export type BrokerPorts = Readonly<Partial<Record<BrokerRole, readonly number[]>>>;

interface Node {
  brokers: Map<BrokerRole, TcpProxy[]>;
  /** Of a scheduler: where the others find it. */
  door: PeerDoor;
  /** Of its real admin port; null before it was started. */
  adminPort: number | null;
  cut: Set<Target>;
}

export class Links {
  readonly #nodes = new Map<string, Node>();

  /** @param ids every process that may ever run */
  static async open(ids: readonly string[], ports: BrokerPorts): Promise<Links> {
    const links = new Links();
    await Promise.all(ids.map((id) => links.#add(id, ports)));
    return links;
  }

  /** Variables with which a process uses its own links and tells the others of its door. */
  environment(id: string, adminUrl: string): Record<string, string> {
    const node = this.#node(id);
    node.adminPort = Number(new URL(adminUrl).port);
    const addresses = (role: BrokerRole) =>
      (node.brokers.get(role) ?? []).map(({ port }) => `127.0.0.1:${port}`).join(',');
    const zookeeper = addresses('zookeeper');
    return {
      // Without directConnection the driver would learn the server's own address and go past the link.
      CARILLON_MONGODB_URL: `mongodb://${addresses('mongodb')}/?directConnection=true`,
      CARILLON_RABBITMQ_URL: `amqp://${addresses('rabbitmq')}`,
      ...(zookeeper && { CARILLON_ZOOKEEPER_SERVERS: zookeeper }),
      CARILLON_ADMIN_URL: `http://127.0.0.1:${node.door.port}`,
    };
  }

  /** Cuts a process off, in both directions, until it is healed. */
  cut(id: string, targets: readonly Target[]): void {
    const node = this.#node(id);
    for (const target of targets) node.cut.add(target);
    this.#apply(id);
  }

  heal(id: string): void {
    this.#node(id).cut.clear();
    this.#apply(id);
  }

  async close(): Promise<void> {
    const links = [...this.#nodes.values()].flatMap(({ door, brokers }) => [
      door,
      ...[...brokers.values()].flat(),
    ]);
    await Promise.all(links.map((link) => link.close()));
  }

  async #add(id: string, ports: BrokerPorts): Promise<void> {
    const roles = Object.entries(ports) as [BrokerRole, readonly number[]][];
    const brokers = await Promise.all(
      roles.map(async ([role, own]) => [role, await Promise.all(own.map(startLink))] as const),
    );
    const door = new PeerDoor({
      port: () => this.#node(id).adminPort,
      isCut: (caller) => [id, caller].some((end) => this.#nodes.get(end)?.cut.has('schedulers')),
    });
    await door.listen();
    this.#nodes.set(id, { brokers: new Map(brokers), door, adminPort: null, cut: new Set() });
  }

  #apply(id: string): void {
    const { brokers, cut } = this.#node(id);
    for (const [role, links] of brokers) for (const link of links) set(link, cut.has(role));
    for (const { door } of this.#nodes.values()) door.refresh();
  }

  #node(id: string): Node {
    const node = this.#nodes.get(id);
    if (!node) throw new Error(`no process is called ${id}`);
    return node;
  }
}

function startLink(port: number): Promise<TcpProxy> {
  return startTcpProxy({ host: '127.0.0.1', port });
}

function set(link: TcpProxy, cut: boolean): void {
  if (cut) link.stall();
  else link.heal();
}
