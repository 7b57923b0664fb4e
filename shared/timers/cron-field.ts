/**
 * One field of a cron expression: the numbers it allows. Lists, ranges, steps and names as in crontab(5), `H` as in
 * Jenkins: a number drawn by hash, so that a fleet of timers with equal expressions spreads. Pure.
 */
import { hash32 } from '../base/ids.js';

/** What a field may say. `last` ends `*` and open steps, `hashLast` ends `H`; only numbers may go up to `highest`. */
export interface FieldRange {
  name: string;
  first: number;
  last: number;
  highest: number;
  hashLast: number;
  /** Names in lower case, in the order of their numbers from `first`. */
  names: readonly string[];
}

/** An expression that cannot be read. The message names the field, what is wrong with it and what to write. */
export class UnreadableCron extends Error {}

/** The numbers that a field allows, ready to be asked for the next one. */
export class FieldValues {
  /** How many there are. */
  readonly size: number;
  readonly #next: readonly (number | null)[];

  constructor(values: readonly number[], last: number) {
    const next = new Array<number | null>(last + 1).fill(null);
    for (const value of values) next[value] = value;
    let size = 0;
    for (let i = last, following: number | null = null; i >= 0; i--) {
      if (next[i] === i) size++;
      following = next[i] ??= following;
    }
    this.size = size;
    this.#next = next;
  }

  has(value: number): boolean {
    return this.#next[value] === value;
  }

  /** The smallest one that is `value` or more; null when there is none. */
  from(value: number): number | null {
    return this.#next[value] ?? null;
  }
}

const shape = /^(?:(\*)|(h)(?:\((\w+)-(\w+)\))?|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/;

/** The numbers of a whole field; `H` draws by the hash of `seed`. */
export function fieldNumbers(text: string, range: FieldRange, seed: string): FieldValues {
  const values = text.split(',').flatMap((item) => itemNumbers({ text: item, range, seed }));
  return new FieldValues(values, range.last);
}

/** One item of a field's list. */
export interface FieldItem {
  text: string;
  range: FieldRange;
  seed: string;
}

/** The numbers of one item. */
export function itemNumbers(item: FieldItem): number[] {
  const { text, range, seed } = item;
  const parts = shape.exec(text.toLowerCase());
  if (!parts) throw unreadable(item, `is no number, range or step; ${allowed(range)}`);
  const [, star, hashed, hashFrom, hashTo, from, to, stepText] = parts;
  const step = stepText === undefined ? null : readStep(stepText, item);
  if (hashed) {
    const low = hashFrom === undefined ? range.first : readNumber(hashFrom, item);
    const high = hashTo === undefined ? range.hashLast : readEnd(hashTo, low, item);
    const hash = hash32(`${seed}/${range.name}`);
    if (step === null) return [low + (hash % (high - low + 1))];
    return numbers(low + (hash % Math.min(step, high - low + 1)), high, step);
  }
  if (star) return numbers(range.first, range.last, step ?? 1);
  const low = readNumber(from!, item);
  if (to !== undefined) return numbers(low, readEnd(to, low, item), step ?? 1);
  return step === null ? [low] : numbers(low, Math.max(low, range.last), step);
}

export function unreadable({ text, range }: FieldItem, reason: string): UnreadableCron {
  return new UnreadableCron(`${range.name}: "${text}" ${reason}`);
}

function readNumber(word: string, item: FieldItem): number {
  const { first, highest, names } = item.range;
  const named = names.indexOf(word);
  const number = named >= 0 ? named + first : /^\d+$/.test(word) ? Number(word) : NaN;
  if (number >= first && number <= highest) return number;
  throw unreadable(item, `holds ${word}, which is none of its values; ${allowed(item.range)}`);
}

/** A range's end. As an end Sunday is 7, so `fri-sun` is three days. */
function readEnd(word: string, low: number, item: FieldItem): number {
  const { first, last, highest } = item.range;
  const number = readNumber(word, item);
  const end = number === first && low > number && highest > last ? highest : number;
  if (end >= low) return end;
  throw unreadable(item, `runs backwards; write it as two ranges: ${low}-${last},${first}-${end}`);
}

/** A step beyond the field would silently mean once a round: no step of minutes means every 90. */
function readStep(word: string, item: FieldItem): number {
  const { first, last } = item.range;
  const step = Number(word);
  const size = last - first + 1;
  if (step >= 1 && step <= size) return step;
  throw unreadable(item, `has a step outside 1 to ${size}; for longer intervals use \`every\``);
}

function numbers(from: number, to: number, step: number): number[] {
  const series: number[] = [];
  for (let number = from; number <= to; number += step) series.push(number);
  return series;
}

function allowed({ first, highest, names }: FieldRange): string {
  const example = names.length > 0 ? ` or ${names[0]!.toUpperCase()} to ${names.at(-1)!.toUpperCase()}` : '';
  return `write ${first} to ${highest}${example}`;
}
