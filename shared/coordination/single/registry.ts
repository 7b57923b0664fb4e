/**
 * The registry of a lone process: documents of a store, or of memory. Watches read every second, so they also see what
 * another process wrote into the same store, and at once what was written here.
 */
import type { Clock } from '../../base/clock.js';
import { CarillonError } from '../../base/errors.js';
import type { DocumentStore } from '../../store/store.js';
import { DocumentWatch } from '../document-watch.js';
import type { WriteCondition, Registry, RegistryDocument } from '../registry.js';

const recheckMs = 1_000;

export interface SingleRegistryOptions {
  documents: DocumentStore;
  clock: Clock;
  onError(error: unknown): void;
}

export class SingleRegistry implements Registry {
  readonly #options: SingleRegistryOptions;
  readonly #watches = new Map<DocumentWatch, string>();

  constructor(options: SingleRegistryOptions) {
    this.#options = options;
  }

  read(name: string): Promise<RegistryDocument | null> {
    return this.#options.documents.read(name).catch(unavailable);
  }

  /** A store's documents are read as they stand. */
  verify(name: string): Promise<RegistryDocument | null> {
    return this.read(name);
  }

  async write(name: string, value: unknown, condition: WriteCondition): Promise<number | null> {
    const version = await this.#options.documents.write(name, value, condition).catch(unavailable);
    for (const [watch, watched] of this.#watches) if (watched === name) watch.nudge();
    return version;
  }

  watch(name: string, listener: (document: RegistryDocument) => void): () => void {
    const { clock, onError } = this.#options;
    const read = () => this.read(name);
    const watch = new DocumentWatch({ read, listener, recheckMs, clock, onError });
    this.#watches.set(watch, name);
    return () => {
      this.#watches.delete(watch);
      watch.end();
    };
  }

  /** Ends all watches. */
  close(): void {
    for (const watch of this.#watches.keys()) watch.end();
    this.#watches.clear();
  }
}

function unavailable(cause: unknown): never {
  throw new CarillonError('coordination-unavailable', 'the registry cannot reach its store', { cause });
}
