/**
 * Which shards are this process's, and for which due instants, by the ring that it knows. It remembers how far ahead has
 * been claimed, since that is what a handover has to know; it never lets anything be claimed that is another's.
 */
import type { Clock } from '../../shared/base/clock.js';
import { holdingsOf, withoutSuperseded, type Holding, type Ring } from '../../shared/ring/ring.js';
import type { DueQuery } from '../../shared/store/store.js';
import type { SchedulerMetrics } from './metrics.js';
import type { RingView } from './ring-view.js';

export interface ShardHostOptions {
  view: RingView;
  /** This process's name, as the ring has it. */
  name: string;
  clock: Clock;
  metrics: SchedulerMetrics;
  /** Called when shards may have been taken. */
  onTaken(): void;
}

type Bounds = Pick<DueQuery, 'shards' | 'from' | 'before'>;

export class ShardHost {
  readonly #options: ShardHostOptions;
  #ring: Ring = [];
  #holdings: readonly Holding[] = [];
  #position = 0;

  constructor(options: ShardHostOptions) {
    this.#options = options;
    options.view.onChange(() => this.#onChange());
  }

  /** What is this process's now: one entry when the ring is settled, none when it owns nothing. */
  holdings(): readonly Holding[] {
    const { view, clock, name } = this.#options;
    const ring = withoutSuperseded(view.ring(), clock.now());
    if (!isSame(ring, this.#ring)) {
      this.#ring = ring;
      this.#holdings = holdingsOf(ring, name);
    }
    return this.#holdings;
  }

  /** The shards whose owner this process is at this moment. */
  shards(): number[] {
    const now = this.#options.clock.now();
    return this.holdings().flatMap(({ shards, from, to }) => (from <= now && now < to ? shards : []));
  }

  owns(shard: number, dueAt: number): boolean {
    return this.holdings().some(
      ({ shards, from, to }) => from <= dueAt && dueAt < to && shards.includes(shard),
    );
  }

  /** What of a holding is due before `before`; null when nothing can be, or when the holding is no longer ours. */
  due(holding: Holding, before: number): Bounds | null {
    const { shards, from, to } = holding;
    if (!this.holdings().includes(holding) || before <= from) return null;
    return { shards, ...(from > -Infinity && { from }), before: Math.min(before, to) };
  }

  /** As `due`, in order to claim it: from now on this process is past all that is due before then. */
  claimable(holding: Holding, before: number): Bounds | null {
    const bounds = this.due(holding, before);
    if (bounds) this.#position = Math.max(this.#position, bounds.before);
    return bounds;
  }

  /** The latest due instant that has been claimed up to, epoch milliseconds; 0 before any. */
  position(): number {
    return this.#position;
  }

  #onChange(): void {
    const { metrics, view, onTaken } = this.#options;
    metrics.ringVersion.set(view.version());
    if (this.holdings().length > 0) onTaken();
  }
}

function isSame(one: Ring, other: Ring): boolean {
  return one.length === other.length && one.every((version, i) => version === other[i]);
}
