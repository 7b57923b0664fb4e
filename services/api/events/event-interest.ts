/** The words of this process about who is listened to, and what it hears of others: whoever writes tells for a while then. */
import type { Clock } from '../../../shared/base/clock.js';
import { lifeToken } from '../../../shared/base/ids.js';
import type { Lifecycle } from '../../../shared/base/lifecycle.js';
import { interestTopic, type Interest } from '../../../shared/events/event.js';
import type { Bus, Subscription } from '../../../shared/queue/bus.js';

/** Own words come back within a few milliseconds; without a bus never. */
const echoMs = 300;
/** Those that come back have left for the others too, who are given this much longer to hear them. */
const spreadMs = 20;

export interface EventInterestOptions {
  bus: Pick<Bus, 'publish' | 'subscribe'>;
  clock: Clock;
  /** Somebody, here or elsewhere, listens to these. */
  onInterest(namespaces: string[]): void;
}

export class EventInterest implements Lifecycle {
  readonly #options: EventInterestOptions;
  /** Of this process among the others. */
  readonly name = lifeToken();
  readonly #echoes = new Map<number, () => void>();
  #starting: Promise<Subscription> | null = null;
  #said = 0;

  constructor(options: EventInterestOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { bus } = this.#options;
    this.#starting ??= bus.subscribe(interestTopic, (_topic, payload) => this.#hear(payload));
    await this.#starting;
  }

  async stop(): Promise<void> {
    await (await this.#starting)?.stop();
  }

  say(namespaces: string[]): number {
    const n = ++this.#said;
    const interest: Interest = { namespaces, from: this.name, n };
    this.#options.bus.publish(interestTopic, interest);
    return n;
  }

  /** Resolves when those who write have probably heard that somebody listens. */
  makeKnown(namespace: string): Promise<void> {
    return new Promise((resolve) => {
      const n = this.say([namespace]);
      const done = (): void => {
        cancel();
        this.#echoes.delete(n);
        resolve();
      };
      const { clock } = this.#options;
      const cancel = clock.after(echoMs, done);
      this.#echoes.set(n, () => clock.after(spreadMs, done));
    });
  }

  #hear(payload: unknown): void {
    const { namespaces, from, n } = payload as Partial<Interest>;
    if (!Array.isArray(namespaces)) return;
    this.#options.onInterest(namespaces);
    if (from === this.name && n !== undefined) this.#echoes.get(n)?.();
  }
}
