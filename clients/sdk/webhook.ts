/**
 * Whether a callback was sent by whom it says: Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`),
 * by WebCrypto, so in Node, browsers and edge runtimes alike. It needs the body byte for byte as it came: JSON that was
 * read and written again is another text.
 */
import { now } from './waiting.js';

const prefix = 'whsec_';
const toleranceMs = 300_000;

export interface WebhookOptions {
  /** The secret, `whsec_…`; while it is being changed, the old one and the new one. */
  secrets: string | readonly string[];
  /** How far its timestamp may be from now, either way; 5 minutes unless given. */
  toleranceMs?: number;
  /** The present, epoch milliseconds, instead of the clock. */
  nowMs?: number;
}

export interface ReceivedWebhook {
  headers: { get(name: string): string | null } | Readonly<Record<string, string | string[] | undefined>>;
  /** As it came, before anything has read it. */
  body: string | Uint8Array;
}

/** The callback is not what it says; `reason` tells why, for the log and never for the caller. */
export class WebhookError extends Error {
  readonly reason: 'header-missing' | 'too-old' | 'too-new' | 'signature-differs';

  constructor(reason: WebhookError['reason']) {
    super(`the webhook cannot be trusted: ${reason}`);
    this.name = 'WebhookError';
    this.reason = reason;
  }
}

/**
 * Resolves with the `webhook-id`, the same on every attempt of one execution: who remembers it does nothing twice. Rejects
 * with a `WebhookError`, or a `TypeError` where a secret is none.
 */
export async function verifyWebhook(
  { headers, body }: ReceivedWebhook,
  options: WebhookOptions,
): Promise<string> {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headerOf(headers, name),
  );
  if (!id || !timestamp || !signatures || !/^\d{1,12}$/.test(timestamp))
    throw new WebhookError('header-missing');
  refuseOtherTimes(Number(timestamp) * 1_000, options);
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const signed = joined(new TextEncoder().encode(`${id}.${timestamp}.`), bytes);
  const given = signatures.split(' ').filter((one) => one.startsWith('v1,'));
  for (const secret of [options.secrets].flat()) {
    const key = await keyOf(secret);
    for (const one of given) {
      const signature = bytesOf(one.slice(3));
      // The comparison is WebCrypto's own, which tells nothing by its time.
      if (signature && (await crypto.subtle.verify('HMAC', key, signature, signed))) return id;
    }
  }
  throw new WebhookError('signature-differs');
}

function refuseOtherTimes(sentMs: number, options: WebhookOptions): void {
  const allowedMs = options.toleranceMs ?? toleranceMs;
  const ageMs = (options.nowMs ?? now()) - sentMs;
  if (ageMs > allowedMs) throw new WebhookError('too-old');
  if (ageMs < -allowedMs) throw new WebhookError('too-new');
}

function headerOf(headers: ReceivedWebhook['headers'], name: string): string | null {
  if (typeof headers.get === 'function') return headers.get(name);
  const value = (headers as Readonly<Record<string, string | string[] | undefined>>)[name];
  return typeof value === 'string' ? value : null;
}

function keyOf(secret: string): ReturnType<typeof crypto.subtle.importKey> {
  const bytes = bytesOf(secret.startsWith(prefix) ? secret.slice(prefix.length) : secret);
  if (!bytes || bytes.length === 0) throw new TypeError('a webhook secret is base64, after `whsec_`');
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

/** Null for what is no base64. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
