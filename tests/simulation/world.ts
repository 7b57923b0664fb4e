/**
 * One line of events for everything that happens: nothing takes place but at its instant here, and two of one instant
 * in the order in which they were set down. Between two events all that is ready runs out. The log is the run: the same
 * seed gives the same, byte for byte.
 */
import type { Cancel } from '../../shared/base/clock.js';
import type { Random } from '../../shared/base/random.js';
import { seededRandom } from '../support/seeded-random.js';
import { Ground } from './ground.js';

/** True time at the beginning, epoch milliseconds. */
export const dawn = Date.UTC(2030, 0, 1);

interface Event {
  at: number;
  order: number;
  run: (() => void) | null;
}

export class World {
  /** Milliseconds since the beginning, in true time. */
  elapsed = 0;
  steps = 0;
  /** Null where nobody will read it. */
  readonly log: string[] | null;
  /** Called after each step. */
  onStep: () => void = () => undefined;
  readonly random: Random;
  readonly #ground: Ground;
  readonly #events: Event[] = [];
  #order = 0;

  constructor(
    readonly seed: number,
    { isLogged = true } = {},
  ) {
    this.log = isLogged ? [] : null;
    this.random = seededRandom(seed);
    this.#ground = new Ground(seededRandom(seed ^ 0x5eed));
  }

  /** True time, epoch milliseconds: what the store's clock tells. */
  now(): number {
    return dawn + this.elapsed;
  }

  after(delayMs: number, run: () => void): Cancel {
    const event: Event = { at: this.elapsed + Math.max(0, delayMs), order: this.#order++, run };
    this.#push(event);
    return () => void (event.run = null);
  }

  tell(text: string): void {
    this.log?.push(`${this.elapsed.toFixed(1).padStart(9)} ${text}`);
  }

  /** Uniform, whole, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.random.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.random.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.between(0, items.length - 1)]!;
  }

  /** Runs `body` with the machine's randomness and immediates in the hands of this world. */
  async inhabit<Result>(body: () => Promise<Result>): Promise<Result> {
    this.#ground.take();
    try {
      return await body();
    } finally {
      this.#ground.giveBack();
    }
  }

  /** Lets `ms` go by, or less where `until` says so earlier. */
  async pass(ms: number, until: () => boolean = () => false): Promise<void> {
    const end = this.elapsed + ms;
    await this.#ground.settle();
    while (!until()) {
      const next = this.#events[0];
      if (!next || next.at > end) break;
      this.#pop();
      this.elapsed = next.at;
      if (!next.run) continue;
      next.run();
      await this.#ground.settle();
      this.steps++;
      this.onStep();
    }
    if (!until()) this.elapsed = end;
  }

  #push(event: Event): void {
    const heap = this.#events;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (isBefore(heap[parent]!, event)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): void {
    const heap = this.#events;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(last, heap[child]!)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
