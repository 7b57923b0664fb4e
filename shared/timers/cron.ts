/**
 * Cron expressions: five fields (minute, hour, day of month, month, day of week) or six (second first), nicknames, and
 * a zone prefix. Read once, then asked for the next wall time; zones and clock changes are daylight.ts's. Pure.
 */
import { DayFields, monthDayRange, weekdayRange } from './cron-day.js';
import { fieldNumbers, type FieldRange, type FieldValues, UnreadableCron } from './cron-field.js';
import type { WallTimes } from './daylight.js';
import { dayMs } from './local-time.js';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const secondRange = plainRange('second', 0, 59);
const minuteRange = plainRange('minute', 0, 59);
const hourRange = plainRange('hour', 0, 23);
const monthRange = { ...plainRange('month', 1, 12), names: months };

function plainRange(name: string, first: number, last: number): FieldRange {
  return { name, first, last, highest: last, hashLast: last, names: [] };
}

const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/**
 * No date repeats later than this: 29 February on a given weekday comes again within 40 years, the longest way round a
 * century year without one. What has no match in 41 years has none.
 */
export const cronHorizonMs = 41 * 366 * dayMs;

/** Splits off `CRON_TZ=` or `TZ=`. */
export function splitZone(expression: string): { timezone: string | null; fields: string } {
  const [, timezone = null, fields = ''] =
    /^\s*(?:(?:CRON_TZ|TZ)=(\S+))?\s*(.*?)\s*$/s.exec(expression) ?? [];
  return { timezone, fields };
}

export class Cron implements WallTimes {
  /** The hour field is a star or a step (of a star or `H`): an interval is meant rather than times of day. */
  readonly isInterval: boolean;
  /** The longest unit of local time, ms, that matches as a whole where one instant of it matches. */
  readonly blockMs: number;
  readonly #seconds: FieldValues;
  readonly #minutes: FieldValues;
  readonly #hours: FieldValues;
  readonly #months: FieldValues;
  readonly #days: DayFields;

  /** Reads an expression; `seed` (the timer's id) decides what `H` draws. Throws UnreadableCron. */
  constructor(expression: string, seed = '') {
    const [second, minute, hour, monthDay, month, weekday] = splitFields(splitZone(expression).fields);
    this.#seconds = fieldNumbers(second ?? '0', secondRange, seed);
    this.#minutes = fieldNumbers(minute, minuteRange, seed);
    this.#hours = fieldNumbers(hour, hourRange, seed);
    this.#months = fieldNumbers(month, monthRange, seed);
    this.#days = new DayFields({ monthDay, weekday, seed });
    this.isInterval = /^(?:\*(?:\/\d+)?|h\/\d+)$/i.test(hour);
    this.blockMs = this.#block(second === null);
  }

  #block(isWholeMinute: boolean): number {
    if (!isWholeMinute && this.#seconds.size < 60) return 1_000;
    if (this.#minutes.size < 60) return 60_000;
    return this.#hours.size < 24 ? 3_600_000 : dayMs;
  }

  next(after: number, before: number): number | null {
    const start = Math.floor(after / 1_000) * 1_000 + 1_000;
    let day = this.#dayFrom(start, before);
    while (day !== null) {
      const time = this.#timeFrom(Math.max(0, start - day) / 1_000);
      if (time !== null) return day + time * 1_000 < before ? day + time * 1_000 : null;
      day = this.#dayFrom(day + dayMs, before);
    }
    return null;
  }

  /** True when a wall time lies in a second (six fields) or a minute (five fields) that the expression names. */
  matches(wall: number): boolean {
    const date = new Date(wall);
    return (
      (this.blockMs > 1_000 || this.#seconds.has(date.getUTCSeconds())) &&
      this.#minutes.has(date.getUTCMinutes()) &&
      this.#hours.has(date.getUTCHours()) &&
      this.#months.has(date.getUTCMonth() + 1) &&
      (this.#days.daysOf(date.getUTCFullYear(), date.getUTCMonth()) & (1 << date.getUTCDate())) !== 0
    );
  }

  /** The beginning of the first matching day from that of `wall` on. */
  #dayFrom(wall: number, before: number): number | null {
    const date = new Date(wall);
    const year = date.getUTCFullYear();
    for (let month = date.getUTCMonth(), day = date.getUTCDate(); ; month++, day = 1) {
      const begin = Date.UTC(year, month, 1);
      if (begin >= before) return null;
      if (!this.#months.has((month % 12) + 1)) continue;
      const days = this.#days.daysOf(year, month) & -(1 << day);
      if (days !== 0) return begin + (30 - Math.clz32(days & -days)) * dayMs;
    }
  }

  /** The first matching second of a day from that second on. */
  #timeFrom(second: number): number | null {
    const hour = Math.floor(second / 3_600);
    const within = this.#hours.has(hour) ? this.#withinHourFrom(second % 3_600) : null;
    if (within !== null) return hour * 3_600 + within;
    const later = this.#hours.from(hour + 1);
    return later === null ? null : later * 3_600 + this.#withinHourFrom(0)!;
  }

  #withinHourFrom(second: number): number | null {
    const minute = Math.floor(second / 60);
    const within = this.#minutes.has(minute) ? this.#seconds.from(second % 60) : null;
    if (within !== null) return minute * 60 + within;
    const later = this.#minutes.from(minute + 1);
    return later === null ? null : later * 60 + this.#seconds.from(0)!;
  }
}

type Fields = [
  second: string | null,
  minute: string,
  hour: string,
  monthDay: string,
  month: string,
  weekday: string,
];

function splitFields(text: string): Fields {
  const fields = (text.startsWith('@') ? nickname(text) : text).split(/\s+/);
  if (fields.length === 6) return fields as Fields;
  if (fields.length === 5) return [null, ...fields] as Fields;
  const count = text === '' ? 0 : fields.length;
  const hint = count === 7 ? '; for years use startAt and endAt' : '';
  throw new UnreadableCron(
    `"${text}" has ${count} fields; write 5 (minute, hour, ${monthDayRange.name}, month, ${weekdayRange.name}) or 6 (second first)${hint}`,
  );
}

function nickname(text: string): string {
  const fields = nicknames[text.toLowerCase()];
  if (fields !== undefined) return fields;
  throw new UnreadableCron(`"${text}" is no nickname; write ${Object.keys(nicknames).join(', ')}`);
}
