/**
 * Which days of a month a cron expression means: day of month with `L`, `L-3`, `15W`, `LW`, day of week with `5L`
 * and `5#3`. A month is a mask whose bit d stands for day d. Pure.
 */
import { type FieldItem, type FieldRange, itemNumbers, unreadable } from './cron-field.js';

export const monthDayRange: FieldRange = {
  name: 'day of month',
  first: 1,
  last: 31,
  highest: 31,
  hashLast: 28, // every month has it
  names: [],
};

export const weekdayRange: FieldRange = {
  name: 'day of week',
  first: 0,
  last: 6,
  highest: 7,
  hashLast: 6,
  names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
};

interface Month {
  length: number;
  /** The weekday of the 1st, Sunday is 0. */
  firstWeekday: number;
}

/** The days that one item of a field means, in a given month. */
type DayRule = (month: Month) => number;

interface DayField {
  /** False when it starts with `*` or is `?`: then the other field alone decides, or both together (crontab(5)). */
  restricted: boolean;
  rules: DayRule[];
}

/** The two day fields of one expression. */
export class DayFields {
  readonly #monthDay: DayField;
  readonly #weekday: DayField;

  constructor(fields: { monthDay: string; weekday: string; seed: string }) {
    const { monthDay, weekday, seed } = fields;
    this.#monthDay = dayField({ text: monthDay, range: monthDayRange, seed }, monthDayRule);
    this.#weekday = dayField({ text: weekday, range: weekdayRange, seed }, weekdayRule);
  }

  /** The days of that month, January is 0. Both fields restricted: a day of either; else a day of both. */
  daysOf(year: number, monthIndex: number): number {
    const month = {
      length: new Date(Date.UTC(year, monthIndex + 1, 0)).getUTCDate(),
      firstWeekday: new Date(Date.UTC(year, monthIndex, 1)).getUTCDay(),
    };
    const byDay = maskOf(this.#monthDay, month);
    const byWeekday = maskOf(this.#weekday, month);
    const isEither = this.#monthDay.restricted && this.#weekday.restricted;
    return (isEither ? byDay | byWeekday : byDay & byWeekday) & daysUpTo(month.length);
  }
}

function maskOf({ rules }: DayField, month: Month): number {
  return rules.reduce((mask, rule) => mask | rule(month), 0);
}

/** Bits 1 to `length`. */
function daysUpTo(length: number): number {
  return (0xffff_fffe >>> (31 - length)) & ~1;
}

function dayField(field: FieldItem, ruleOf: (item: FieldItem) => DayRule): DayField {
  const { text, range, seed } = field;
  if (text === '?') return { restricted: false, rules: [ruleOf({ ...field, text: '*' })] };
  return {
    restricted: !text.startsWith('*'),
    rules: text.split(',').map((item) => ruleOf({ text: item, range, seed })),
  };
}

const monthDayShape = /^(?:(\d+)|l(?:-(\d+))?)(w?)$/;

function monthDayRule(item: FieldItem): DayRule {
  const [, day, before = '0', nearest] = monthDayShape.exec(item.text.toLowerCase()) ?? [];
  if (nearest === undefined || (day !== undefined && nearest === '')) {
    const mask = itemNumbers(item).reduce((days, number) => days | (1 << number), 0);
    return () => mask;
  }
  if (day !== undefined) itemNumbers({ ...item, text: day });
  if (Number(before) > 30) throw unreadable(item, 'counts back beyond every month; write L-1 to L-30');
  return (month) => {
    const wanted = day === undefined ? month.length - Number(before) : Number(day);
    if (wanted < 1 || wanted > month.length) return 0;
    return 1 << (nearest === '' ? wanted : nearestWorkday(wanted, month));
  };
}

/** Monday to Friday nearest to the day, in the same month: `1W` on a Saturday is Monday the 3rd. */
function nearestWorkday(day: number, { length, firstWeekday }: Month): number {
  const weekday = (firstWeekday + day - 1) % 7;
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < length ? day + 1 : day - 2;
  return day;
}

const weekdayShape = /^(\w+?)(?:(l)|#(\d+))$/;

function weekdayRule(item: FieldItem): DayRule {
  const text = item.text.toLowerCase();
  if (text === 'l') throw unreadable(item, 'says no weekday; write 5L for the last Friday, 6 for Saturday');
  const [, name, last, nth] = weekdayShape.exec(text) ?? [];
  if (name === undefined) {
    const weekdays = itemNumbers(item);
    return (month) => weekdays.reduce((days, weekday) => days | everyWeek(weekday, month), 0);
  }
  const [weekday] = itemNumbers({ ...item, text: name });
  if (last) return (month) => highestBit(everyWeek(weekday!, month) & daysUpTo(month.length));
  const n = Number(nth);
  if (n < 1 || n > 5) throw unreadable(item, 'counts beyond a month; write #1 to #5, or 5L for the last');
  return (month) => everyWeek(weekday!, month) & (0b1111_1110 << (7 * (n - 1)));
}

function everyWeek(weekday: number, { firstWeekday }: Month): number {
  const first = 1 + ((weekday - firstWeekday + 14) % 7);
  return 0b1_0000001_0000001_0000001_0000001 << first;
}

function highestBit(mask: number): number {
  return mask === 0 ? 0 : 1 << (31 - Math.clz32(mask));
}
