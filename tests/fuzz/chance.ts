/** Draws from a seed: the same request for the same seed and number, whatever was answered before. */
import type { Random } from '../../shared/base/random.js';
import { seededRandom } from '../support/seeded-random.js';

export class Chance {
  readonly #random: Random;

  constructor(seed: number, index: number) {
    this.#random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  }

  /** True in this share of all cases. */
  happens(share: number): boolean {
    return this.#random.next() < share;
  }

  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number {
    return Math.floor(this.#random.next() * end);
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!;
  }
}
