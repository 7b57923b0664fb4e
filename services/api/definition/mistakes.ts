/** Collects what is wrong with a body, so that one answer names every field. */
import { parseDuration } from '../schemas/duration.js';
import type { Mistake } from '../schemas/problem.js';

export class Mistakes {
  readonly list: Mistake[] = [];

  add(pointer: string, detail: string): void {
    this.list.push({ pointer, detail, in: 'body' });
  }

  /** Milliseconds of a duration within bounds, both inclusive; a mistake and the lower bound otherwise. */
  duration(pointer: string, value: string | number, { min, max, bounds }: DurationBounds): number {
    const parsed = parseDuration(value);
    if ('reason' in parsed) this.add(pointer, parsed.reason);
    else if (parsed.ms < min || parsed.ms > max) this.add(pointer, `must be ${bounds}`);
    else return parsed.ms;
    return min;
  }
}

export interface DurationBounds {
  min: number;
  max: number;
  /** In words, to follow "must be". */
  bounds: string;
}
