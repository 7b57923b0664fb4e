/**
 * A cluster that is there to be maltreated: a stack of real processes whose every link can be cut, and what a fault needs
 * to know and do. Whatever is killed here stays down until it is revived, so that nothing is rescued by a quick restart.
 */
import { freePort, isPortFree } from '../../deploy/local/free-port.js';
import { firstAnswer } from '../../deploy/local/servers/probe.js';
import { brokersFor, type Coordination } from '../../deploy/local/brokers.js';
import { eventually } from '../support/eventually.js';
import { leaderOf, ringSettles, schedulersOf, standingOf } from '../support/schedulers.js';
import { startTestStack, type Stack } from '../support/stack.js';
import { Links, type BrokerPorts, type Target } from './links.js';

export interface RigOptions {
  coordination: Coordination;
  schedulers: number;
  apis: number;
  workers: number;
  /** Keeps logs and data; a temporary one unless told. */
  dataFolder?: string;
  say?: ((line: string) => void) | undefined;
}

/** Schedulers that may be added while it runs. */
const spares = 4;
const ensemble = 3;
const askLeaderEveryMs = 20;
const electionLimitMs = 60_000;

export class Rig {
  readonly #options: RigOptions;
  readonly #stack: Stack;
  readonly #links: Links;
  readonly #down = new Set<string>();

  private constructor(options: RigOptions, { stack, links }: { stack: Stack; links: Links }) {
    this.#options = options;
    this.#stack = stack;
    this.#links = links;
  }

  /** Resolves when all of it runs and the ring is settled. */
  static async start(options: RigOptions): Promise<Rig> {
    const ports = await brokerPorts(options.coordination);
    const links = await Links.open(processes(options), ports);
    const first = (role: keyof BrokerPorts) => (ports[role] ? { [role]: ports[role][0] } : {});
    try {
      const stack = await startTestStack({
        coordination: options.coordination,
        apis: options.apis,
        schedulers: options.schedulers,
        workers: options.workers,
        ...(options.dataFolder !== undefined && { dataFolder: options.dataFolder }),
        ...(options.say && { say: options.say }),
        ring: 'shared',
        zookeepers: ensemble,
        brokerPorts: { ...first('mongodb'), ...first('rabbitmq'), ...first('zookeeper') },
        environment: (id, adminUrl) => links.environment(id, adminUrl),
      });
      return new Rig(options, { stack, links });
    } catch (error) {
      await links.close();
      throw error;
    }
  }

  get coordination(): Coordination {
    return this.#options.coordination;
  }

  /** Addresses of the APIs. */
  urls(): string[] {
    return this.#stack.parts().flatMap(({ role, url }) => (role === 'api' ? [url!] : []));
  }

  /** Names of the schedulers that were not killed. */
  schedulers(): string[] {
    return schedulersOf(this.#stack).filter((id) => !this.#down.has(id));
  }

  /** The one that leads, as soon as one does. */
  async leader(): Promise<string> {
    let leader: string | null = null;
    const leads = async (): Promise<boolean> => {
      leader = await leaderOf(this.#stack).catch(() => null);
      return leader !== null;
    };
    await eventually('a scheduler leads', leads, electionLimitMs);
    return leader!;
  }

  /** One that runs and does not lead. */
  async follower(): Promise<string> {
    const leader = await this.leader();
    return this.schedulers().find((id) => id !== leader)!;
  }

  /** Members of the ensemble, its own leader first. */
  async zookeepers(): Promise<string[]> {
    const members = this.#stack.parts().filter(({ role }) => role === 'zookeeper');
    const leads = await Promise.all(members.map(({ url }) => leadsEnsemble(url!)));
    return members
      .map(({ id }, i) => ({ id, rank: leads[i] ? 0 : 1 }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ id }) => id);
  }

  /** kill -9, and down it stays. */
  async kill(id: string): Promise<void> {
    this.#down.add(id);
    this.#stack.restarts(false, id);
    await this.#stack.kill(id, 'SIGKILL');
  }

  freeze(id: string): Promise<void> {
    return this.#stack.kill(id, 'SIGSTOP');
  }

  thaw(id: string): Promise<void> {
    return this.#stack.kill(id, 'SIGCONT');
  }

  /** Its links forward nothing from now on. */
  cut(id: string, targets: readonly Target[]): void {
    this.#links.cut(id, targets);
  }

  heal(id: string): void {
    this.#links.heal(id);
  }

  /** Of each worker its present life, null where it does not say: one that starves may be declared gone, and goes on as another. */
  workerLives(): Promise<(string | null)[]> {
    const workers = this.#stack.parts().filter(({ role }) => role === 'worker');
    return Promise.all(workers.map(async ({ id }) => (await standingOf(this.#stack, id))?.id ?? null));
  }

  /** A planned restart; resolves when it is ready again. */
  async restart(id: string): Promise<void> {
    const replaced = this.#stack.replaced(id);
    await this.#stack.kill(id, 'SIGTERM');
    await replaced;
  }

  async add(): Promise<void> {
    await this.#stack.add('scheduler');
  }

  remove(id: string): Promise<void> {
    return this.#stack.remove(id);
  }

  /** Starts again what was killed; resolves when it is ready. */
  async revive(): Promise<void> {
    const ids = [...this.#down];
    this.#down.clear();
    await Promise.all(
      ids.map((id) => {
        const replaced = this.#stack.replaced(id);
        this.#stack.restarts(true, id);
        return replaced;
      }),
    );
  }

  /** How long it took, from now, until another one than `former` led; null when none did. Milliseconds. */
  async succession(former: string): Promise<number | null> {
    const begun = performance.now();
    while (performance.now() - begun < electionLimitMs) {
      const others = this.schedulers().filter((id) => id !== former);
      const standings = await Promise.all(others.map((id) => standingOf(this.#stack, id)));
      if (standings.some((standing) => standing?.role === 'leader')) return performance.now() - begun;
      await new Promise((resolve) => setTimeout(resolve, askLeaderEveryMs));
    }
    return null;
  }

  /** Resolves when all that run share the ring. */
  settles(): Promise<void> {
    return ringSettles(this.#stack, this.schedulers().length);
  }

  async stop(): Promise<void> {
    await this.#stack.stop();
    await this.#links.close();
  }
}

function processes({ apis, schedulers, workers }: RigOptions): string[] {
  const named = (role: string, count: number) => Array.from({ length: count }, (_, i) => `${role}-${i + 1}`);
  return [...named('api', apis), ...named('scheduler', schedulers + spares), ...named('worker', workers)];
}

async function brokerPorts(coordination: Coordination): Promise<BrokerPorts> {
  const ports = { mongodb: [await freePort()], rabbitmq: [await freePort()] };
  if (!brokersFor(coordination).includes('zookeeper')) return ports;
  return { ...ports, zookeeper: await portsInARow(ensemble) };
}

/** The members of an ensemble take the ports that follow the first. */
async function portsInARow(count: number): Promise<number[]> {
  for (;;) {
    const first = await freePort();
    const ports = Array.from({ length: count }, (_, i) => first + i);
    const free = await Promise.all(ports.map(isPortFree));
    if (free.every(Boolean)) return ports;
  }
}

async function leadsEnsemble(address: string): Promise<boolean> {
  const answer = await firstAnswer(Number(address.split(':')[1]), 'srvr').catch(() => Buffer.alloc(0));
  return answer.includes('Mode: leader');
}
