/**
 * What the code under simulation takes from the machine without asking a port: immediates, and the random part of ids.
 * For the length of a run both come from here, so that a seed decides them too. One run at a time; nothing else of the
 * process is touched, and everything is given back afterwards.
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { Random } from '../../shared/base/random.js';

const realImmediate = globalThis.setImmediate;
const { randomBytes, randomUUID } = crypto;

export class Ground {
  readonly #immediates: (() => void)[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  take(): void {
    const later = (run: (...given: unknown[]) => void, ...given: unknown[]): void =>
      void this.#immediates.push(() => run(...given));
    Object.assign(globalThis, { setImmediate: later });
    Object.assign(crypto, {
      randomBytes: (size: number) => Buffer.from(Array.from({ length: size }, () => this.#byte())),
      randomUUID: () => this.#uuid(),
    });
    syncBuiltinESMExports();
  }

  giveBack(): void {
    Object.assign(globalThis, { setImmediate: realImmediate });
    Object.assign(crypto, { randomBytes, randomUUID });
    syncBuiltinESMExports();
  }

  /** Lets all that is ready run, promises first, until nothing is left but what waits for time. */
  async settle(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => realImmediate(resolve));
      const next = this.#immediates.shift();
      if (!next) return;
      next();
    }
  }

  #byte(): number {
    return Math.floor(this.#random.next() * 256);
  }

  #uuid(): string {
    const hex = Array.from({ length: 16 }, () => this.#byte().toString(16).padStart(2, '0')).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
