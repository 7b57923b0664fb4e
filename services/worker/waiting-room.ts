/**
 * Messages that wait for a call slot, by destination host, and the choice among them: hosts take turns; a host below
 * its share of the slots comes first, one beyond it only while no such host waits and it is known to answer quickly.
 * What a slow host has waiting is surplus once it has waited long or crowds out the others. Pure.
 */
import type { Slot, Slots } from './slots.js';

interface Waiting<Item> {
  item: Item;
  since: number;
}

/** The surplus of a slow host is deferred after this, so that another worker or a later time may serve it. */
const longestWaitMs = 1_000;

export class WaitingRoom<Item> {
  readonly #slots: Slots;
  /** Never holds an empty queue; the order of the hosts is the order of their turns. */
  readonly #queues = new Map<string, Waiting<Item>[]>();
  #size = 0;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  get size(): number {
    return this.#size;
  }

  push(host: string, item: Item, now: number): void {
    this.#size++;
    const queue = this.#queues.get(host);
    if (queue) queue.push({ item, since: now });
    else this.#queues.set(host, [{ item, since: now }]);
  }

  /** The next item that may start, with its slot; null when there is none. */
  next(now: number): { item: Item; slot: Slot } | null {
    if (this.#slots.free <= 0) return null;
    const host = this.#nextHost(now);
    if (host === undefined) return null;
    const queue = this.#queues.get(host)!;
    this.#queues.delete(host);
    this.#queues.set(host, queue);
    return { item: this.#takeFrom(host, queue), slot: this.#slots.take(host) };
  }

  /** Takes out what is to be deferred: of hosts that are slow and have their share, what waits too long, and at least `excess` of the rest. */
  surplus(now: number, excess: number): Item[] {
    const slow = [...this.#queues]
      .filter(([host]) => !this.#slots.belowShare(host) && this.#slots.standing(host, now) === 'slow')
      .sort(([, a], [, b]) => b.length - a.length);
    const items: Item[] = [];
    for (const [host, queue] of slow) {
      while (queue.length > 0 && (items.length < excess || now - queue[0]!.since >= longestWaitMs))
        items.push(this.#takeFrom(host, queue));
    }
    return items;
  }

  /** Takes out everything. */
  clear(): Item[] {
    const items = [...this.#queues.values()].flatMap((queue) => queue.map(({ item }) => item));
    this.#queues.clear();
    this.#size = 0;
    return items;
  }

  #nextHost(now: number): string | undefined {
    let quick: string | undefined;
    for (const host of this.#queues.keys()) {
      if (this.#slots.belowShare(host)) return host;
      if (quick === undefined && this.#slots.standing(host, now) === 'quick') quick = host;
    }
    return quick;
  }

  #takeFrom(host: string, queue: Waiting<Item>[]): Item {
    this.#size--;
    const { item } = queue.shift()!;
    if (queue.length === 0) this.#queues.delete(host);
    return item;
  }
}
