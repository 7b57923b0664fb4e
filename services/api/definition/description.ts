/** A timer as answers show it, and its definition as the user could send it again. */
import { nominalOf } from '../../../shared/timers/nominal.js';
import type { Pause, Timer } from '../../../shared/timers/timer.js';
import { formatInstant, formatInstantOrNull } from '../schemas/instant.js';
import type { TimerDefinition } from '../schemas/timer-request.js';
import type { TimerAnswer } from '../schemas/timer.js';
import { describeMisfire } from './misfire.js';
import { describeRetries } from './retries.js';
import { describeSchedule } from './schedule.js';
import { describeTarget } from './target.js';
import { datedInstant } from './timeliness.js';

export function describeTimer(timer: Timer): TimerAnswer {
  const { id, namespace, state, generation, next, lastScheduledFor, runs, manualRuns, pause } = timer;
  return {
    id,
    namespace,
    state,
    generation,
    ...describeSchedule(timer),
    ...describeResolved(timer),
    nextDueAt: formatInstantOrNull(next && next.dueAt),
    lastDueAt: formatInstantOrNull(lastScheduledFor),
    runs,
    manualRuns,
    pause: pause && describePause(pause),
    ...describeContent(timer),
    createdAt: formatInstant(timer.createdAt),
    createdBy: timer.createdBy,
    updatedAt: formatInstant(timer.updatedAt),
  };
}

/** What a merge patch is merged into: resolved again for the same timer, its delay kept, it gives the same definition. */
export function describeDefinition(timer: Timer): TimerDefinition {
  return { ...describeSchedule(timer), ...describeContent(timer) } as TimerDefinition;
}

/** What a schedule came to: the instant of a delay or a local time, the anchor, the rule for clock changes. */
function describeResolved({ definition: { schedule }, id }: Timer): Partial<TimerAnswer> {
  if (schedule.kind === 'every') return { anchor: formatInstant(schedule.anchor) };
  const at = datedInstant(schedule);
  const { local } = schedule.kind === 'at' ? { local: null } : nominalOf(schedule, id);
  return { ...(at !== null && { at: formatInstant(at) }), ...(local && { dst: local.dst }) };
}

function describePause({ reason, until, since }: Pause): NonNullable<TimerAnswer['pause']> {
  return { reason, until: formatInstantOrNull(until), since: formatInstant(since) };
}

function describeContent({
  definition,
  tags,
  metadata,
}: Timer): Pick<TimerAnswer, 'misfire' | 'overlap' | 'target' | 'retries' | 'tags' | 'metadata'> {
  const { misfire, overlap, target, retries } = definition;
  return {
    misfire: describeMisfire(misfire),
    overlap,
    target: describeTarget(target),
    retries: describeRetries(retries),
    tags,
    metadata,
  };
}
