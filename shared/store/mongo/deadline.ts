/**
 * Bounds a wait. A link that stalls answers neither yes nor no, and the driver's own limits add up when it tries again;
 * here the caller is told after a fixed time. What was begun is not undone: it may still take effect.
 */
import { CarillonError } from '../../base/errors.js';

/** Settles as `work` does, or rejects with `store-unavailable` after `limitMs`. */
export async function within<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new CarillonError('store-unavailable', `MongoDB gave no answer within ${limitMs} ms`)),
      limitMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
