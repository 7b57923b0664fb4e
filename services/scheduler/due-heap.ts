/**
 * What is claimed and waits for its instant, earliest first: a binary heap. Of one execution the newest claim counts; an
 * older one that is still in the heap is passed over when it comes to the top.
 */
import type { Held } from './held.js';

/** True when the first is a later claim of the execution, or one under a later generation of its timer. */
export function supersedes(
  { execution: later }: Pick<Held, 'execution'>,
  { execution: present }: Pick<Held, 'execution'>,
): boolean {
  if (later.generation !== present.generation) return later.generation > present.generation;
  return later.claim > present.claim;
}

export class DueHeap {
  #items: Held[] = [];
  readonly #newest = new Map<string, Held>();

  get size(): number {
    return this.#newest.size;
  }

  has(id: string): boolean {
    return this.#newest.has(id);
  }

  /** The instant of the earliest, or null. */
  earliest(): number | null {
    this.#passOver();
    return this.#items[0]?.execution.callAt ?? null;
  }

  /** Adds it unless this claim of it, or a later one, is in already. */
  push(held: Held): void {
    const present = this.#newest.get(held.execution.id);
    if (present && !supersedes(held, present)) return;
    this.#newest.set(held.execution.id, held);
    this.#items.push(held);
    this.#rise(this.#items.length - 1);
  }

  /** Takes out up to `limit` whose instant is not after `instant`, in order. */
  takeDue(instant: number, limit: number): Held[] {
    const due: Held[] = [];
    for (let earliest = this.earliest(); due.length < limit; earliest = this.earliest()) {
      if (earliest === null || earliest > instant) break;
      const held = this.#pop();
      this.#newest.delete(held.execution.id);
      due.push(held);
    }
    return due;
  }

  /** Takes out everything, in no order. */
  clear(): Held[] {
    const all = [...this.#newest.values()];
    this.#items = [];
    this.#newest.clear();
    return all;
  }

  /** Drops from the top what a later claim has taken the place of. */
  #passOver(): void {
    while (this.#items.length > 0 && this.#newest.get(this.#items[0]!.execution.id) !== this.#items[0])
      this.#pop();
  }

  #pop(): Held {
    const first = this.#items[0]!;
    const last = this.#items.pop()!;
    if (this.#items.length > 0) {
      this.#items[0] = last;
      this.#sink(0);
    }
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
