/**
 * The newest events of one namespace, in the order in which they arrived here, and since when none is missing. Each API
 * process keeps its own; they differ in order by what the bus takes, so whoever resumes is given a little again.
 */
import type { EventId } from '../../../shared/events/event.js';
import type { Fact } from '../../../shared/events/event.js';

/** One entry, as it goes to listeners. */
export interface Entry {
  /** By the clock of who told it. */
  at: number;
  /** Null for what everybody is told, whatever he listens to. */
  fact: Fact | null;
  /** A whole message of the stream. */
  text: string;
}

/** Beyond what clocks differ by and the bus takes; clients know repeats by their ids. */
const againMs = 2_000;

export class EventRing {
  #since: number;
  #entries: Entry[] = [];
  /** Entries before this one are dropped; they are cut off now and then. */
  #first = 0;

  /** @param since the instant from which on everything is in it */
  constructor(since: number) {
    this.#since = since;
  }

  get size(): number {
    return this.#entries.length - this.#first;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Forgets the oldest one. */
  drop(): void {
    const oldest = this.#entries[this.#first];
    if (!oldest) return;
    this.#since = Math.max(this.#since, oldest.at + 1);
    this.#first++;
    if (this.#first < 1_000 || this.#first < this.#entries.length / 2) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }

  /** What may have come after that one, some of it perhaps known; null when it is too long ago to tell. */
  after({ at }: EventId): Entry[] | null {
    if (at < this.#since) return null;
    return this.#entries.slice(this.#first).filter((entry) => entry.at >= at - againMs);
  }
}
