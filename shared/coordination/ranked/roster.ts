/** Who has been heard of lately (pure). Entries are forgotten after their life time, in milliseconds of one's own clock. */
export class Roster<Entry extends { id: string }> {
  readonly #lifeMs: number;
  readonly #longestGapMs: number;
  readonly #heard = new Map<string, { entry: Entry; at: number }>();
  #lookedAt = -Infinity;

  /** Looks further apart than `longestGapMs` prove nothing about what lies between them. */
  constructor({ lifeMs, longestGapMs }: { lifeMs: number; longestGapMs: number }) {
    this.#lifeMs = lifeMs;
    this.#longestGapMs = longestGapMs;
  }

  entries(): Entry[] {
    return [...this.#heard.values()].map(({ entry }) => entry);
  }

  /** True when it was not there before. */
  hear(entry: Entry, at: number): boolean {
    const isNew = !this.#heard.has(entry.id);
    this.#heard.set(entry.id, { entry, at });
    return isNew;
  }

  /** True when it was there. */
  forget(id: string): boolean {
    return this.#heard.delete(id);
  }

  /**
   * Forgets whom nobody has heard of for too long; true when there was somebody. Who was not looking meanwhile, like a
   * process that stood still, gives everybody a new life instead: their messages may be waiting.
   */
  expire(at: number): boolean {
    const stoodStill = at - this.#lookedAt > this.#longestGapMs;
    this.#lookedAt = at;
    if (stoodStill) for (const heard of this.#heard.values()) heard.at = at;
    const expired = [...this.#heard.values()].filter((heard) => at - heard.at >= this.#lifeMs);
    for (const { entry } of expired) this.#heard.delete(entry.id);
    return expired.length > 0;
  }
}
