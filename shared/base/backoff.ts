/** Growing waits between tries of our own connections. For callbacks see timers/retry-policy.ts. */
import type { Random } from './random.js';

export interface Backoff {
  baseMs: number;
  maxMs: number;
}

/** Wait before try number `tries + 1`, milliseconds: base · 2^tries, at most max, of which a random half is taken off. */
export function backoffMs(tries: number, { baseMs, maxMs }: Backoff, random: Random): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(tries, 30));
  return full * (0.5 + random.next() / 2);
}
