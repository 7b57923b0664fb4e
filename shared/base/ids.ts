/** Identifiers. Each says in its form what it is about; none is ever reused. */
import { randomBytes, randomUUID } from 'node:crypto';

/**
 * UUID version 7 (RFC 9562, 5.7): 48 bits of epoch milliseconds, then random, so ids sort by time of creation. The random
 * part and the variant come from a version 4 UUID, of which Node keeps a stock: a read of randomness for each id is dear.
 */
export function uuidV7(now: number): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** One life of one process: its configured name and a random suffix. */
export function incarnationId(name: string): string {
  return `${name}~${lifeToken()}`;
}

/** What nothing else is called by, twelve letters and digits. */
export function lifeToken(): string {
  return randomBytes(6).toString('hex');
}

/** A token that marks the rows one batch has written. */
export function batchToken(): string {
  return randomBytes(12).toString('base64url');
}

/** FNV-1a, 32 bits, over UTF-16 code units, the high half folded into the low. Never to change: shards follow from it. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** The id of an API key; its secrets begin with it. */
export function apiKeyId(): string {
  return `car_${randomBytes(8).toString('hex')}`;
}

/** 256 random bits, 43 characters of base64url. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}
