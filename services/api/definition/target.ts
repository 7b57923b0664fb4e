/**
 * The target as a user writes it, and as a timer keeps it. What would fail or mislead at the call is refused here, where
 * somebody reads the answer; which addresses may be called is the worker's to decide, after DNS.
 */
import type { Target } from '../../../shared/timers/timer.js';
import { escapePointer } from '../plugins/validation.js';
import { formatDuration } from '../schemas/duration.js';
import type { TargetRequest } from '../schemas/timer-request.js';
import type { TimerAnswer } from '../schemas/timer.js';
import type { Mistakes } from './mistakes.js';
import { inOrder } from './order.js';

const defaultTimeoutMs = 30_000;
const timeoutBounds = { min: 1, max: 900_000, bounds: 'at least a millisecond and at most 15 minutes' };
const maxBodyBytes = 262_144;
const maxHeaderBytes = 16_384;
const jsonType = 'application/json';
const textType = 'text/plain; charset=utf-8';

export function resolveTarget(sent: TargetRequest, mistakes: Mistakes): Target {
  const { url, method = 'POST', timeout } = sent;
  checkUrl(url, mistakes);
  const headers = resolveHeaders(sent.headers ?? {}, mistakes);
  const body = bodyText(sent.body);
  if (body !== null) {
    if (method === 'GET' || method === 'HEAD')
      mistakes.add('/target/body', `is not sent with ${method}; leave it out, or choose another method`);
    if (Buffer.byteLength(body) > maxBodyBytes)
      mistakes.add('/target/body', 'is larger than 256 KiB; send a reference to it instead');
    headers['content-type'] ??= defaultContentType(sent.body);
  }
  return {
    url,
    method,
    headers: inOrder(headers),
    body,
    timeoutMs:
      timeout === undefined ? defaultTimeoutMs : mistakes.duration('/target/timeout', timeout, timeoutBounds),
  };
}

function bodyText(body: unknown): string | null {
  if (body === undefined || body === null) return null;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function defaultContentType(body: unknown): string {
  return typeof body === 'string' ? textType : jsonType;
}

function checkUrl(text: string, mistakes: Mistakes): void {
  const reason = complaintAboutUrl(text);
  if (reason) mistakes.add('/target/url', reason);
}

function complaintAboutUrl(text: string): string | null {
  if (!/^https?:/i.test(text)) return 'must begin with http:// or https://';
  // The URL parser drops or repairs these silently; the user would be called at another address than written.
  if (!/^https?:\/\/[^/\\]/i.test(text) || /[\s\\\u0000-\u001f]/.test(text))
    return 'is not a URL: it needs // and a host, and no spaces, control characters or backslashes';
  const url = parseUrl(text);
  if (!url) return 'is not a URL; check its host and port';
  const { username, password, hostname, hash } = url;
  if (username !== '' || password !== '')
    return 'must not hold credentials; send them in `headers`, as authorization';
  if (hash !== '' || text.endsWith('#'))
    return 'has a fragment, which is never sent; leave out `#` and what follows';
  return isHost(hostname) ? null : 'has an invalid host';
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function isHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return true;
  const labels = hostname.replace(/\.$/, '').split('.');
  return hostname.length <= 253 && labels.every((label) => label.length >= 1 && label.length <= 63);
}

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Set by HTTP itself, by the connection, or by the platform (api.md, "Callback headers"). */
const reservedHeader =
  /^(host|content-length|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|traceparent|tracestate|(proxy|webhook|timer)-.*)$/;

/** Names in lower case. */
function resolveHeaders(sent: Record<string, string>, mistakes: Mistakes): Record<string, string> {
  const headers: Record<string, string> = {};
  let size = 0;
  for (const [name, value] of Object.entries(sent)) {
    const lower = name.toLowerCase();
    const complaint = complaintAboutHeader(lower, value, headers);
    if (complaint) mistakes.add(`/target/headers/${escapePointer(name)}`, complaint);
    headers[lower] = value;
    size += name.length + value.length;
  }
  if (size > maxHeaderBytes) mistakes.add('/target/headers', 'are larger than 16 KiB together');
  return headers;
}

function complaintAboutHeader(name: string, value: string, others: Record<string, string>): string | null {
  if (!headerName.test(name)) return 'is not a header name';
  if (reservedHeader.test(name)) return 'is set by HTTP or by the platform itself; leave it out';
  if (Object.hasOwn(others, name)) return 'is there twice, in different case';
  if (!headerValue.test(value))
    return 'has a value that HTTP cannot carry: no line breaks, control characters or letters beyond Latin-1';
  return null;
}

/** The target as answers show it, and as `resolveTarget` takes it again: a content-type that follows from the body is left out. */
export function describeTarget({ url, method, headers, body, timeoutMs }: Target): TimerAnswer['target'] {
  const { 'content-type': contentType, ...others } = headers;
  const value = body === null ? null : bodyValue(body, contentType);
  const implied = body !== null && contentType === defaultContentType(value);
  return {
    url,
    method,
    headers: implied ? others : headers,
    body: value,
    timeout: formatDuration(timeoutMs),
  };
}

/** The JSON value where writing it again gives the very same bytes; the text otherwise. */
function bodyValue(body: string, contentType: string | undefined): unknown {
  if (!contentType || !/[/+]json\b/i.test(contentType)) return body;
  try {
    const value: unknown = JSON.parse(body);
    return value !== null && typeof value !== 'string' && JSON.stringify(value) === body ? value : body;
  } catch {
    return body;
  }
}
