/** A limit on waiting for the broker, whose client waits for ever. */
import type { Clock } from '../../base/clock.js';
import { limited } from '../../base/deadline.js';
import { CarillonError } from '../../base/errors.js';

/** What `work` gives in time; otherwise, and whatever it rejects with, a rejection with `queue-unavailable`. */
export function within<T>(clock: Clock, limitMs: number, work: Promise<T>): Promise<T> {
  const unavailable = (message: string, cause?: unknown): CarillonError =>
    new CarillonError('queue-unavailable', message, { cause });
  const translated = work.catch((cause: unknown) => {
    throw unavailable('RabbitMQ refused or went away', cause);
  });
  const late = () => unavailable(`no answer from RabbitMQ within ${limitMs} ms`);
  return limited({ clock, limitMs, late }, translated);
}
