/**
 * What happens, while it happens. The stream is opened anew whenever it breaks, from the last event on; what then comes a
 * second time is dropped. What can no longer be told is said: `reset` and `dropped` are messages like the others.
 */
import { messagesOf, type StreamMessage } from './event-stream.js';
import type { Event as CarillonEvent, ListenToEventsRequest } from './generated.js';
import { problemOf, ProblemError, UnreachableError } from './problem.js';
import { backoffMs, mayTryAgain, retryAfterMs } from './retry.js';
import type { TransportParts } from './transport.js';
import { urlOf } from './transport.js';

export interface EventFilter extends Omit<ListenToEventsRequest, 'namespace' | 'lastEventId' | 'kinds'> {
  /** Of these kinds; all unless given. */
  kinds?: readonly CarillonEvent['kind'][] | undefined;
}

export interface ListenOptions {
  /** Ends the listening with its reason. */
  signal?: AbortSignal;
  /** Goes on after this event. */
  lastEventId?: string;
}

/** What a listener is told besides events. */
export type Notice =
  | { kind: 'ready'; namespace: string }
  /** So many are missing here. */
  | { kind: 'dropped'; count: number; reason: string }
  /** What happened before this is not known; read anew what you show. */
  | { kind: 'reset'; reason: string };

/** The API says at least every ten seconds that it is there. */
const longestSilenceMs = 30_000;
/** Ids that are remembered to know repeats by: more than the API ever repeats at usual rates. */
const remembered = 20_000;

export async function* listen(
  parts: TransportParts,
  { kinds, ...filter }: EventFilter,
  { signal, lastEventId }: ListenOptions,
): AsyncGenerator<CarillonEvent | Notice, void, undefined> {
  const query = { ...filter, ...(kinds && { kinds: kinds.join(',') }) };
  const url = urlOf(parts.url, { path: '/v1/events', query });
  const seen = new Set<string>();
  let [last, tries, wasOpen] = [lastEventId, 0, false];
  for (;;) {
    const link = new Link(parts, signal);
    try {
      for await (const { id, event } of link.messages(url, last)) {
        [tries, wasOpen] = [0, true];
        last = id ?? last;
        if (event && isNew(event, seen))
          yield { kind: event.kind, ...(event.data as object) } as CarillonEvent;
      }
    } catch (error) {
      signal?.throwIfAborted();
      const mayPass =
        error instanceof UnreachableError ||
        (error instanceof ProblemError && mayTryAgain(error.status, true));
      if (!mayPass || (!wasOpen && tries >= parts.retries)) throw error;
    } finally {
      link.close();
    }
    await parts.wait(Math.max(link.waitMs, backoffMs(++tries, parts.chance())), signal);
  }
}

/** An event that was told before has an id that is known. */
function isNew({ data }: NonNullable<StreamMessage['event']>, seen: Set<string>): boolean {
  const { id } = data as { id?: string };
  if (id === undefined) return true;
  if (seen.has(id)) return false;
  seen.add(id);
  if (seen.size > remembered) seen.delete(seen.values().next().value!);
  return true;
}

/** One connection; it ends when nothing comes for long. */
class Link {
  readonly #parts: TransportParts;
  readonly #ended = new AbortController();
  readonly #signal: AbortSignal;
  #silence: AbortController | null = null;
  /** What the API asks to wait before the next one. */
  waitMs = 0;

  constructor(parts: TransportParts, signal: AbortSignal | undefined) {
    this.#parts = parts;
    this.#signal = signal ? AbortSignal.any([signal, this.#ended.signal]) : this.#ended.signal;
  }

  async *messages(url: string, last: string | undefined): AsyncGenerator<StreamMessage, void> {
    const { fetch, headers } = this.#parts;
    try {
      this.#watch();
      const resumed = last === undefined ? {} : { 'last-event-id': last };
      const answer = await fetch(url, { headers: { ...headers, ...resumed }, signal: this.#signal });
      this.waitMs = retryAfterMs(answer.headers);
      if (!answer.ok || !answer.body) throw await problemOf(answer);
      for await (const message of messagesOf(answer.body)) {
        this.#watch();
        yield message;
      }
    } catch (error) {
      throw error instanceof ProblemError ? error : new UnreachableError(url, error);
    }
  }

  close(): void {
    this.#silence?.abort();
    this.#ended.abort();
  }

  #watch(): void {
    this.#silence?.abort();
    const silence = (this.#silence = new AbortController());
    const { wait } = this.#parts;
    wait(longestSilenceMs, silence.signal).then(
      () => this.#ended.abort(new Error('the API has said nothing for long')),
      () => undefined,
    );
  }
}
