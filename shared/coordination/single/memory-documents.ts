/** Documents in memory, with the store's contract for them: what `single` keeps its registry in when there is no store. */
import { SystemClock, type Clock } from '../../base/clock.js';
import type { DocumentStore, StoredDocument, WriteCondition } from '../../store/store.js';

export class MemoryDocuments implements DocumentStore {
  readonly #documents = new Map<string, StoredDocument>();
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'> = new SystemClock()) {
    this.#clock = clock;
  }

  read(name: string): Promise<StoredDocument | null> {
    return Promise.resolve(structuredClone(this.#documents.get(name) ?? null));
  }

  write(name: string, value: unknown, { expected, guard }: WriteCondition): Promise<number | null> {
    const refused =
      this.#version(name) !== expected || (guard && this.#version(guard.name) !== guard.version);
    if (refused) return Promise.resolve(null);
    this.#documents.set(name, {
      version: expected + 1,
      value: structuredClone(value),
      writtenAt: this.#clock.now(),
    });
    return Promise.resolve(expected + 1);
  }

  #version(name: string): number {
    return this.#documents.get(name)?.version ?? 0;
  }
}
