/** A limit on waiting for MongoDB: the driver's own limits add up when it tries again. */
import { thisMachine } from '../../base/clock.js';
import { limited } from '../../base/deadline.js';
import { CarillonError } from '../../base/errors.js';

/** Settles as `work` does, or rejects with `store-unavailable` after `limitMs`. */
export function within<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  const late = () => new CarillonError('store-unavailable', `MongoDB gave no answer within ${limitMs} ms`);
  return limited({ clock: thisMachine, limitMs, late }, work);
}
