/**
 * Whether a schedule that reads well can be kept: what is wrong with it for ever, and what has only come too late, which
 * is no mistake where the timer has that schedule already. Pure.
 */
import { firstOccurrence, nextOccurrence } from '../../../shared/timers/occurrences.js';
import { isOneShot, type Schedule } from '../../../shared/timers/schedule.js';
import { scheduleMistakes, type ScheduleMistake } from '../../../shared/timers/schedule-mistakes.js';
import type { Mistake } from '../schemas/problem.js';
import { farthestMs } from './schedule.js';

/** An instant may be past by this, for the way from the user's clock to ours; it is due at once then. */
export const pastGraceMs = 60_000;

export interface Timeliness {
  wrong: Mistake[];
  late: Mistake[];
}

const timely: Timeliness = { wrong: [], late: [] };

/** Looks at a schedule asked for at `now`, for the timer of this id. */
export function checkTimeliness(schedule: Schedule, now: number, id = ''): Timeliness {
  const mistakes = scheduleMistakes(schedule, now, id);
  if (mistakes.length > 0) {
    const found = mistakes.map(mistakeOf);
    return isOver(schedule, now, id) ? { wrong: [], late: found } : { wrong: found, late: [] };
  }
  const first = firstOccurrence(schedule, now, { id })!.scheduledFor;
  if (first > now + farthestMs)
    return { wrong: [mistake(fieldOf(schedule), 'first occurs in more than 10 years')], late: [] };
  const isPast = isOneShot(schedule) && !isDelay(schedule) && first < now - pastGraceMs;
  if (!isPast) return timely;
  const seconds = Math.floor((now - first) / 1_000);
  const detail = `is ${seconds} s in the past; at most 60 s are accepted`;
  return { wrong: [], late: [mistake(fieldOf(schedule), detail)] };
}

/** True where a schedule lacks nothing but time: made earlier it would have had an occurrence. */
function isOver(schedule: Schedule, now: number, id: string): boolean {
  const { endAt = Infinity } = schedule;
  const earlier = Math.min(now, endAt) - farthestMs;
  if (scheduleMistakes(schedule, earlier, id).length === 0) return true;
  const { endAt: _endAt, ...endless } = schedule;
  return endAt <= now && scheduleMistakes(endless, now, id).length === 0;
}

/** True for one that was given as an instant or a local time, and so can be asked for only once. */
export function isDated(schedule: Schedule): boolean {
  return isOneShot(schedule) && !isDelay(schedule);
}

/** The instant that a schedule of one instant stands for, epoch ms; null for others. */
export function datedInstant(schedule: Schedule): number | null {
  return isOneShot(schedule) ? (nextOccurrence(schedule, null)?.scheduledFor ?? null) : null;
}

function isDelay(schedule: Schedule): boolean {
  return schedule.kind === 'at' && schedule.delayMs !== undefined;
}

function fieldOf(schedule: Schedule): string {
  return isDelay(schedule) ? 'delay' : schedule.kind;
}

/** The names that a request has for the fields of a schedule. */
const requestNames: Readonly<Record<string, string>> = {
  expression: 'cron',
  intervalMs: 'every',
  jitterMs: 'jitter',
};

function mistakeOf({ field, detail }: ScheduleMistake): Mistake {
  return mistake(requestNames[field] ?? field, detail);
}

function mistake(field: string, detail: string): Mistake {
  return { pointer: `/${field}`, detail, in: 'body' };
}
