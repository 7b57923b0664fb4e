/** What a schedule leaves out: whole local days, and the minutes or seconds that further cron expressions name. Pure. */
import { Cron, splitZone } from './cron.js';
import { dayMs, parseLocalDate } from './local-time.js';
import type { Exclusions } from './schedule.js';
import { type Zone, zoneOf } from './zone.js';

/** A set of local times that come in blocks, such as days. */
interface Blocks {
  zone: Zone;
  /** Blocks begin at multiples of it in wall time, ms. */
  blockMs: number;
  matches(wall: number): boolean;
}

/** Reads exclusions of the timer `id`: a function from an instant to the one until which it is known to be excluded, or null. */
export function exclusionsOf(
  { dates = [], crons = [] }: Exclusions,
  zone: Zone,
  id: string,
): (instant: number) => number | null {
  const all = [
    ...(dates.length > 0 ? [daysOf(dates, zone)] : []),
    ...crons.map((expression) => cronOf(expression, zone, id)),
  ];
  return (instant) =>
    all.reduce<number | null>((until, blocks) => until ?? excludedUntil(blocks, instant), null);
}

function excludedUntil({ zone, blockMs, matches }: Blocks, instant: number): number | null {
  const { offset, to } = zone.segmentAt(instant);
  const wall = instant + offset;
  if (!matches(wall)) return null;
  const begin = Math.floor(wall / blockMs) * blockMs;
  return Math.min(begin + blockMs - offset, to);
}

function daysOf(dates: string[], zone: Zone): Blocks {
  const days = new Set(dates.map(parseLocalDate));
  return { zone, blockMs: dayMs, matches: (wall) => days.has(Math.floor(wall / dayMs) * dayMs) };
}

function cronOf(expression: string, zone: Zone, id: string): Blocks {
  const cron = new Cron(expression, id);
  const own = splitZone(expression).timezone;
  return {
    zone: own === null ? zone : zoneOf(own),
    blockMs: cron.blockMs,
    matches: (wall) => cron.matches(wall),
  };
}
