/**
 * One call to the API: the request, its limit in time, the tries, and what the answer means. A call that might do twice
 * what it should do once is never sent again after an uncertain end.
 */
import { problemOf, ProblemError, UnreachableError } from './problem.js';
import type { CallOptions, Request, Send } from './request.js';
import { backoffMs, isRepeatable, mayTryAgain, retryAfterMs } from './retry.js';

export interface TransportParts {
  url: string;
  /** Of every request; those of the request itself win. */
  headers: Readonly<Record<string, string>>;
  /** Tries after the first one. */
  retries: number;
  /** Limit for each try, waits apart. */
  timeoutMs: number;
  /** What `Retry-After` may ask for; when it asks for more, the problem is handed on instead. */
  longestWaitMs: number;
  fetch: typeof fetch;
  wait(delayMs: number, signal?: AbortSignal): Promise<void>;
  chance(): number;
}

export function createTransport(parts: TransportParts): Send {
  return async <Answer>(request: Request, { signal, repeatable }: CallOptions = {}): Promise<Answer> => {
    const call = { url: urlOf(parts.url, request), init: initOf(parts, request) };
    const again = repeatable ?? isRepeatable(call.init);
    for (let tries = 1; ; tries++) {
      const end = await attempt(parts, call, signal);
      if ('answer' in end) return end.answer as Answer;
      const mayRepeat = end.status === null ? again : mayTryAgain(end.status, again);
      if (tries > parts.retries || !mayRepeat || end.waitMs > parts.longestWaitMs) throw end.error;
      await parts.wait(Math.max(end.waitMs, backoffMs(tries, parts.chance())), signal);
    }
  };
}

interface Failure {
  error: ProblemError | UnreachableError;
  /** Null where there was no answer. */
  status: number | null;
  /** At least so long before the next try. */
  waitMs: number;
}

interface PreparedCall {
  url: string;
  init: { method: string; headers: Record<string, string>; body: string | null };
}

async function attempt(
  { fetch, timeoutMs }: TransportParts,
  { url, init }: PreparedCall,
  signal: AbortSignal | undefined,
): Promise<{ answer: unknown } | Failure> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, limit]) : limit });
    if (answer.ok) return { answer: await contentOf(answer) };
    return { error: await problemOf(answer), status: answer.status, waitMs: retryAfterMs(answer.headers) };
  } catch (error) {
    if (error instanceof ProblemError) return { error, status: error.status, waitMs: 0 };
    signal?.throwIfAborted();
    return { error: new UnreachableError(url, error), status: null, waitMs: 0 };
  }
}

async function contentOf(answer: Response): Promise<unknown> {
  if (answer.status === 204) return undefined;
  if (answer.headers.get('content-type')?.includes('json')) return answer.json();
  throw await problemOf(answer);
}

export function urlOf(base: string, { path, query = {} }: Pick<Request, 'path' | 'query'>): string {
  const search = new URLSearchParams(defined(query)).toString();
  return `${base.replace(/\/+$/, '')}${path}${search && `?${search}`}`;
}

function initOf(parts: TransportParts, { method, headers = {}, body }: Request): PreparedCall['init'] {
  const sent = Object.entries({ ...parts.headers, ...defined(headers) });
  if (body !== undefined) sent.push(['content-type', 'application/json']);
  return {
    method,
    headers: Object.fromEntries(sent),
    body: body === undefined ? null : JSON.stringify(body),
  };
}

/** What has a value, as text. */
function defined(values: Readonly<Record<string, string | number | undefined>>): Record<string, string> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
