/**
 * The client of the Carillon API, for Node 20 and browsers: `fetch` and nothing else. `timers`, `executions` and `clock`
 * are what one works with; `operations` is the API as it is, one method an operation.
 */
import { listen, type EventFilter, type ListenOptions, type Notice } from './events.js';
import { Executions } from './executions.js';
import { Operations, type Event as CarillonEvent } from './generated.js';
import { Keys } from './keys.js';
import { TestClock } from './test-clock.js';
import { Timers } from './timers.js';
import { createTransport, type TransportParts } from './transport.js';
import { chance, wait } from './waiting.js';

export type { Notice } from './events.js';
export type { Event } from './generated.js';
export { ProblemError, UnreachableError } from './problem.js';
export { verifyWebhook, WebhookError, type ReceivedWebhook, type WebhookOptions } from './webhook.js';

export interface CarillonOptions {
  /** Where the API is, such as `http://127.0.0.1:3000`. */
  url: string;
  /** What everything is asked for in; `default` unless given. */
  namespace?: string;
  /** An API key, where the API wants one. */
  key?: string | undefined;
  /** Tries after the first one; 3 unless given. */
  retries?: number;
  /** Limit for each try; 30 s unless given. */
  timeoutMs?: number;
  /** The longest `Retry-After` that is waited for; 60 s unless given. */
  longestWaitMs?: number;
  /** Instead of the global one. */
  fetch?: typeof fetch;
  /** Instead of waiting in real time between tries and polls. */
  wait?: (delayMs: number, signal?: AbortSignal) => Promise<void>;
}

export class Carillon {
  readonly namespace: string;
  readonly operations: Operations;
  readonly timers: Timers;
  readonly executions: Executions;
  /** Who may call; for admins. */
  readonly keys: Keys;
  /** The test clock of the namespace; in development mode only. */
  readonly clock: TestClock;
  readonly #options: CarillonOptions;
  readonly #parts: TransportParts;

  constructor(options: CarillonOptions) {
    const {
      url,
      namespace = 'default',
      key,
      retries = 3,
      timeoutMs = 30_000,
      longestWaitMs = 60_000,
    } = options;
    const pause = options.wait ?? wait;
    const headers = { 'carillon-namespace': namespace, ...(key && { authorization: `Bearer ${key}` }) };
    const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    const parts = { url, headers, retries, timeoutMs, longestWaitMs, fetch, wait: pause, chance };
    const send = createTransport(parts);
    this.#options = options;
    this.#parts = parts;
    this.namespace = namespace;
    this.operations = new Operations(send);
    this.timers = new Timers(this.operations);
    this.executions = new Executions(this.operations);
    this.keys = new Keys(this.operations);
    this.clock = new TestClock(this.operations, namespace, pause);
  }

  /**
   * What happens from now on, in the order in which it is told, until the loop is left or the signal aborts. A stream that
   * breaks is opened anew and misses nothing that the API still keeps.
   */
  events(
    filter: EventFilter = {},
    options: ListenOptions = {},
  ): AsyncGenerator<CarillonEvent | Notice, void, undefined> {
    return listen(this.#parts, filter, options);
  }

  /** The same API, seen from another namespace. */
  in(namespace: string): Carillon {
    return new Carillon({ ...this.#options, namespace });
  }
}
