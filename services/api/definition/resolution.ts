/**
 * From what a user sent to what a timer keeps: relative times become instants, defaults are filled in, and all of it gets
 * a digest by which a repeated request is known. Pure but for `now`, which the caller brings.
 */
import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Wish } from '../../../shared/timers/creation.js';
import { defaultOverlapPolicy } from '../../../shared/timers/overlap.js';
import type { Schedule } from '../../../shared/timers/schedule.js';
import type { Mistake } from '../schemas/problem.js';
import type { TimerDefinition } from '../schemas/timer-request.js';
import { resolveMisfire } from './misfire.js';
import { Mistakes } from './mistakes.js';
import { inOrder } from './order.js';
import { resolveRetries } from './retries.js';
import { resolveSchedule, type ScheduleContext } from './schedule.js';
import { resolveTarget } from './target.js';
import { checkTimeliness } from './timeliness.js';

export interface Resolution {
  wish: Wish;
  /** Set where the schedule comes too late: wrong, unless the timer has that very schedule already. */
  late: Mistake[];
  /** True where the timer that is there has this schedule. */
  repeats: boolean;
}

export interface ResolutionContext extends ScheduleContext {
  /** The timer's id, by which `H` in a cron draws. */
  id?: string;
}

/** Resolves a definition that fits its schema; answers every mistake that the schema cannot tell. */
export function resolve(sent: TimerDefinition, context: ResolutionContext): Resolution | Mistake[] {
  const mistakes = new Mistakes();
  const schedule = resolveSchedule(sent, context, mistakes);
  const repeats = isDeepStrictEqual(schedule, context.timer?.definition.schedule);
  const { wrong, late } = schedule
    ? checkTimeliness(schedule, context.now, context.id)
    : { wrong: [], late: [] };
  if (!repeats) mistakes.list.push(...wrong);
  const target = resolveTarget(sent.target, mistakes);
  const retries = resolveRetries(sent.retries, mistakes);
  const misfire = resolveMisfire(sent.misfire, mistakes);
  if (!schedule || mistakes.list.length > 0) return mistakes.list;
  const content = {
    target,
    retries,
    misfire,
    overlap: sent.overlap ?? defaultOverlapPolicy,
    tags: sent.tags ?? [],
    metadata: inOrder(sent.metadata ?? {}),
  };
  const digest = digestOf(asSent(schedule, sent), content);
  return { wish: { schedule, ...content, digest }, late, repeats };
}

/** The schedule without what was made of it: the same delay sent again is the same definition. */
function asSent(schedule: Schedule, { anchor }: TimerDefinition): object {
  if (schedule.kind === 'at' && schedule.delayMs !== undefined) return { ...schedule, at: null };
  return schedule.kind === 'every' && anchor === undefined ? { ...schedule, anchor: null } : schedule;
}

function digestOf(schedule: object, content: object): string {
  return hash('sha1', JSON.stringify([schedule, content]), 'base64url');
}
