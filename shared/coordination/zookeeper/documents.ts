/**
 * Registry documents as znodes, over one connection. A document's version is its znode's data version: it is created and
 * set once in the same commit, because a data version of 0 cannot be checked (the driver takes 0 for "any").
 */
import { CarillonError } from '../../base/errors.js';
import type { Guard, RegistryDocument } from '../registry.js';
import type { Connection, Step, Watcher } from './connection.js';

export interface Write {
  name: string;
  value: unknown;
  /** The version it replaces; 0: absent. */
  expected: number;
  guard?: Guard | undefined;
}

export class Documents {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** As this server has it; the watcher is told of the next version, or of the first where there is none. */
  async read(connection: Connection, name: string, watcher?: Watcher): Promise<RegistryDocument | null> {
    const path = this.#path(name);
    for (;;) {
      const node = await connection.read(path, watcher);
      if (node) return { version: node.version, value: parse(path, node.data) };
      if (!watcher || !(await connection.exists(path, watcher))) return null;
    }
  }

  /** The new version, or null when refused. */
  async write(connection: Connection, write: Write): Promise<number | null> {
    const { name, value, expected, guard } = write;
    const path = this.#path(name);
    const data = Buffer.from(JSON.stringify(value ?? null));
    const steps: Step[] = guard ? this.#guarding(guard) : [];
    if (expected === 0)
      steps.push({ kind: 'create', path, data }, { kind: 'set', path, data, version: 'any' });
    else steps.push({ kind: 'set', path, data, version: expected });
    return (await connection.commit(steps)) ? expected + 1 : null;
  }

  /** Afterwards this server reads nothing that was out of date when it was asked. */
  catchUp(connection: Connection): Promise<void> {
    return connection.catchUp(this.#folder);
  }

  #guarding({ name, version }: Guard): Step[] {
    const path = this.#path(name);
    if (version > 0) return [{ kind: 'check', path, version }];
    // There is no check for absence; what can be created was absent.
    return [
      { kind: 'create', path, data: Buffer.alloc(0) },
      { kind: 'remove', path },
    ];
  }

  #path(name: string): string {
    return `${this.#folder}/${encodeURIComponent(name)}`;
  }
}

function parse(path: string, data: Buffer): unknown {
  try {
    return JSON.parse(data.toString());
  } catch (cause) {
    throw new CarillonError('internal', `ZooKeeper: ${path} holds no JSON`, { cause });
  }
}
