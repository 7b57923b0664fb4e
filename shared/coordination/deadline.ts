/** Deadlines for coordinators whose calls may hang for ever. */
import type { Clock } from '../base/clock.js';
import { limited } from '../base/deadline.js';
import { CarillonError } from '../base/errors.js';

/** The longest that any call of the ports takes: below the two seconds that they promise. */
export const callDeadlineMs = 1_800;

export function unavailable(what: string, cause?: unknown): CarillonError {
  return new CarillonError('coordination-unavailable', `the coordinator: ${what}`, { cause });
}

/** The result of `work`, or a rejection with `coordination-unavailable` after `deadlineMs`; what comes later is dropped. */
export function within<Result>(
  { clock, deadlineMs, what }: { clock: Clock; deadlineMs: number; what: string },
  work: Promise<Result>,
): Promise<Result> {
  const late = () => unavailable(`${what} got no answer in ${Math.round(deadlineMs)} ms`);
  return limited({ clock, limitMs: deadlineMs, late }, work);
}
