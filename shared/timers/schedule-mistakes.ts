/**
 * Why a schedule cannot be kept, found when it is made, so that asking it later never fails and it is sure to occur at
 * least once. Pure.
 */
import { Cron, cronHorizonMs, splitZone } from './cron.js';
import { UnreadableCron } from './cron-field.js';
import { formatLocal, formatWall, parseLocalDate, parseLocalTime } from './local-time.js';
import { firstOccurrence, longestExclusion } from './occurrences.js';
import type { CronSchedule, EverySchedule, Limits, LocalTimeSchedule, Schedule } from './schedule.js';
import { isZone, zoneOf } from './zone.js';

export interface ScheduleMistake {
  /** The field of the schedule, with the place in a list where it is one: `exclusions/dates/0`. */
  field: string;
  /** What is wrong with it and what to write. */
  detail: string;
}

/** All that is wrong with a schedule made at `now` for the timer `id`; empty when it can be kept. */
export function scheduleMistakes(schedule: Schedule, now: number, id = ''): ScheduleMistake[] {
  const mistakes = [
    ...zoneMistakes(schedule.timezone),
    ...kindMistakes(schedule, now, id),
    ...limitMistakes(schedule),
    ...exclusionMistakes(schedule, id),
  ];
  return mistakes.length > 0 ? mistakes : emptyMistakes(schedule, now, id);
}

function kindMistakes(schedule: Schedule, now: number, id: string): ScheduleMistake[] {
  switch (schedule.kind) {
    case 'at':
      return [];
    case 'every':
      return everyMistakes(schedule);
    case 'localTime':
      return localTimeMistakes(schedule);
    case 'cron':
      return cronMistakes(schedule, now, id);
  }
}

function zoneMistakes(timezone: string | undefined): ScheduleMistake[] {
  if (timezone === undefined || isZone(timezone)) return [];
  const detail = `"${timezone}" is no zone of the tz database; write one like Europe/Berlin or UTC`;
  return [{ field: 'timezone', detail }];
}

function everyMistakes({ intervalMs }: EverySchedule): ScheduleMistake[] {
  return isCount(intervalMs) ? [] : [{ field: 'intervalMs', detail: 'must be a whole number above zero' }];
}

function localTimeMistakes({ localTime }: LocalTimeSchedule): ScheduleMistake[] {
  if (parseLocalTime(localTime) !== null) return [];
  const detail = `"${localTime}" is no local time; write one like 2026-03-29T09:30 or 2026-03-29T09:30:00, without offset`;
  return [{ field: 'localTime', detail }];
}

function cronMistakes({ expression }: CronSchedule, now: number, id: string): ScheduleMistake[] {
  const unreadable = unreadableCron(expression, id);
  if (unreadable !== null) return [{ field: 'expression', detail: unreadable }];
  if (new Cron(expression, id).next(now, now + cronHorizonMs) !== null) return [];
  const detail = `"${expression}" never comes: no year has such a day (31 February, say); for the last day of a month write L`;
  return [{ field: 'expression', detail }];
}

function unreadableCron(expression: string, id: string): string | null {
  const { timezone } = splitZone(expression);
  if (timezone !== null && !isZone(timezone)) return `"${timezone}" is no zone of the tz database`;
  try {
    new Cron(expression, id);
    return null;
  } catch (error) {
    if (error instanceof UnreadableCron) return error.message;
    throw error;
  }
}

function limitMistakes({ startAt, endAt, maxRuns, jitterMs }: Limits): ScheduleMistake[] {
  const mistakes: ScheduleMistake[] = [];
  if (startAt !== undefined && endAt !== undefined && endAt < startAt)
    mistakes.push({ field: 'endAt', detail: 'is before startAt' });
  if (maxRuns !== undefined && !isCount(maxRuns))
    mistakes.push({ field: 'maxRuns', detail: 'must be a whole number above zero' });
  if (jitterMs !== undefined && jitterMs !== 0 && !isCount(jitterMs))
    mistakes.push({ field: 'jitterMs', detail: 'must be a whole number, zero or more' });
  return mistakes;
}

function exclusionMistakes(
  { exclusions: { dates = [], crons = [] } = {} }: Limits,
  id: string,
): ScheduleMistake[] {
  const wrongDates = dates.map((date, i) => ({
    field: `exclusions/dates/${i}`,
    detail: parseLocalDate(date) === null ? `"${date}" is no date; write one like 2026-12-24` : null,
  }));
  const wrongCrons = crons.map((expression, i) => ({
    field: `exclusions/crons/${i}`,
    detail: unreadableCron(expression, id),
  }));
  return [...wrongDates, ...wrongCrons].flatMap(({ field, detail }) =>
    detail === null ? [] : [{ field, detail }],
  );
}

/** A schedule that reads well and still has no occurrence to come. */
function emptyMistakes(schedule: Schedule, now: number, id: string): ScheduleMistake[] {
  if (firstOccurrence(schedule, now, { id }) !== null) return [];
  const { exclusions, startAt, endAt, ...bare } = schedule;
  const first = firstOccurrence(bare, Math.max(now, (startAt ?? 0) - 1), { id });
  if (first === null) return [inGaps(schedule)];
  const when = formatLocal(
    first.scheduledFor,
    zoneOf(schedule.timezone ?? 'UTC').offsetAt(first.scheduledFor),
  );
  if (startAt !== undefined && first.scheduledFor < startAt)
    return [{ field: 'startAt', detail: `is after its only occurrence, ${when}` }];
  if (endAt !== undefined && first.scheduledFor > endAt)
    return [{ field: 'endAt', detail: `is before the first occurrence, ${when}` }];
  if (!exclusions) return [{ field: 'endAt', detail: 'leaves no occurrence' }];
  return [
    {
      field: 'exclusions',
      detail: `leave nothing of it: looked at ${longestExclusion} in a row from ${when}`,
    },
  ];
}

/** Only a local time that no clock shows is left. */
function inGaps(schedule: Schedule): ScheduleMistake {
  const isOnce = schedule.kind === 'localTime';
  const what = isOnce ? formatWall(parseLocalTime(schedule.localTime)!) : 'each of its times';
  const field = isOnce ? 'localTime' : 'expression';
  return {
    field,
    detail: `${what} falls where the clock jumps ahead and does not exist; choose dst.gap shift`,
  };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
