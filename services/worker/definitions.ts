/**
 * Definitions that did not travel with their message: read from the store by version, in batches, the last used kept.
 * A definition never changes under its version, so what is kept never grows stale.
 */
import { Batcher } from '../../shared/base/batcher.js';
import { definitionKey, type DefinitionRef, type DeliveryStore } from '../../shared/store/store.js';
import type { Definition } from '../../shared/timers/timer.js';

/** They are large ones, else they would have travelled. */
const capacity = 64;
const largestBatch = 100;

export class Definitions {
  readonly #kept = new Map<string, Definition>();
  readonly #reads: Batcher<DefinitionRef, Definition | null>;

  constructor(store: Pick<DeliveryStore, 'definitions'>) {
    this.#reads = new Batcher({
      maxItems: largestBatch,
      run: async (refs) => {
        const found = await store.definitions(refs);
        return refs.map((ref) => found.get(definitionKey(ref)) ?? null);
      },
    });
  }

  /** Null when the store has none. Rejects while the store is away. */
  async read(ref: DefinitionRef): Promise<Definition | null> {
    const key = definitionKey(ref);
    const definition = this.#kept.get(key) ?? (await this.#reads.add(ref));
    if (definition) this.#keep(key, definition);
    return definition;
  }

  #keep(key: string, definition: Definition): void {
    this.#kept.delete(key);
    this.#kept.set(key, definition);
    if (this.#kept.size > capacity) this.#kept.delete(this.#kept.keys().next().value!);
  }
}
