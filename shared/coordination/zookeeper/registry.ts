/**
 * The registry in ZooKeeper. A read may be answered by a server that lags behind another one that this process has read
 * from; so what has been seen is remembered, and a server that is behind it is made to catch up before it is believed.
 */
import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import { DocumentWatch } from '../document-watch.js';
import type { WriteCondition, Registry, RegistryDocument } from '../registry.js';
import type { Connection, Watcher } from './connection.js';
import { Documents, type Write } from './documents.js';
import type { OnEvent, Session } from './session.js';

export interface RegistryOptions {
  session: Session;
  /** Path of the znode that holds the documents. */
  folder: string;
  /** How often a watched document is read again though nobody told of a change. */
  recheckMs: number;
  clock: Clock;
  onEvent: OnEvent;
}

export class ZooKeeperRegistry implements Registry {
  readonly #options: RegistryOptions;
  readonly #documents: Documents;
  readonly #seen = new Map<string, number>();
  readonly #watches = new Set<() => void>();

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#documents = new Documents(options.folder);
  }

  read(name: string): Promise<RegistryDocument | null> {
    return this.#options.session.run(`reading ${name}`, (connection) => this.readOver(connection, name));
  }

  verify(name: string): Promise<RegistryDocument | null> {
    return this.#options.session.run(`verifying ${name}`, async (connection) => {
      await this.#documents.catchUp(connection);
      return this.readOver(connection, name);
    });
  }

  write(name: string, value: unknown, condition: WriteCondition): Promise<number | null> {
    return this.#options.session.run(`writing ${name}`, (connection) =>
      this.writeOver(connection, { name, value, ...condition }),
    );
  }

  watch(name: string, listener: (document: RegistryDocument) => void): () => void {
    const { session, clock, recheckMs, onEvent } = this.#options;
    const nudge = () => watch.nudge();
    const watch = new DocumentWatch({
      read: async () => session.connection && this.readOver(session.connection, name, nudge),
      listener,
      recheckMs,
      clock,
      onError: (error) => onEvent('watch-failed', { name, error: messageOf(error) }),
    });
    const forget = session.onConnected(nudge);
    const end = () => {
      forget();
      this.#watches.delete(end);
      watch.end();
    };
    this.#watches.add(end);
    return end;
  }

  /** Reads over this very connection; never older than what this process has seen. */
  async readOver(connection: Connection, name: string, watcher?: Watcher): Promise<RegistryDocument | null> {
    const document = await this.#documents.read(connection, name, watcher);
    if (versionOf(document) >= (this.#seen.get(name) ?? 0)) return this.#see(name, document);
    await this.#documents.catchUp(connection);
    const caughtUp = await this.#documents.read(connection, name, watcher);
    if (versionOf(caughtUp) < (this.#seen.get(name) ?? 0)) {
      // Not behind but replaced: somebody has emptied the ensemble. To refuse its word for ever would help nobody.
      this.#options.onEvent('registry-went-back', { name, version: versionOf(caughtUp) });
      this.#seen.delete(name);
    }
    return this.#see(name, caughtUp);
  }

  /** Writes over this very connection, or not at all. */
  async writeOver(connection: Connection, write: Write): Promise<number | null> {
    const version = await this.#documents.write(connection, write);
    if (version !== null) this.#see(write.name, { version, value: write.value });
    return version;
  }

  /** Ends all watches. */
  close(): void {
    for (const end of this.#watches) end();
  }

  #see(name: string, document: RegistryDocument | null): RegistryDocument | null {
    this.#seen.set(name, Math.max(this.#seen.get(name) ?? 0, versionOf(document)));
    return document;
  }
}

function versionOf(document: RegistryDocument | null): number {
  return document?.version ?? 0;
}
