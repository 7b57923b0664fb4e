/**
 * How long a session is sure to live (pure). The server ends a session that it has not heard of for the session time,
 * so the lease counts from when a request that was answered was sent, and trusts only two thirds of that time: the rest
 * is for noticing. It must never be renewed by when an answer arrived.
 */
export class Lease {
  #sessionMs: number;
  #confirmedAt: number | null = null;

  constructor(sessionMs: number) {
    this.#sessionMs = sessionMs;
  }

  /** The session time that the server has granted. */
  get sessionMs(): number {
    return this.#sessionMs;
  }

  /** How often to ask for a sign of life: four of them fit into the trusted time. */
  get probeMs(): number {
    return this.#sessionMs / 6;
  }

  /** A new connection, asked for at `sentAt` (monotonic), was granted this session time. */
  grant(sessionMs: number, sentAt: number): void {
    this.#sessionMs = sessionMs;
    this.renew(sentAt);
  }

  /** A request sent at `sentAt` (monotonic) was answered. */
  renew(sentAt: number): void {
    this.#confirmedAt = Math.max(this.#confirmedAt ?? sentAt, sentAt);
  }

  /** Trusted no more, until the next renewal. */
  end(): void {
    this.#confirmedAt = null;
  }

  /** True from a renewal until it lapses or is ended, whether somebody looks or not. */
  holds(now: number): boolean {
    return this.#confirmedAt !== null && now - this.#confirmedAt < (this.#sessionMs * 2) / 3;
  }

  /** True when it lapsed by itself and nobody has ended it yet. */
  lapsed(now: number): boolean {
    return this.#confirmedAt !== null && !this.holds(now);
  }
}
