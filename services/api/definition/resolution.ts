/**
 * From what a user sent to what a timer keeps: the delay becomes an instant, defaults are filled in, and all of it gets
 * a digest by which a repeated request is known. Pure but for `now`, which the caller brings.
 */
import { hash } from 'node:crypto';
import type { Wish } from '../../../shared/timers/change.js';
import type { AtSchedule, Schedule } from '../../../shared/timers/schedule.js';
import { parseInstant } from '../schemas/instant.js';
import type { Mistake } from '../schemas/problem.js';
import type { TimerDefinition } from '../schemas/timer-request.js';
import { instantSchedule } from './instant-schedule.js';
import { Mistakes } from './mistakes.js';
import { inOrder } from './order.js';
import { resolveRetries } from './retries.js';
import { resolveTarget } from './target.js';

/** An `at` may be past by this, for the way from the user's clock to ours; it is due at once then. */
export const pastGraceMs = 60_000;
/** Ten years, three leap days among them. */
export const farthestMs = 3_653 * 86_400_000;
const delayBounds = { min: 1, max: farthestMs, bounds: 'more than zero and at most 10 years' };

export interface Resolution {
  wish: Wish;
  /** Set where `at` is past beyond the grace: wrong, unless the timer of that very `at` is there already. */
  past: Mistake | null;
}

export interface ResolutionContext {
  now: number;
  /** The schedule to keep; what `sent` says of it is not looked at. */
  keep?: Schedule;
}

/** Resolves a definition that fits its schema; answers every mistake that the schema cannot tell. */
export function resolve(sent: TimerDefinition, { now, keep }: ResolutionContext): Resolution | Mistake[] {
  const mistakes = new Mistakes();
  const schedule = keep ? instantSchedule(keep) : resolveSchedule(sent, now, mistakes);
  const target = resolveTarget(sent.target, mistakes);
  const retries = resolveRetries(sent.retries, mistakes);
  if (mistakes.list.length > 0) return mistakes.list;
  const content = { target, retries, tags: sent.tags ?? [], metadata: inOrder(sent.metadata ?? {}) };
  return {
    wish: { schedule, ...content, digest: digestOf(schedule, content) },
    past: keep ? null : pastMistake(schedule, now),
  };
}

function resolveSchedule({ at, delay }: TimerDefinition, now: number, mistakes: Mistakes): AtSchedule {
  if (at !== undefined && delay !== undefined)
    mistakes.add('/delay', 'is there beside `at`; give exactly one of them');
  else if (delay !== undefined) {
    const delayMs = mistakes.duration('/delay', delay, delayBounds);
    return { kind: 'at', at: now + delayMs, delayMs };
  } else if (at !== undefined) return { kind: 'at', at: resolveInstant(at, now, mistakes) };
  else mistakes.add('/at', 'is missing; give either `at` or `delay`');
  return { kind: 'at', at: now };
}

function resolveInstant(text: string, now: number, mistakes: Mistakes): number {
  const parsed = parseInstant(text);
  if ('reason' in parsed) mistakes.add('/at', parsed.reason);
  else if (parsed.at > now + farthestMs)
    mistakes.add('/at', 'is more than 10 years ahead; the farthest is 10 years');
  else return parsed.at;
  return now;
}

function pastMistake({ at, delayMs }: AtSchedule, now: number): Mistake | null {
  if (delayMs !== undefined || at >= now - pastGraceMs) return null;
  const seconds = Math.floor((now - at) / 1_000);
  return { pointer: '/at', detail: `is ${seconds} s in the past; at most 60 s are accepted`, in: 'body' };
}

/** Of the definition before its delay is resolved: the same delay sent again is the same definition. */
function digestOf({ at, delayMs }: AtSchedule, content: Omit<Wish, 'schedule' | 'digest'>): string {
  const when = delayMs === undefined ? `at ${at}` : `delay ${delayMs}`;
  return hash('sha1', JSON.stringify([when, content]), 'base64url');
}
