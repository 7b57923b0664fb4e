/**
 * axios over undici: the adapter hands an exchange to the agent and settles when it is over. axios keeps its interface
 * and axios-retry, and its own reading and rewriting of bodies and headers stays out of the way. The exchange is both
 * the request and what has become of it; it leaves at most once, whatever the layers above do.
 */
import { AxiosError, type AxiosAdapter, type AxiosResponse } from 'axios';
import type { Agent, Dispatcher } from 'undici';
import type { Clock } from '../../../shared/base/clock.js';
import { CallError, type Phase } from './failure.js';

declare module 'axios' {
  interface AxiosRequestConfig {
    exchange?: Exchange;
  }
}

export interface ExchangeRequest {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: string | null;
  /** Asked when the connection stands, directly before the first byte: false, and nothing leaves. */
  mayLeave(): boolean;
}

export interface ExchangeLimits {
  keptBytes: number;
  limitBytes: number;
}

/** Thrown when `mayLeave` said no. */
export class HeldBack extends Error {}

type Over = (error: Error | null) => void;

export class Exchange implements Dispatcher.DispatchHandler {
  readonly request: ExchangeRequest;
  readonly #limits: ExchangeLimits;
  readonly #clock: Clock;
  sentAt: number | null = null;
  firstByteAt: number | null = null;
  status: number | null = null;
  headers: Record<string, string | string[] | undefined> = {};
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #bytes = 0;
  #controller: Dispatcher.DispatchController | null = null;
  #aborted: Error | null = null;
  #over: Over | null = null;

  constructor(request: ExchangeRequest, limits: ExchangeLimits, clock: Clock) {
    this.request = request;
    this.#limits = limits;
    this.#clock = clock;
  }

  get phase(): Phase {
    if (this.sentAt === null) return 'connecting';
    return this.firstByteAt === null ? 'waiting' : 'reading';
  }

  get truncated(): boolean {
    return this.#bytes > this.#keptBytes;
  }

  /** The first bytes of the body as text; a character that was cut is left out. */
  bodyText(): string {
    if (this.#keptBytes === 0) return '';
    const bytes = this.#kept.length === 1 ? this.#kept[0]! : Buffer.concat(this.#kept);
    return this.truncated ? new TextDecoder().decode(bytes, { stream: true }) : bytes.toString();
  }

  /** Sends it; `over` is called once. */
  send(agent: Agent, over: Over): void {
    const { url, method, headers, body } = this.request;
    this.#over = over;
    if (this.#aborted) return this.#finish(this.#aborted);
    try {
      agent.dispatch({ origin: url.origin, path: url.pathname + url.search, method, headers, body }, this);
    } catch (error) {
      this.#finish(error as Error);
    }
  }

  /** Ends it now, even where the driver is still connecting and cannot be stopped. */
  abort(reason: Error): void {
    this.#aborted = reason;
    this.#controller?.abort(reason);
    this.#finish(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted) return controller.abort(this.#aborted);
    if (this.sentAt !== null) return controller.abort(new CallError('network', 'It was sent already.'));
    if (!this.request.mayLeave()) return controller.abort(new HeldBack());
    this.sentAt = this.#clock.now();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Exchange['headers'],
  ): void {
    if (status < 200) return;
    this.firstByteAt = this.#clock.now();
    this.status = status;
    this.headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    const room = this.#limits.keptBytes - this.#keptBytes;
    if (room > 0) {
      // A copy: a slice would keep the driver's whole buffer alive.
      const part = Buffer.from(chunk.subarray(0, room));
      this.#kept.push(part);
      this.#keptBytes += part.length;
    }
    if (this.#bytes > this.#limits.limitBytes) controller.abort(tooLarge(this.#limits.limitBytes));
  }

  onResponseEnd(): void {
    this.#finish(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#finish(error);
  }

  #finish(error: Error | null): void {
    const over = this.#over;
    this.#over = null;
    this.#controller = null;
    over?.(error);
  }
}

function tooLarge(limitBytes: number): CallError {
  return new CallError(
    'response-too-large',
    `The target answered with more than ${limitBytes} bytes, and reading was stopped; make it answer shortly, the body is not used.`,
  );
}

export function undiciAdapter(agent: Agent): AxiosAdapter {
  return (config) =>
    new Promise<AxiosResponse>((resolve, reject) => {
      const { exchange } = config;
      if (!exchange)
        return reject(new AxiosError('this client sends exchanges only', 'ERR_BAD_OPTION', config));
      exchange.send(agent, (error) => {
        if (!error)
          return resolve({ data: null, status: exchange.status!, statusText: '', headers: {}, config });
        const failure = new AxiosError(error.message, (error as { code?: string }).code, config);
        failure.cause = error;
        reject(failure);
      });
    });
}
