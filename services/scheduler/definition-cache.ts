/** Definitions for executions whose timer was not read just now: read by version, in batches, the newest kept. */
import { definitionKey, type DeliveryStore } from '../../shared/store/store.js';
import type { Execution } from '../../shared/timers/execution.js';
import type { Definition } from '../../shared/timers/timer.js';
import type { Held } from './due-heap.js';

const capacity = 5_000;

export class DefinitionCache {
  readonly #store: Pick<DeliveryStore, 'definitions'>;
  readonly #known = new Map<string, Definition>();

  constructor(store: Pick<DeliveryStore, 'definitions'>) {
    this.#store = store;
  }

  /** Each execution with its definition, or null where there is none any more (the worker will say so). */
  async attach(executions: Execution[]): Promise<Held[]> {
    const missing = executions.filter((execution) => !this.#known.has(definitionKey(execution)));
    if (missing.length > 0) {
      const refs = missing.map(({ uid, version, namespace, timerId }) => ({
        uid,
        version,
        namespace,
        id: timerId,
      }));
      for (const [key, definition] of await this.#store.definitions(refs)) this.#known.set(key, definition);
    }
    const held = executions.map((execution) => ({
      execution,
      definition: this.#known.get(definitionKey(execution)) ?? null,
    }));
    this.#shrink();
    return held;
  }

  #shrink(): void {
    for (const key of this.#known.keys()) {
      if (this.#known.size <= capacity) return;
      this.#known.delete(key);
    }
  }
}
