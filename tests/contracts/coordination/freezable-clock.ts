/** A clock whose process can look as if it had stood still for a while. */
import { SystemClock } from '../../../shared/base/clock.js';

export class FreezableClock extends SystemClock {
  #frozenMs = 0;

  override monotonic(): number {
    return super.monotonic() + this.#frozenMs;
  }

  freeze(ms: number): void {
    this.#frozenMs += ms;
  }
}
