/** When a call is tried again, and after how long (pure). */

/** Nothing was done: the server said so before it looked at the request. */
const refused = 429;
/** Something in between was away; what became of the request nobody knows. */
const uncertain = [502, 503, 504];

const baseMs = 200;
const maxMs = 10_000;

export interface Call {
  method: string;
  headers: Readonly<Record<string, string>>;
}

/**
 * Whether sending it twice does no more than sending it once. With `If-Match` it would: the second try would meet the
 * generation that the first one made, and tell a caller who was obeyed that he was too late.
 */
export function isRepeatable({ method, headers }: Call): boolean {
  if ('if-match' in headers) return false;
  return method === 'GET' || method === 'PUT' || method === 'DELETE' || 'idempotency-key' in headers;
}

export function mayTryAgain(status: number, repeatable: boolean): boolean {
  return status === refused || (repeatable && uncertain.includes(status));
}

/** Wait before try number `tries + 1`: 200 ms, doubled each time up to 10 s, of which `draw` (0 to 1) takes off up to half. */
export function backoffMs(tries: number, draw: number): number {
  return Math.min(maxMs, baseMs * 2 ** (tries - 1)) * (1 - draw / 2);
}

/** What `Retry-After` asks for, as seconds or as a date, which counts from the answer's own `Date`; 0 without one. */
export function retryAfterMs(headers: { get(name: string): string | null }): number {
  const text = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const ms = Date.parse(text) - Date.parse(headers.get('date') ?? '');
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}
