/** The header `Retry-After` (RFC 9110, 10.2.3): whole seconds or an HTTP date. Pure. */

/** However long a target asks for, it is asked again within a day. */
const longestMs = 24 * 3_600_000;
const httpDate = /^[A-Z][a-z]{2,8},? .* GMT$|^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}$/;

/** Milliseconds from `now` (epoch milliseconds), at most a day; null where nothing understandable is asked. */
export function retryAfterMs(value: string | undefined, now: number): number | null {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, longestMs);
  if (!httpDate.test(text)) return null;
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - now), longestMs);
}
