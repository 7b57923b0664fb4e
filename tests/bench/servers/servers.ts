/** All servers of one bench: each found once, started when a system first needs it, all ended together. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBroker } from './brokers.js';
import { findPostgresql } from './postgresql.js';
import { findRedis } from './redis.js';
import type { Finding, Server, ServerName } from './server.js';

const finders: Readonly<Record<ServerName, () => Promise<Finding>>> = {
  redis: findRedis,
  postgresql: findPostgresql,
  mongodb: () => findBroker('mongodb'),
  rabbitmq: () => findBroker('rabbitmq'),
  zookeeper: () => findBroker('zookeeper'),
};

export class Servers {
  readonly #folder: string;
  readonly #found = new Map<ServerName, Promise<Finding>>();
  readonly #started = new Map<ServerName, Promise<Server>>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<Servers> {
    return new Servers(await mkdtemp(join(tmpdir(), 'carillon-bench-')));
  }

  /** Why this server cannot be had here; null when it can. */
  async lack(name: ServerName): Promise<string | null> {
    const finding = await this.#find(name);
    return 'missing' in finding ? finding.missing : null;
  }

  /** The running server. Rejects when it is missing or does not start. */
  get(name: ServerName): Promise<Server> {
    const started = this.#started.get(name) ?? this.#start(name);
    this.#started.set(name, started);
    return started;
  }

  /** Of the servers that were started. */
  async versions(): Promise<Record<string, string>> {
    const entries = [...this.#started].map(async ([name, server]) => [name, (await server).version] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  async stop(): Promise<void> {
    const started = await Promise.allSettled(this.#started.values());
    await Promise.all(started.flatMap((one) => (one.status === 'fulfilled' ? [one.value.stop()] : [])));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #find(name: ServerName): Promise<Finding> {
    const found = this.#found.get(name) ?? finders[name]();
    this.#found.set(name, found);
    return found;
  }

  async #start(name: ServerName): Promise<Server> {
    const finding = await this.#find(name);
    if ('missing' in finding) throw new Error(`${name} is missing: ${finding.missing}`);
    return finding.start(this.#folder);
  }
}
