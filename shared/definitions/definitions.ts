/**
 * Definitions that did not travel with their execution: read from the store by version, in batches, the last used kept.
 * A definition never changes under its version, so what is kept never grows stale; how much is kept is bounded by size.
 */
import { Batcher } from '../base/batcher.js';
import { definitionKey, type DefinitionRef, type DeliveryStore } from '../store/store.js';
import type { Execution } from '../timers/execution.js';
import type { Definition } from '../timers/timer.js';

const largestBatch = 1_000;
const defaultBudgetBytes = 32 * 1024 * 1024;
/** What a definition takes beside its texts, roughly. */
const frameBytes = 1_024;

type Source = Pick<Execution, 'uid' | 'version' | 'namespace' | 'timerId'>;

export class Definitions {
  readonly #budgetBytes: number;
  readonly #kept = new Map<string, Definition>();
  #keptBytes = 0;
  readonly #reads: Batcher<DefinitionRef, Definition | null>;

  constructor(store: Pick<DeliveryStore, 'definitions'>, budgetBytes = defaultBudgetBytes) {
    this.#budgetBytes = budgetBytes;
    this.#reads = new Batcher({
      maxItems: largestBatch,
      run: async (refs) => {
        const found = await store.definitions(refs);
        return refs.map((ref) => found.get(definitionKey(ref)) ?? null);
      },
    });
  }

  /** The definition that an execution was claimed under; null when there is none any more. Rejects while the store is away. */
  async of({ uid, version, namespace, timerId }: Source): Promise<Definition | null> {
    const key = definitionKey({ uid, version });
    const kept = this.#kept.get(key);
    const definition = kept ?? (await this.#reads.add({ uid, version, namespace, id: timerId }));
    if (definition) this.#keep(key, definition);
    return definition;
  }

  /** Puts it last, and lets go of the first ones where there is no more room. */
  #keep(key: string, definition: Definition): void {
    if (this.#kept.delete(key)) this.#keptBytes -= sizeOf(definition);
    this.#kept.set(key, definition);
    this.#keptBytes += sizeOf(definition);
    for (const [oldest, { target }] of this.#kept) {
      if (this.#keptBytes <= this.#budgetBytes) return;
      this.#kept.delete(oldest);
      this.#keptBytes -= sizeOf({ target });
    }
  }
}

/** An estimate: two bytes a character, as the texts lie in memory at most. */
function sizeOf({ target }: Pick<Definition, 'target'>): number {
  const headers = Object.entries(target.headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    0,
  );
  return frameBytes + 2 * (target.url.length + headers + (target.body?.length ?? 0));
}
