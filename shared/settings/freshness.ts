/**
 * How long what was last verified may be acted upon. A process that cannot verify within the freshness time that it knows
 * the latest version takes no new work, so that whoever announces a change far enough ahead knows that nobody acts on an
 * older one by then. Pure: all instants are monotonic milliseconds of the process itself.
 */
export class Freshness {
  readonly #freshnessMs: number;
  #verifiedAt = -Infinity;

  constructor(freshnessMs: number) {
    this.#freshnessMs = freshnessMs;
  }

  /** What is known now was the latest when the question was sent. */
  verified(askedAt: number): void {
    this.#verifiedAt = Math.max(this.#verifiedAt, askedAt);
  }

  holds(now: number): boolean {
    return now - this.#verifiedAt < this.#freshnessMs;
  }
}
