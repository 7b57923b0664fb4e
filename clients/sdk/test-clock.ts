/** The test clock of a namespace: a schedule of years run through in seconds, by a test suite. */
import type { AdvanceTestClockBody, Operations, TestClock as ClockAnswer } from './generated.js';
import type { CallOptions } from './request.js';

const askAgainMs = 50;

export class TestClock {
  readonly #operations: Operations;
  readonly #namespace: string;
  readonly #wait: (delayMs: number, signal?: AbortSignal) => Promise<void>;

  constructor(
    operations: Operations,
    namespace: string,
    wait: (delayMs: number, signal?: AbortSignal) => Promise<void>,
  ) {
    this.#operations = operations;
    this.#namespace = namespace;
    this.#wait = wait;
  }

  get(options?: CallOptions): Promise<ClockAnswer> {
    return this.#operations.getTestClock({ ns: this.#namespace }, options);
  }

  /** Gives the namespace a clock that stands at `now` (RFC 3339) until it is advanced. */
  set(now: string, options?: CallOptions): Promise<ClockAnswer> {
    return this.#operations.putTestClock({ ns: this.#namespace, body: { now } }, options);
  }

  /**
   * Moves it on, by a duration or to an instant. Resolves when it is there: all that fell due on the way has been fired
   * and has ended. Never sent twice, since `by` would move it twice.
   */
  async advance(move: AdvanceTestClockBody, options: CallOptions = {}): Promise<ClockAnswer> {
    let clock = await this.#operations.advanceTestClock({ ns: this.#namespace, body: move }, options);
    while (clock.moving) {
      await this.#wait(askAgainMs, options.signal);
      clock = await this.get(options);
    }
    return clock;
  }

  /** Takes it away; the namespace lives by real time again. */
  remove(options?: CallOptions): Promise<void> {
    return this.#operations.deleteTestClock({ ns: this.#namespace }, options);
  }
}
