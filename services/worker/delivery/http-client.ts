/**
 * The one HTTP client of the worker. It never rejects: whatever a target does ends as a result. One time limit covers
 * connecting, sending and reading; redirects are not followed, bodies are not decompressed, proxies of the environment
 * are not used, and reading stops at a limit.
 *
 * A call is repeated here only when its connection broke before the request was handed to it, so that no byte can have
 * left: a broken handshake, a socket that closed on its way to us. Once the request was handed to a socket nobody can
 * know whether the target has acted on it, not even when a kept-alive socket is reset at once; then, and when the
 * connection was refused, the timer's own retry policy decides.
 */
import axios, { AxiosError, type AxiosInstance } from 'axios';
import axiosRetry from 'axios-retry';
import { Agent } from 'undici';
import type { Clock } from '../../../shared/base/clock.js';
import type { AttemptResponse } from '../../../shared/timers/outcome.js';
import type { AddressGuard } from './address-guard.js';
import { createConnector } from './connector.js';
import { abortedCall, CallError, failureOf, timedOut, type Failure } from './failure.js';
import { Exchange, HeldBack, undiciAdapter, type ExchangeLimits } from './undici-adapter.js';

export interface HttpClientOptions extends ExchangeLimits {
  clock: Clock;
  guard: AddressGuard;
  /** Connections to one origin at most. */
  connections: number;
  /** Certificates to trust instead of the system's, PEM. */
  ca?: string;
}

export interface CallRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | null;
  timeoutMs: number;
  /** Ends the call, which then fails as `aborted`. */
  signal?: AbortSignal;
  /** Asked when the connection stands, directly before the first byte: false, and nothing leaves. */
  mayLeave(): boolean;
}

/** Instants are epoch milliseconds of the clock, null where the call did not get there. */
export interface CallResult {
  sentAt: number | null;
  firstByteAt: number | null;
  status: number | null;
  response: AttemptResponse | null;
  /** Null when a whole response came, whatever its status. */
  failure: Failure | null;
}

export interface HttpClient {
  /** `held-back`: `mayLeave` said no; `abandoned`: the client was closed. Never rejects. */
  call(request: CallRequest): Promise<CallResult | 'held-back' | 'abandoned'>;
  /** Ends all calls under way and all connections. */
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;
const idleMs = 4_000;
const largestHeadBytes = 32 * 1024;
const keptHeaders = ['content-type', 'content-length', 'retry-after', 'location', 'date'];
const keptHeaderLength = 1_024;
const brokenConnection = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

class Abandoned extends Error {}

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { clock } = options;
  const agent = new Agent({
    connect: createConnector({ ...options, connectTimeoutMs }),
    connections: options.connections,
    pipelining: 1,
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: 60_000,
    maxHeaderSize: largestHeadBytes,
    // The limit on the whole call stands above these.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const http = createAxios(agent);
  const underWay = new Set<Exchange>();

  return {
    async call(request) {
      const exchange = exchangeOf(request, options);
      if (!(exchange instanceof Exchange)) return exchange;
      const context = () => ({ host: exchange.request.url.host, phase: exchange.phase });
      const limit = new AbortController();
      const cancel = clock.after(request.timeoutMs, () =>
        limit.abort(timedOut(request.timeoutMs, context())),
      );
      limit.signal.addEventListener('abort', () => exchange.abort(limit.signal.reason as Error));
      const end = (): void => limit.abort(abortedCall());
      request.signal?.addEventListener('abort', end, { once: true });
      underWay.add(exchange);
      try {
        await http.request({ exchange });
        return resultOf(exchange, null);
      } catch (error) {
        const cause = rootOf(error);
        if (cause instanceof HeldBack) return 'held-back';
        if (cause instanceof Abandoned) return 'abandoned';
        return resultOf(exchange, failureOf(cause, context()));
      } finally {
        cancel();
        request.signal?.removeEventListener('abort', end);
        underWay.delete(exchange);
      }
    },
    async close() {
      for (const exchange of underWay) exchange.abort(new Abandoned());
      await agent.destroy();
    },
  };
}

function createAxios(agent: Agent): AxiosInstance {
  const http = axios.create({
    adapter: undiciAdapter(agent),
    transformRequest: [],
    transformResponse: [],
  });
  axiosRetry(http, { retries: 2, retryCondition: neverSent });
  return http;
}

function neverSent({ code, config }: AxiosError): boolean {
  return config?.exchange?.sentAt === null && brokenConnection.includes(code ?? '');
}

function exchangeOf(request: CallRequest, options: HttpClientOptions): Exchange | CallResult {
  try {
    const url = new URL(request.url);
    if (url.username !== '' || url.password !== '')
      throw new CallError(
        'invalid-request',
        'Credentials in target.url are not sent; put them into target.headers.authorization.',
      );
    if (request.method === 'CONNECT')
      throw new CallError(
        'invalid-request',
        'CONNECT asks for a tunnel, not for an answer; choose another target.method.',
      );
    return new Exchange({ ...request, url }, options, options.clock);
  } catch (error) {
    const failure = failureOf(error, { host: request.url, phase: 'connecting' });
    return { sentAt: null, firstByteAt: null, status: null, response: null, failure };
  }
}

function rootOf(error: unknown): unknown {
  return error instanceof AxiosError ? (error.cause ?? error) : error;
}

function resultOf(exchange: Exchange, failure: Failure | null): CallResult {
  const { sentAt, firstByteAt, status } = exchange;
  const response =
    status === null
      ? null
      : { headers: kept(exchange.headers), body: exchange.bodyText(), truncated: exchange.truncated };
  return { sentAt, firstByteAt, status, response, failure };
}

function kept(headers: Exchange['headers']): Record<string, string> {
  const some: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = headers[name];
    if (value !== undefined) some[name] = String(value).slice(0, keptHeaderLength);
  }
  return some;
}
