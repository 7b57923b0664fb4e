/** A timer as answers show it, and its definition as the user could send it again. */
import type { Timer } from '../../../shared/timers/timer.js';
import { formatDuration } from '../schemas/duration.js';
import { formatInstant, formatInstantOrNull } from '../schemas/instant.js';
import type { TimerDefinition } from '../schemas/timer-request.js';
import type { TimerAnswer } from '../schemas/timer.js';
import { instantSchedule } from './instant-schedule.js';
import { describeRetries } from './retries.js';
import { describeTarget } from './target.js';

export function describeTimer(timer: Timer): TimerAnswer {
  const { id, namespace, state, generation, next, lastScheduledFor, runs, tags, metadata } = timer;
  const { target, retries } = timer.definition;
  const schedule = instantSchedule(timer.definition.schedule);
  return {
    id,
    namespace,
    state,
    generation,
    at: formatInstant(schedule.at),
    ...(schedule.delayMs !== undefined && { delay: formatDuration(schedule.delayMs) }),
    nextDueAt: formatInstantOrNull(next && next.dueAt),
    lastDueAt: formatInstantOrNull(lastScheduledFor),
    runs,
    target: describeTarget(target),
    retries: describeRetries(retries),
    tags,
    metadata,
    createdAt: formatInstant(timer.createdAt),
    updatedAt: formatInstant(timer.updatedAt),
  };
}

/** What a merge patch is merged into: resolved again with its own schedule kept, it gives the same definition. */
export function describeDefinition(timer: Timer): TimerDefinition {
  const { at, delay, target, retries, tags, metadata } = describeTimer(timer);
  return {
    ...(delay === undefined ? { at } : { delay }),
    target: target as TimerDefinition['target'],
    retries: retries as NonNullable<TimerDefinition['retries']>,
    tags,
    metadata,
  };
}
