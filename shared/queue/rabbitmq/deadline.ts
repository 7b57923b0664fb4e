/** A limit on waiting for the broker, whose client waits for ever. */
import type { Clock } from '../../base/clock.js';
import { CarillonError } from '../../base/errors.js';

/**
 * What `promise` gives within `ms` milliseconds; otherwise, and whatever it rejects with, a rejection with
 * `queue-unavailable`. What comes later is ignored.
 */
export function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, cause?: unknown) =>
      reject(new CarillonError('queue-unavailable', message, { cause }));
    const cancel = clock.after(ms, () => fail(`no answer from RabbitMQ within ${ms} ms`));
    promise.then(resolve, (error: unknown) => fail('RabbitMQ refused or went away', error)).finally(cancel);
  });
}
