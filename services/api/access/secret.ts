/**
 * The secrets of API keys. One reads `car_<16 hexadecimal digits>_<43 characters>`: the first part is the id of the key,
 * so that it can be found, and told in a log or a leak; the second is 256 random bits. Known to nobody but its owner: what
 * is kept is a SHA-256 digest, which suffices for what cannot be guessed.
 */
import { hash } from 'node:crypto';
import { randomSecret } from '../../../shared/base/ids.js';

const form = /^(car_[0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;

export interface Secret {
  /** Shown once. */
  text: string;
  digest: string;
}

/** A new secret of this key. */
export function newSecret(keyId: string): Secret {
  const text = `${keyId}_${randomSecret()}`;
  return { text, digest: digestOf(text) };
}

/** The id of the key that a secret would be of; null for a text that is none. */
export function keyIdOf(text: string): string | null {
  return form.exec(text)?.[1] ?? null;
}

export function digestOf(text: string): string {
  return hash('sha256', text, 'base64');
}
