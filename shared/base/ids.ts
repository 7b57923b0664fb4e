/** Identifiers. Each says in its form what it is about; none is ever reused. */
import { randomBytes } from 'node:crypto';

/** UUID version 7 (RFC 9562, 5.7): 48 bits of epoch milliseconds, then random, so ids sort by time of creation. */
export function uuidV7(now: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** One life of one process: its configured name and a random suffix. */
export function incarnationId(name: string): string {
  return `${name}~${randomBytes(6).toString('hex')}`;
}

/** A token that marks the rows one batch has written. */
export function batchToken(): string {
  return randomBytes(12).toString('base64url');
}

/** FNV-1a, 32 bits, over UTF-16 code units. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}
