/**
 * Random cron expressions, each with a plain reading of its own: a field is text and the test it stands for, made
 * together, so that nothing is parsed here.
 */
import fc from 'fast-check';

interface Field<T> {
  text: string;
  has(value: T): boolean;
}

interface Day {
  year: number;
  month: number;
  day: number;
  weekday: number;
  /** Days of that month. */
  length: number;
}

export interface RandomCron {
  expression: string;
  /** Hour `*` or a step of it. */
  isInterval: boolean;
  hasSeconds: boolean;
  matchesDay(wall: number): boolean;
  /** The time of day alone, to the minute. */
  matchesMinute(wall: number): boolean;
  matchesSecond(wall: number): boolean;
}

interface Bounds {
  min: number;
  max: number;
  names?: string[];
  /** All numbers are multiples of it. */
  unit?: number;
}

function numberField({ min, max, names = [], unit = 1 }: Bounds): fc.Arbitrary<Field<number>> {
  const number = fc.integer({ min: Math.ceil(min / unit), max: Math.floor(max / unit) }).map((n) => n * unit);
  const written = (n: number, named: boolean): string => (named && names[n - min]) || String(n);
  const item = fc.oneof(
    fc.tuple(number, fc.boolean()).map(([n, named]) => ({
      text: written(n, named),
      has: (value: number) => value === n,
    })),
    fc.tuple(number, number, fc.integer({ min: 1, max: 6 })).map(([a, b, times]) => {
      const [low, high, step] = [Math.min(a, b), Math.max(a, b), times * unit];
      return {
        text: `${low}-${high}${step === 1 ? '' : `/${step}`}`,
        has: (value: number) => value >= low && value <= high && (value - low) % step === 0,
      };
    }),
    fc.integer({ min: 1, max: Math.floor((max - min + 1) / unit) }).map((times) => ({
      text: `*/${times * unit}`,
      has: (value: number) => (value - min) % (times * unit) === 0,
    })),
  );
  return fc.array(item, { minLength: 1, maxLength: 3 }).map(union);
}

function union<T>(items: Field<T>[]): Field<T> {
  return { text: items.map(({ text }) => text).join(','), has: (v) => items.some((item) => item.has(v)) };
}

function or<T>(weight: number, field: fc.Arbitrary<Field<T>>): fc.Arbitrary<Field<T>> {
  const any: Field<T> = { text: '*', has: () => true };
  return fc.oneof({ weight, arbitrary: fc.constant(any) }, { weight: 1, arbitrary: field });
}

const nearestWorkday = (wanted: number, { day, weekday, length }: Day): boolean => {
  if (wanted < 1 || wanted > length) return false;
  const workdays = Array.from({ length }, (_, i) => i + 1).filter((d) => {
    const its = (((weekday + d - day) % 7) + 7) % 7;
    return its !== 0 && its !== 6;
  });
  const nearest = [...workdays].sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0];
  return day === nearest;
};

const monthDay: fc.Arbitrary<Field<Day>> = fc.oneof(
  numberField({ min: 1, max: 31 }).map(({ text, has }) => ({ text, has: ({ day }: Day) => has(day) })),
  fc.integer({ min: 0, max: 9 }).map((n) => ({
    text: n === 0 ? 'L' : `L-${n}`,
    has: ({ day, length }: Day) => day === length - n,
  })),
  fc.integer({ min: 1, max: 31 }).map((n) => ({ text: `${n}W`, has: (d: Day) => nearestWorkday(n, d) })),
  fc.constant({ text: 'LW', has: (d: Day) => nearestWorkday(d.length, d) }),
);

const weekdays = ['SUN', 'mon', 'TUE', 'Wed', 'THU', 'FRI', 'sat'];
const weekday: fc.Arbitrary<Field<Day>> = fc.oneof(
  numberField({ min: 0, max: 6, names: weekdays }).map(({ text, has }) => ({
    text,
    has: (d: Day) => has(d.weekday),
  })),
  fc.constant({ text: '7', has: (d: Day) => d.weekday === 0 }),
  fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 5 })).map(([day, nth]) => ({
    text: `${day}#${nth}`,
    has: (d: Day) => d.weekday === day % 7 && Math.ceil(d.day / 7) === nth,
  })),
  fc.integer({ min: 0, max: 7 }).map((day) => ({
    text: `${day}L`,
    has: (d: Day) => d.weekday === day % 7 && d.day + 7 > d.length,
  })),
);

const months = ['jan', 'FEB', 'mar', 'apr', 'may', 'JUN', 'jul', 'aug', 'sep', 'oct', 'nov', 'DEC'];

/** Any expression of five or six fields. */
export const randomCron: fc.Arbitrary<RandomCron> = fc
  .record({
    second: fc.option(or(1, numberField({ min: 0, max: 59 })), { nil: null }),
    minute: or(1, numberField({ min: 0, max: 59 })),
    hour: or(1, numberField({ min: 0, max: 23 })),
    monthDay: or(2, fc.array(monthDay, { minLength: 1, maxLength: 2 }).map(union)),
    month: or(3, numberField({ min: 1, max: 12, names: months })),
    weekday: or(2, fc.array(weekday, { minLength: 1, maxLength: 2 }).map(union)),
  })
  .map(compose);

/** Expressions of every day whose minutes are multiples of five, for hours near the given one. */
export function dailyCron(hour: number): fc.Arbitrary<RandomCron> {
  const near = fc.integer({ min: -2, max: 2 }).map((n) => (hour + n + 24) % 24);
  const hours = fc.uniqueArray(near, { minLength: 1, maxLength: 4 }).map((list) => ({
    text: list.join(','),
    has: (value: number) => list.includes(value),
  }));
  return fc
    .record({
      second: fc.constant(null),
      minute: numberField({ min: 0, max: 59, unit: 5 }),
      hour: fc.oneof(hours, or(1, numberField({ min: 0, max: 23 }))),
      monthDay: fc.constant({ text: '*', has: () => true }),
      month: fc.constant({ text: '*', has: () => true }),
      weekday: fc.constant({ text: '*', has: () => true }),
    })
    .map(compose);
}

interface Parts {
  second: Field<number> | null;
  minute: Field<number>;
  hour: Field<number>;
  monthDay: Field<Day>;
  month: Field<number>;
  weekday: Field<Day>;
}

function compose({ second, minute, hour, monthDay, month, weekday }: Parts): RandomCron {
  const texts = [minute, hour, monthDay, month, weekday].map(({ text }) => text);
  const isRestricted = (field: Field<Day>): boolean => !field.text.startsWith('*');
  const isEither = isRestricted(monthDay) && isRestricted(weekday);
  return {
    expression: [...(second ? [second.text] : []), ...texts].join(' '),
    isInterval: /^\*(\/\d+)?$/.test(hour.text),
    hasSeconds: second !== null,
    matchesDay(wall) {
      const day = dayOf(wall);
      const [byDay, byWeekday] = [monthDay.has(day), weekday.has(day)];
      return month.has(day.month) && (isEither ? byDay || byWeekday : byDay && byWeekday);
    },
    matchesMinute(wall) {
      const date = new Date(wall);
      return minute.has(date.getUTCMinutes()) && hour.has(date.getUTCHours());
    },
    matchesSecond: (wall) => {
      const value = new Date(wall).getUTCSeconds();
      return second ? second.has(value) : value === 0;
    },
  };
}

function dayOf(wall: number): Day {
  const date = new Date(wall);
  const [year, monthIndex] = [date.getUTCFullYear(), date.getUTCMonth()];
  return {
    year,
    month: monthIndex + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    length: new Date(Date.UTC(year, monthIndex + 1, 0)).getUTCDate(),
  };
}
