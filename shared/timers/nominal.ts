/** The instants that a schedule names, before limits, exclusions and jitter: one way of asking for every kind. Pure. */
import { Cron, cronHorizonMs, splitZone } from './cron.js';
import { type DstRule, type LocalRule, nextInstant, type WallTimes } from './daylight.js';
import { dayMs, parseLocalTime } from './local-time.js';
import type { CronSchedule, EverySchedule, LocalTimeSchedule, Schedule } from './schedule.js';
import { type Zone, zoneOf } from './zone.js';

export interface Nominal {
  /** The zone of exclusions and previews. */
  zone: Zone;
  /** Nothing lies at or before it. */
  beginning: number;
  /** Local times behind the instants, where there are any. */
  local: LocalRule | null;
  /** The first instant after `after`, which is `beginning` or later, and at most `until`; or null. */
  next(after: number, until: number): number | null;
  /** How many lie after `after` and at most at `until`, where that can be told without walking; else null. */
  count(after: number, until: number): number | null;
}

/** Reads a schedule. Throws where schedule-mistakes.ts names a mistake. */
export function nominalOf(schedule: Schedule, id: string): Nominal {
  switch (schedule.kind) {
    case 'at':
      return single(schedule.at, zoneOf(schedule.timezone ?? 'UTC'));
    case 'every':
      return everyOf(schedule);
    case 'localTime':
      return localTimeOf(schedule);
    case 'cron':
      return cronOf(schedule, id);
  }
}

const unknown = (): null => null;

function single(at: number, zone: Zone): Nominal {
  const next = (after: number, until: number): number | null => (after < at && at <= until ? at : null);
  return { zone, beginning: at - 1, local: null, next, count: unknown };
}

function everyOf({ intervalMs, anchor, timezone }: EverySchedule): Nominal {
  /** Turns up to and including the instant, the anchor's own counted. */
  const turns = (instant: number): number => Math.floor((instant - anchor) / intervalMs) + 1;
  return {
    zone: zoneOf(timezone ?? 'UTC'),
    beginning: anchor - 1,
    local: null,
    next(after, until) {
      const instant = anchor + turns(after) * intervalMs;
      return instant <= until ? instant : null;
    },
    count: (after, until) => Math.max(0, turns(until) - turns(after)),
  };
}

function localTimeOf({ localTime, timezone, dst }: LocalTimeSchedule): Nominal {
  const wall = parseLocalTime(localTime);
  if (wall === null) throw new RangeError(`"${localTime}" is no local time`);
  const times: WallTimes = { next: (after, before) => (after < wall && wall < before ? wall : null) };
  const local = { times, zone: zoneOf(timezone), dst: { ...oncePerDay, ...dst } };
  return localOf(local, wall - 2 * dayMs);
}

function cronOf({ expression, timezone, dst }: CronSchedule, id: string): Nominal {
  const times = new Cron(expression, id);
  const zone = zoneOf(splitZone(expression).timezone ?? timezone);
  return localOf({ times, zone, dst: { ...(times.isInterval ? interval : oncePerDay), ...dst } }, -1);
}

const oncePerDay: DstRule = { gap: 'shift', fold: 'first' };
const interval: DstRule = { gap: 'skip', fold: 'both' };

function localOf(local: LocalRule, beginning: number): Nominal {
  const next = (after: number, until: number): number | null =>
    nextInstant(local, after, Math.min(until, after + cronHorizonMs));
  return { zone: local.zone, beginning, local, next, count: unknown };
}
