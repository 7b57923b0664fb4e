/** A process's own link to a bus that it shares with others, to be cut or stalled without hurting them. */
import type { Bus, Subscription } from '../../../shared/queue/bus.js';
import type { Link } from './world.js';

export class LinkedBus implements Bus, Link {
  readonly #bus: Bus;
  #state: 'open' | 'cut' | 'stalled' = 'open';
  readonly #held: (() => void)[] = [];

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  publish(topic: string, payload: unknown): void {
    this.#pass(() => this.#bus.publish(topic, payload));
  }

  subscribe(pattern: string, listener: (topic: string, payload: unknown) => void): Promise<Subscription> {
    return this.#bus.subscribe(pattern, (topic, payload) => this.#pass(() => listener(topic, payload)));
  }

  async close(): Promise<void> {
    this.#state = 'cut';
  }

  cut(): void {
    this.#state = 'cut';
  }

  stall(): void {
    this.#state = 'stalled';
  }

  /** What was held back while stalled passes now. */
  heal(): void {
    this.#state = 'open';
    for (const pass of this.#held.splice(0)) pass();
  }

  #pass(message: () => void): void {
    if (this.#state === 'open') message();
    if (this.#state === 'stalled') this.#held.push(message);
  }
}
