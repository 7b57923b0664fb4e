/**
 * The registry of the drivers that have none of their own: documents of a store, or of memory. Watches read every second,
 * so they also see what another process wrote, and at once what was written here; given a bus, also what was written
 * elsewhere. Nothing depends on the bus: a message that is lost costs at most the second.
 */
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Bus, Subscription } from '../queue/bus.js';
import type { DocumentStore } from '../store/store.js';
import { callDeadlineMs, unavailable, within } from './deadline.js';
import { DocumentWatch } from './document-watch.js';
import type { Registry, RegistryDocument, WriteCondition } from './registry.js';

const recheckMs = 1_000;
const topic = 'registry';

export interface DocumentsRegistryOptions {
  documents: DocumentStore;
  /** Tells the other processes of a write; null: they find out by themselves. */
  bus?: Bus | null;
  clock: Clock;
  onError(error: unknown): void;
}

export class DocumentsRegistry implements Registry {
  readonly #options: DocumentsRegistryOptions;
  readonly #watches = new Map<DocumentWatch, string>();
  readonly #subscription: Promise<Subscription | null>;

  constructor(options: DocumentsRegistryOptions) {
    this.#options = options;
    this.#subscription = this.#listen();
  }

  async read(name: string): Promise<RegistryDocument | null> {
    const document = await this.#ask(`reading ${name}`, this.#options.documents.read(name));
    return document && { version: document.version, value: document.value };
  }

  /** A store's documents are read as they stand. */
  verify(name: string): Promise<RegistryDocument | null> {
    return this.read(name);
  }

  async write(name: string, value: unknown, condition: WriteCondition): Promise<number | null> {
    const { documents, bus } = this.#options;
    const version = await this.#ask(`writing ${name}`, documents.write(name, value, condition));
    this.#nudge(name);
    if (version !== null) bus?.publish(topic, { name });
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
  async close(): Promise<void> {
    for (const watch of this.#watches.keys()) watch.end();
    this.#watches.clear();
    const subscription = await this.#subscription;
    await subscription?.stop().catch(this.#options.onError);
  }

  async #listen(): Promise<Subscription | null> {
    const { bus, onError } = this.#options;
    if (!bus) return null;
    const hear = (_topic: string, payload: unknown) => this.#nudge((payload as { name?: unknown }).name);
    return bus.subscribe(topic, hear).catch((error: unknown) => (onError(error), null));
  }

  #nudge(name: unknown): void {
    for (const [watch, watched] of this.#watches) if (watched === name) watch.nudge();
  }

  /** The store has limits of its own, which may be longer than those that a registry promises. */
  #ask<Result>(what: string, work: Promise<Result>): Promise<Result> {
    const translated = work.catch((cause: unknown) => {
      throw unavailable(`${what}: ${messageOf(cause)}`, cause);
    });
    return within({ clock: this.#options.clock, deadlineMs: callDeadlineMs, what }, translated);
  }
}
