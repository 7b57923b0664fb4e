/**
 * The bus of one process. A payload goes through JSON, as it would on the way to another process, so that nobody comes
 * to share an object here that would be a copy there; and a listener never runs inside `publish`.
 */
import type { Bus, Subscription } from '../bus.js';
import type { Listener } from '../listeners.js';
import { Listeners } from '../listeners.js';

export class InProcessBus implements Bus {
  readonly #listeners: Listeners;
  readonly #onProblem: (message: string, error: unknown) => void;
  #closed = false;

  constructor(onProblem: (message: string, error: unknown) => void) {
    this.#onProblem = onProblem;
    this.#listeners = new Listeners((error) => onProblem('a listener of the bus threw', error));
  }

  publish(topic: string, payload: unknown): void {
    try {
      const copy: unknown = JSON.parse(JSON.stringify(payload));
      setImmediate(() => {
        if (!this.#closed) this.#listeners.dispatch(topic, copy);
      });
    } catch (error) {
      this.#onProblem(`a message to ${topic} is not JSON and was dropped`, error);
    }
  }

  async subscribe(pattern: string, listener: Listener): Promise<Subscription> {
    const remove = this.#listeners.add(pattern, listener);
    return { stop: async () => remove() };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}
