/**
 * The whole platform on this machine without Docker: brokers found or given, our processes, all supervised, all ended
 * together. A library, used by `npm run stack` and by the end-to-end tests alike; it writes nothing to the terminal
 * and catches no signals. Brokers start before services and stop after them.
 */
import { join, resolve } from 'node:path';
import { brokersFor, planBrokers, type Coordination, type Ring } from './brokers.js';
import { Fleet } from './fleet.js';
import type { BrokerRole } from './servers/way.js';
import { compiledMain, servicePart, serviceRoles, type ServiceRole } from './services.js';
import { writeStackFile, type StackPart } from './stack-file.js';
import { lockDataFolder, unlockDataFolder } from './stack-lock.js';
import { Supervisor, type PartDefinition } from './supervisor.js';

export interface StackOptions {
  /** Holds stack.json, logs and the brokers' data; one stack at a time. */
  dataFolder: string;
  /** How many of each; 1, 2 (of coordination `single` 1), 2 and 1 unless told. */
  apis?: number;
  schedulers?: number;
  workers?: number;
  zookeepers?: number;
  /** Port of the first api, the others follow it; free ones if unset. */
  apiPort?: number;
  /** How schedulers elect one; `zookeeper` unless told. */
  coordination?: Coordination;
  /** Who owns the shards; `leader` unless told. */
  ring?: Ring;
  /** Which brokers to start; those that the coordination needs unless told. */
  brokers?: readonly BrokerRole[];
  brokerPorts?: Partial<Readonly<Record<BrokerRole, number>>>;
  /** Use brokers named by MONGODB_URL, RABBITMQ_URL, ZOOKEEPER_SERVERS; else only servers of our own, which may be killed. */
  givenBrokers?: boolean;
  /** Further `CARILLON_*` variables for one part, by its id and admin address; they win over what the stack sets, except name and ports. */
  environment?: (id: string, adminUrl: string) => Record<string, string>;
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
  /** Starts one more; resolves when it is ready, and rejects, with nothing left of it, when it does not become so. */
  add(role: ServiceRole): Promise<StackPart>;
  /** Ends one of our processes in order, so that it hands back what it holds; rejects for a broker, or the last of its role. */
  remove(id: string): Promise<void>;
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
  readonly #fleet: Fleet;
  #given: readonly StackPart[] = [];
  #brokers: readonly Supervisor[] = [];
  #locked = false;
  #started = false;
  #stopped: Promise<void> | null = null;

  constructor(options: StackOptions) {
    this.#options = options;
    this.dataFolder = options.dataFolder;
    const { coordination = 'zookeeper', apis = 1, workers = 2 } = options;
    const { schedulers = coordination === 'single' ? 1 : 2 } = options;
    this.#fleet = new Fleet({
      counts: { api: apis, scheduler: schedulers, worker: workers },
      coordination,
      define: (role, number) => this.#definedService(role, number),
      supervise: (part) => this.#supervise(part),
    });
  }

  async start(): Promise<void> {
    const scripts = serviceRoles.map((role) => this.#options.scripts?.[role] ?? compiledMain(role));
    const leftovers = await lockDataFolder(this.dataFolder, scripts);
    this.#locked = true;
    leftovers.forEach((line) => this.#say(line));
    await this.#defineBrokers();
    await this.#fleet.define();
    await this.#startAll(this.#brokers);
    await this.#startAll(this.#fleet.supervisors);
    this.#started = true;
    this.#write();
  }

  parts(): StackPart[] {
    return [...this.#given, ...this.#brokers.map(({ part }) => part), ...this.#fleet.parts()];
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

  async add(role: ServiceRole): Promise<StackPart> {
    const added = await this.#fleet.add(role);
    this.#write();
    this.#say(`${added.id} was added (pid ${added.pid})`);
    return added;
  }

  async remove(id: string): Promise<void> {
    await this.#fleet.remove(id);
    this.#write();
    this.#say(`${id} was removed`);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async abandon(): Promise<void> {
    await Promise.all(this.#supervisors().map((supervisor) => supervisor.abandon()));
  }

  async #stop(): Promise<void> {
    await this.#fleet.stop();
    await Promise.all(this.#brokers.map((supervisor) => supervisor.stop()));
    if (this.#locked) unlockDataFolder(this.dataFolder);
  }

  async #defineBrokers(): Promise<void> {
    const { coordination = 'zookeeper', brokers = brokersFor(coordination) } = this.#options;
    const { brokerPorts = {}, zookeepers = 1, givenBrokers = false } = this.#options;
    const place = { dataFolder: this.dataFolder, logFile: this.#logFile, ports: brokerPorts, zookeepers };
    const { own, given } = await planBrokers(brokers, { ...place, given: givenBrokers });
    this.#given = given;
    this.#brokers = own.map((part) => this.#supervise(part));
    for (const role of brokers)
      this.addresses[role] = addressOf(this.parts().filter((part) => part.role === role));
  }

  #definedService(role: ServiceRole, number: number): Promise<PartDefinition> {
    const { apiPort, scripts = {}, environment } = this.#options;
    return servicePart({
      role,
      number,
      script: scripts[role],
      apiPort,
      environment: (id, adminUrl) => ({ ...this.#sharedVariables(), ...environment?.(id, adminUrl) }),
      logFile: this.#logFile,
    });
  }

  #sharedVariables(): Record<string, string> {
    const { mongodb, rabbitmq, zookeeper } = this.addresses;
    return {
      CARILLON_MODE: 'development',
      CARILLON_MONGODB_DATABASE: 'carillon',
      CARILLON_COORDINATION: this.#options.coordination ?? 'zookeeper',
      CARILLON_RAFT_FOLDER: join(this.dataFolder, 'raft'),
      ...(this.#options.ring && { CARILLON_RING: this.#options.ring }),
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
    return [...this.#brokers, ...this.#fleet.supervisors];
  }

  #supervisor(id: string): Supervisor {
    const found = this.#supervisors().find(({ part }) => part.id === id);
    if (!found) throw new Error(`no part of this stack is called ${id}`);
    return found;
  }
}

function addressOf(parts: readonly StackPart[]): string {
  return parts.map(({ url }) => url).join(',');
}
