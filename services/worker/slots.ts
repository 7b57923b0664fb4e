/**
 * The call slots of one worker and what is known of each destination host: how many slots it holds, how long its recent
 * calls took, how long its oldest one has been out. Pure; instants are monotonic milliseconds.
 */

export interface Slot {
  readonly host: string;
  /** When its call left; null while it is still being started. */
  calledAt: number | null;
}

/**
 * `quick`: recent calls were short and none is out for long; `slow`: they have been long for a while, or one hangs;
 * `unknown`: neither, which a stall of our own looks like too. Only a quick host may go beyond its share, only a slow
 * one is deferred.
 */
export type Standing = 'quick' | 'slow' | 'unknown';

interface HostUse {
  slots: number;
  /** Calls under way, the oldest first. */
  calls: Set<Slot>;
  finished: number;
  /** Exponentially weighted mean of the durations. */
  meanMs: number;
  /** Since when that mean is too long for a quick host; null while it is not. */
  longSince: number | null;
}

const quickMs = 250;
/** A quick host has no call out for longer. */
const quickOutMs = 1_000;
/** A call that is out for longer makes a host slow. */
const hangingMs = 1_500;
/** So does a mean that has been too long for longer. */
const longForMs = 500;
/** Finished calls that it takes to know a host. */
const knownAfter = 3;
const newestWeight = 0.2;
const hostsRemembered = 1_000;

function unseen(): HostUse {
  return { slots: 0, calls: new Set(), finished: 0, meanMs: 0, longSince: null };
}

export class Slots {
  /** The most that there ever are. */
  readonly most: number;
  readonly #limit: () => number;
  readonly #hosts = new Map<string, HostUse>();
  #used = 0;

  /** @param limit how many there are now, at most `most` */
  constructor(most: number, limit: () => number = () => most) {
    this.most = most;
    this.#limit = limit;
  }

  get capacity(): number {
    return Math.min(this.most, this.#limit());
  }

  /** What one host may hold while others wait: a quarter, at least one. */
  get share(): number {
    return Math.max(1, Math.floor(this.capacity / 4));
  }

  get used(): number {
    return this.#used;
  }

  /** Below 0 while more are taken than there are now. */
  get free(): number {
    return this.capacity - this.#used;
  }

  take(host: string): Slot {
    this.#used++;
    this.#of(host).slots++;
    return { host, calledAt: null };
  }

  /** The call of this slot leaves now. */
  call(slot: Slot, now: number): void {
    slot.calledAt = now;
    this.#of(slot.host).calls.add(slot);
  }

  give(slot: Slot, now: number): void {
    const use = this.#of(slot.host);
    this.#used--;
    use.slots--;
    if (slot.calledAt !== null) {
      const took = now - slot.calledAt;
      use.meanMs = use.finished === 0 ? took : use.meanMs + newestWeight * (took - use.meanMs);
      use.longSince = use.meanMs < quickMs ? null : (use.longSince ?? now);
      use.finished++;
      use.calls.delete(slot);
    }
    if (use.slots === 0) this.#rest(slot.host, use);
  }

  belowShare(host: string): boolean {
    return (this.#hosts.get(host)?.slots ?? 0) < this.share;
  }

  standing(host: string, now: number): Standing {
    const use = this.#hosts.get(host);
    if (!use) return 'unknown';
    const [oldest] = use.calls;
    const outForMs = oldest ? now - oldest.calledAt! : 0;
    if (outForMs >= hangingMs) return 'slow';
    if (use.longSince !== null) return now - use.longSince >= longForMs ? 'slow' : 'unknown';
    return use.finished >= knownAfter && outForMs < quickOutMs ? 'quick' : 'unknown';
  }

  #of(host: string): HostUse {
    let use = this.#hosts.get(host);
    if (!use) this.#hosts.set(host, (use = unseen()));
    return use;
  }

  /** The idle ones are kept in the order of their last use, and the longest unused is forgotten. */
  #rest(host: string, use: HostUse): void {
    this.#hosts.delete(host);
    this.#hosts.set(host, use);
    if (this.#hosts.size <= hostsRemembered) return;
    for (const [name, other] of this.#hosts) {
      if (other.slots === 0) return void this.#hosts.delete(name);
    }
  }
}
