/**
 * The stream of one listener: server-sent events (WHATWG HTML, 9.2). What he does not take within the bound is left out and
 * counted, and he is told how much as soon as he takes again; nobody else waits for him.
 */
import { Readable } from 'node:stream';
import { fits, type EventFilter } from '../../../shared/events/event.js';
import type { Entry } from './event-ring.js';

/** What may wait for one listener, bytes, beyond one round of events and what the system's sockets take. */
const waitingBytes = 256 * 1_024;

export interface Listening {
  namespace: string;
  filter: EventFilter;
}

export class EventStream extends Readable {
  readonly namespace: string;
  readonly wish: EventFilter;
  /** Equal for those that are to get the same. */
  readonly filterKey: string;
  #leftOut = 0;
  #isFull = false;
  /** Rounds that came while nothing was taken. */
  #roundsFull = 0;

  constructor({ namespace, filter }: Listening) {
    super({ highWaterMark: waitingBytes });
    this.namespace = namespace;
    this.wish = filter;
    this.filterKey = JSON.stringify([filter.timerId, filter.idPrefix, filter.host, filter.kinds]);
  }

  /** Those of the entries that this one listens to, as one message. */
  select(entries: readonly Entry[]): Selection {
    const chosen = entries.filter(({ fact }) => fact === null || fits(this.wish, fact));
    return { count: chosen.length, bytes: Buffer.from(chosen.map(({ text }) => text).join('')) };
  }

  send({ count, bytes }: Selection): void {
    if (count === 0 || this.destroyed) return;
    if (this.#isFull) this.#leftOut += count;
    else this.#isFull = !this.push(bytes);
  }

  /** Sends a message that counts for none; left out where nothing is taken. */
  tell(text: string): void {
    if (!this.#isFull && !this.destroyed) this.#isFull = !this.push(text);
  }

  /** True when he has taken nothing for that many calls. */
  isStuck(rounds: number): boolean {
    this.#roundsFull = this.#isFull ? this.#roundsFull + 1 : 0;
    return this.#roundsFull > rounds;
  }

  /** What has been sent arrives, then the stream ends. */
  end(): void {
    if (!this.destroyed) this.push(null);
  }

  override _read(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    const count = this.#leftOut;
    this.#leftOut = 0;
    if (count > 0) this.push(droppedMessage(count, 'you took them too slowly'));
  }
}

export interface Selection {
  count: number;
  bytes: Buffer;
}

/** Events are missing here; read anew what they were about. */
export function droppedMessage(count: number, reason: string): string {
  return message({ kind: 'dropped', data: { count, reason } });
}

/** @param id where a listener may resume from; an `id` alone moves that on and tells nothing */
export function message({ id, kind, data }: { id?: string; kind?: string; data?: unknown }): string {
  const lines = [
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(kind === undefined ? [] : [`event: ${kind}`, `data: ${JSON.stringify(data)}`]),
  ];
  return `${lines.join('\n')}\n\n`;
}
