/** What is claimed and waits for its instant, earliest first: a binary heap with a set of the ids in it. */
import type { Execution } from '../../shared/timers/execution.js';
import type { Definition } from '../../shared/timers/timer.js';

export interface Held {
  execution: Execution;
  definition: Definition | null;
}

export class DueHeap {
  #items: Held[] = [];
  readonly #ids = new Set<string>();

  get size(): number {
    return this.#items.length;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** The instant of the earliest, or null. */
  earliest(): number | null {
    return this.#items[0]?.execution.callAt ?? null;
  }

  /** Adds it unless its id is in already. */
  push(held: Held): void {
    if (this.#ids.has(held.execution.id)) return;
    this.#ids.add(held.execution.id);
    this.#items.push(held);
    this.#rise(this.#items.length - 1);
  }

  /** Takes out up to `limit` whose instant is not after `instant`, in order. */
  takeDue(instant: number, limit: number): Held[] {
    const due: Held[] = [];
    while (due.length < limit && this.#items.length > 0 && this.#callAt(0) <= instant) due.push(this.#pop());
    return due;
  }

  /** Takes out everything, in no order. */
  clear(): Held[] {
    const all = this.#items;
    this.#items = [];
    this.#ids.clear();
    return all;
  }

  #pop(): Held {
    const first = this.#items[0]!;
    const last = this.#items.pop()!;
    if (this.#items.length > 0) {
      this.#items[0] = last;
      this.#sink(0);
    }
    this.#ids.delete(first.execution.id);
    return first;
  }

  #rise(index: number): void {
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#callAt(parent) <= this.#callAt(index)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #sink(index: number): void {
    for (;;) {
      const left = 2 * index + 1;
      let smallest = index;
      for (const child of [left, left + 1]) {
        if (child < this.#items.length && this.#callAt(child) < this.#callAt(smallest)) smallest = child;
      }
      if (smallest === index) return;
      this.#swap(index, smallest);
      index = smallest;
    }
  }

  #callAt(index: number): number {
    return this.#items[index]!.execution.callAt;
  }

  #swap(a: number, b: number): void {
    const item = this.#items[a]!;
    this.#items[a] = this.#items[b]!;
    this.#items[b] = item;
  }
}
