/**
 * Bounds a wait. A link that stalls answers neither yes nor no; here whoever waits is told after a fixed time. What was
 * begun is not undone: it may still take effect, and what it answers later is dropped.
 */
import type { Clock } from './clock.js';

export interface Limit {
  clock: Pick<Clock, 'after'>;
  limitMs: number;
  /** What it rejects with when the time is over. */
  late(): Error;
}

/** Settles as `work` does, or rejects once the time is over. */
export function limited<Result>({ clock, limitMs, late }: Limit, work: Promise<Result>): Promise<Result> {
  return new Promise<Result>((resolve, reject) => {
    const cancel = clock.after(limitMs, () => reject(late()));
    void work.then(resolve, reject).finally(cancel);
  });
}
