/**
 * `Idempotency-Key` without a table of keys: the key is kept with the timer that it created, beside the digest of what
 * it came with, which no later change of the timer touches. A POST without an id of its own gets one that follows from
 * its key, so that a repeated POST meets the timer of the first. A key is known for as long as its timer is kept.
 */
import { hash } from 'node:crypto';

/** The id of a timer that is created under a key and without an id. */
export function idOfKey(namespace: string, key: string): string {
  return `key-${hash('sha256', `${namespace}\n${key}`, 'base64url')}`;
}

/** What a timer keeps of its key. */
export function markOf(key: string, digest: string): string {
  return `${digest} ${key}`;
}

/** Whether a timer that is there was created under the key of this request, and by the same request. */
export function compareMarks(
  there: string | null,
  mark: string | null,
): 'same' | 'other-request' | 'other-key' {
  if (there === null || mark === null) return 'other-key';
  if (there === mark) return 'same';
  return keyOf(there) === keyOf(mark) ? 'other-request' : 'other-key';
}

function keyOf(mark: string): string {
  return mark.slice(mark.indexOf(' ') + 1);
}
