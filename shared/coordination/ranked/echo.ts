/** Whether the bus can be used: what one says to oneself comes back. */
import type { Clock } from '../../base/clock.js';
import type { Bus, Subscription } from '../../queue/bus.js';
import { callDeadlineMs, within } from '../deadline.js';

const topic = 'ranked.echo';
const repeatMs = 200;

export class Echo {
  readonly #options: { id: string; bus: Bus; clock: Clock };
  readonly #subscription: Promise<Subscription>;
  /** Calls that have not come back, by number. */
  readonly #waiting = new Map<number, () => void>();
  #called = 0;

  constructor(options: { id: string; bus: Bus; clock: Clock }) {
    this.#options = options;
    this.#subscription = options.bus.subscribe(topic, (_topic, payload) => {
      const { from, number } = payload as { from: string; number: number };
      if (from === options.id) this.#waiting.get(number)?.();
    });
  }

  /** Calls until it has come back; rejects with `coordination-unavailable` within two seconds. */
  async hear(): Promise<void> {
    const { clock } = this.#options;
    const number = ++this.#called;
    const heard = new Promise<void>((resolve) => this.#waiting.set(number, resolve));
    const what = 'hearing an echo from the bus';
    const deadline = within({ clock, deadlineMs: callDeadlineMs, what }, heard);
    this.#call(number);
    await deadline.finally(() => this.#waiting.delete(number));
  }

  #call(number: number): void {
    const { id, bus, clock } = this.#options;
    if (!this.#waiting.has(number)) return;
    bus.publish(topic, { from: id, number });
    clock.after(repeatMs, () => this.#call(number));
  }

  async close(): Promise<void> {
    await (await this.#subscription).stop();
  }
}
