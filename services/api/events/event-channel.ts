/**
 * One namespace at one API process: its newest events, and who listens to them here. It numbers what each sender tells, so
 * that a loss on the bus is told like one of a slow listener, not passed over.
 */
import type { EventBatch, EventId } from '../../../shared/events/event.js';
import { eventMessage } from './event-message.js';
import { EventRing, type Entry } from './event-ring.js';
import { droppedMessage, type EventStream, type Selection } from './event-stream.js';

/** Senders whose numbers are known; one that was silent for long is forgotten first. */
const mostSenders = 1_000;

export class EventChannel {
  readonly ring: EventRing;
  readonly streams = new Set<EventStream>();
  #fresh: Entry[] = [];
  readonly #expected = new Map<string, number>();

  /** @param since when the first event may have arrived */
  constructor(since: number) {
    this.ring = new EventRing(since);
  }

  /** Keeps what a message of the bus brings, for `round` to send. */
  accept({ sender, first, events }: EventBatch): void {
    const entries: Entry[] = events.map((told, i) => ({
      at: told.at,
      fact: told,
      text: eventMessage(told, sender, first + i),
    }));
    const lost = first - (this.#expected.get(sender) ?? first);
    if (lost > 0)
      entries.unshift({
        at: entries[0]!.at,
        fact: null,
        text: droppedMessage(lost, 'they were lost on the way, or were too many to be told'),
      });
    this.#expect(sender, first + events.length);
    for (const entry of entries) this.ring.push(entry);
    this.#fresh.push(...entries);
  }

  /** Sends what has arrived since the last time; those who listen to the same get the same bytes. */
  round(): void {
    const fresh = this.#fresh;
    if (fresh.length === 0) return;
    this.#fresh = [];
    const selections = new Map<string, Selection>();
    for (const stream of this.streams) {
      let selection = selections.get(stream.filterKey);
      if (!selection) selections.set(stream.filterKey, (selection = stream.select(fresh)));
      stream.send(selection);
    }
  }

  /** Begins with what came after that event: false when nobody can tell any more, and the rest of the stream follows all the same. */
  join(stream: EventStream, after: EventId | null): boolean {
    this.round();
    const missed = after ? this.ring.after(after) : [];
    if (missed) stream.send(stream.select(missed));
    this.streams.add(stream);
    return missed !== null;
  }

  #expect(sender: string, n: number): void {
    this.#expected.delete(sender);
    this.#expected.set(sender, n);
    if (this.#expected.size > mostSenders) this.#expected.delete(this.#expected.keys().next().value!);
  }
}
