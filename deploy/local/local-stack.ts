/**
 * The whole platform on this machine without Docker: brokers found or given, our processes, all supervised, all ended
 * together. A library, used by `npm run stack` and by the end-to-end tests alike; it writes nothing to the terminal
 * and catches no signals. Brokers start before services and stop after them.
 */
import { join, resolve } from 'node:path';
import { addressVariables, brokerParts, brokersFor, findBrokers, type Coordination } from './brokers.js';
import type { BrokerRole, Way } from './servers/way.js';
import { compiledMain, serviceParts, serviceRoles, type ServiceRole } from './services.js';
import { writeStackFile, type StackPart } from './stack-file.js';
import { lockDataFolder, unlockDataFolder } from './stack-lock.js';
import { Supervisor, type PartDefinition } from './supervisor.js';

export interface StackOptions {
  /** Holds stack.json, logs and the brokers' data; one stack at a time. */
  dataFolder: string;
  /** How many of each; 1, 2, 2 and 1 unless told. */
  apis?: number;
  schedulers?: number;
  workers?: number;
  zookeepers?: number;
  /** Port of the first api, the others follow it; free ones if unset. */
  apiPort?: number;
  /** How schedulers elect one; `zookeeper` unless told. */
  coordination?: Coordination;
  /** Which brokers to start; those that the coordination needs unless told. */
  brokers?: readonly BrokerRole[];
  brokerPorts?: Partial<Readonly<Record<BrokerRole, number>>>;
  /** Use brokers named by MONGODB_URL, RABBITMQ_URL, ZOOKEEPER_SERVERS; else only servers of our own, which may be killed. */
  givenBrokers?: boolean;
  /** Further `CARILLON_*` variables for one part, by its id; they win over what the stack sets, except name and ports. */
  environment?: (id: string) => Record<string, string>;
  /** Scripts to run in place of the compiled services. */
  scripts?: Partial<Readonly<Record<ServiceRole, string>>>;
  /** Told a line at a time what a person should know. */
  say?: (line: string) => void;
  /** Ends the attempt to start; the promise then rejects when everything has ended. */
  signal?: AbortSignal;
}

export interface Stack {
  readonly dataFolder: string;
  /** Connection address of each broker of this stack. */
  readonly addresses: Readonly<Partial<Record<BrokerRole, string>>>;
  parts(): StackPart[];
  /** Signals one process; after a deadly signal resolves when it has ended. */
  kill(id: string, signal: NodeJS.Signals): Promise<void>;
  /** Resolves when a part that was killed, or that dies next, was started again and is ready. */
  replaced(id: string): Promise<StackPart>;
  /** Turns starting again on (as at first) or off, for one part or all; turned on, what is down starts at once. */
  restarts(on: boolean, id?: string): void;
  /** Ends services, then brokers, each in order with a deadline; safe to call twice. */
  stop(): Promise<void>;
  /** Kills everything at once. */
  abandon(): Promise<void>;
}

/** Resolves when every part is ready; rejects, with nothing left running, when one is missing or does not become so. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stack = new LocalStack({ ...options, dataFolder: resolve(options.dataFolder) });
  const stop = () => void stack.stop();
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    await stack.start();
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
}

class LocalStack implements Stack {
  readonly dataFolder: string;
  readonly addresses: Partial<Record<BrokerRole, string>> = {};
  readonly #options: StackOptions;
  readonly #given: StackPart[] = [];
  readonly #brokers: Supervisor[] = [];
  #services: Supervisor[] = [];
  #locked = false;
  #started = false;
  #stopped: Promise<void> | null = null;

  constructor(options: StackOptions) {
    this.#options = options;
    this.dataFolder = options.dataFolder;
  }

  async start(): Promise<void> {
    const scripts = serviceRoles.map((role) => this.#options.scripts?.[role] ?? compiledMain(role));
    const leftovers = await lockDataFolder(this.dataFolder, scripts);
    this.#locked = true;
    leftovers.forEach((line) => this.#say(line));
    await this.#defineBrokers();
    const services = await this.#serviceParts();
    await this.#startAll(this.#brokers);
    this.#services = services.map((part) => this.#supervise(part));
    await this.#startAll(this.#services);
    this.#started = true;
    this.#write();
  }

  parts(): StackPart[] {
    return [...this.#given, ...this.#supervisors().map(({ part }) => part)];
  }

  kill(id: string, signal: NodeJS.Signals): Promise<void> {
    return this.#supervisor(id).kill(signal);
  }

  replaced(id: string): Promise<StackPart> {
    return this.#supervisor(id).replaced();
  }

  restarts(on: boolean, id?: string): void {
    for (const supervisor of id ? [this.#supervisor(id)] : this.#supervisors()) supervisor.restarts(on);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async abandon(): Promise<void> {
    await Promise.all(this.#supervisors().map((supervisor) => supervisor.abandon()));
  }

  async #stop(): Promise<void> {
    await Promise.all(this.#services.map((supervisor) => supervisor.stop()));
    await Promise.all(this.#brokers.map((supervisor) => supervisor.stop()));
    if (this.#locked) unlockDataFolder(this.dataFolder);
  }

  async #defineBrokers(): Promise<void> {
    const { coordination = 'zookeeper', brokers = brokersFor(coordination) } = this.#options;
    const { brokerPorts = {}, zookeepers = 1, givenBrokers = false } = this.#options;
    if (brokers.length === 0) return;
    const ways = await findBrokers(process.env, { given: givenBrokers });
    refuseMissing(brokers.map((role) => ({ role, way: ways[role] })));
    for (const role of brokers) {
      const way = ways[role];
      if (way.kind === 'url') this.#given.push(givenPart(role, way.url));
      if (way.kind !== 'program') continue;
      const place = { dataFolder: this.dataFolder, logFile: this.#logFile, ports: brokerPorts, zookeepers };
      const parts = await brokerParts(role, way.program, place);
      this.#brokers.push(...parts.map((part) => this.#supervise(part)));
    }
    for (const role of brokers)
      this.addresses[role] = addressOf(this.parts().filter((part) => part.role === role));
  }

  async #serviceParts(): Promise<PartDefinition[]> {
    const { apis = 1, schedulers = 2, workers = 2, apiPort, scripts = {}, environment } = this.#options;
    const shared = this.#sharedVariables();
    const counts = { api: apis, scheduler: schedulers, worker: workers };
    const parts = await Promise.all(
      serviceRoles.map((role) =>
        serviceParts({
          role,
          count: counts[role],
          script: scripts[role],
          apiPort,
          environment: (id) => ({ ...shared, ...environment?.(id) }),
          logFile: this.#logFile,
        }),
      ),
    );
    return parts.flat();
  }

  #sharedVariables(): Record<string, string> {
    const { mongodb, rabbitmq, zookeeper } = this.addresses;
    return {
      CARILLON_MODE: 'development',
      CARILLON_MONGODB_DATABASE: 'carillon',
      CARILLON_COORDINATION: this.#options.coordination ?? 'zookeeper',
      CARILLON_RAFT_FOLDER: join(this.dataFolder, 'raft'),
      ...(mongodb && { CARILLON_MONGODB_URL: mongodb }),
      ...(rabbitmq && { CARILLON_RABBITMQ_URL: rabbitmq }),
      ...(zookeeper && { CARILLON_ZOOKEEPER_SERVERS: zookeeper }),
    };
  }

  #supervise(part: PartDefinition): Supervisor {
    return new Supervisor({ part, say: (line) => this.#say(line), onReplaced: () => this.#write() });
  }

  async #startAll(supervisors: readonly Supervisor[]): Promise<void> {
    if (this.#stopped) throw new Error('the stack was stopped while it started');
    await Promise.all(supervisors.map((supervisor) => supervisor.start()));
  }

  readonly #logFile = (id: string): string => join(this.dataFolder, 'logs', `${id}.log`);

  /** Not before all is up: whoever finds stack.json finds every part in it. */
  #write(): void {
    if (this.#started) writeStackFile(this.dataFolder, this.parts());
  }

  #say(line: string): void {
    this.#options.say?.(line);
  }

  #supervisors(): Supervisor[] {
    return [...this.#brokers, ...this.#services];
  }

  #supervisor(id: string): Supervisor {
    const found = this.#supervisors().find(({ part }) => part.id === id);
    if (!found) throw new Error(`no part of this stack is called ${id}`);
    return found;
  }
}

function givenPart(role: BrokerRole, url: string): StackPart {
  return { role, id: `${role}-1`, pid: null, url, adminUrl: null };
}

function addressOf(parts: readonly StackPart[]): string {
  return parts.map(({ url }) => url).join(',');
}

function refuseMissing(ways: readonly { role: BrokerRole; way: Way }[]): void {
  const missing = ways.flatMap(({ role, way }) =>
    way.kind === 'missing'
      ? [`${role} is missing: ${way.reason} (${way.remedy}, or set ${addressVariables[role]})`]
      : [],
  );
  if (missing.length > 0) throw new Error(missing.join('\n'));
}
