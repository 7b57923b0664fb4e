/**
 * A receiver of callbacks: records every request with the instant it arrived, and answers as it was told for that path
 * (204 unless told otherwise). It measures from outside, so it reads the wall clock and takes no part in our own time.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  /** Wall clock, epoch milliseconds, when the request's head was read. */
  arrivedAt: number;
  method: string;
  /** Path and query. */
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** From the callback's own headers; null (0 for the attempt) where a request bears none. */
  executionId: string | null;
  timerId: string | null;
  scheduledFor: number | null;
  attempt: number;
}

export interface Reply {
  status?: number;
  headers?: http.OutgoingHttpHeaders;
  body?: string | Buffer;
  /** Wait before the answer, milliseconds. */
  delayMs?: number;
}

/** What a path answers: always the same, `hang` (accepts and never answers), or decided for each request. */
export type Behaviour =
  Reply | 'hang' | ((received: Received, response: http.ServerResponse) => Reply | void);

export interface CallbackServer {
  url: string;
  port: number;
  /** In the order of arrival; the body is complete. */
  received: Received[];
  /** Sets what `path` (without query) answers from now on. */
  behave(path: string, behaviour: Behaviour): void;
  /** Resolves once this many requests are in, or the predicate holds for them; rejects after `limitMs` (10 s). */
  waitFor(wanted: number | ((received: readonly Received[]) => boolean), limitMs?: number): Promise<void>;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
}

interface Waiter {
  holds(): boolean;
  resolve(): void;
}

/** @param port a fixed port, to come back on the same one; free choice when 0 */
export async function startCallbackServer({ port = 0 } = {}): Promise<CallbackServer> {
  const received: Received[] = [];
  const behaviours = new Map<string, Behaviour>();
  let waiters: Waiter[] = [];

  const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const arrivedAt = Date.now();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const entry = record(request, arrivedAt, Buffer.concat(chunks).toString());
      received.push(entry);
      const done = waiters.filter((waiter) => waiter.holds());
      waiters = waiters.filter((waiter) => !done.includes(waiter));
      for (const waiter of done) waiter.resolve();
      respond(behaviours.get(entry.path.split('?')[0]!) ?? {}, entry, response);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    received,
    behave: (path, behaviour) => void behaviours.set(path, behaviour),
    waitFor(wanted, limitMs = 10_000) {
      const holds = (): boolean =>
        typeof wanted === 'number' ? received.length >= wanted : wanted(received);
      if (holds()) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const limit = setTimeout(
          () =>
            reject(new Error(`${received.length} callbacks came in ${limitMs} ms, not what was waited for`)),
          limitMs,
        );
        waiters.push({ holds, resolve: () => (clearTimeout(limit), resolve()) });
      });
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function record(request: http.IncomingMessage, arrivedAt: number, body: string): Received {
  const header = (name: string): string | null => (request.headers[name] as string | undefined) ?? null;
  const scheduledFor = header('timer-scheduled-for');
  return {
    arrivedAt,
    method: request.method!,
    path: request.url!,
    headers: request.headers,
    body,
    executionId: header('webhook-id'),
    timerId: header('timer-id'),
    scheduledFor: scheduledFor === null ? null : Date.parse(scheduledFor),
    attempt: Number(header('timer-attempt') ?? 0),
  };
}

function respond(behaviour: Behaviour, received: Received, response: http.ServerResponse): void {
  if (behaviour === 'hang') return;
  const reply = typeof behaviour === 'function' ? behaviour(received, response) : behaviour;
  if (!reply) return;
  const { status = 204, headers = {}, body, delayMs = 0 } = reply;
  const send = (): void => void response.writeHead(status, headers).end(body);
  if (delayMs > 0) setTimeout(send, delayMs);
  else send();
}
