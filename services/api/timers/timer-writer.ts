/**
 * Writes new timers in groups: what arrives while a group is being written is the next one. Tells the owner of a shard
 * of what is due soon, once for each shard and group, after the write is acknowledged.
 */
import { Batcher } from '../../../shared/base/batcher.js';
import type { Clock } from '../../../shared/base/clock.js';
import { groupBy } from '../../../shared/base/grouping.js';
import { timerFact } from '../../../shared/events/facts.js';
import type { EventSender } from '../../../shared/events/sender.js';
import type { Bus } from '../../../shared/queue/bus.js';
import type { TimerStore } from '../../../shared/store/store.js';
import type { Metrics } from '../../../shared/telemetry/metrics.js';
import { sizeBuckets } from '../../../shared/telemetry/metrics.js';
import { testShard, type Timer } from '../../../shared/timers/timer.js';
import { Problem } from '../plugins/problems.js';
import { quotaExceeded, type TimerQuota } from '../quotas/timer-quota.js';
import { noticeOfTimer, type Notice } from './notice.js';

/** Schedulers look each second; what is due later than this is seen in time without a nudge. */
const nudgeAheadMs = 3_000;
const maxGroup = 1_000;
/** Groups under way at once: a second one fills the time in which the first waits for the disk. */
const groupsAtOnce = 2;

export interface TimerWriterOptions {
  timers: Pick<TimerStore, 'create' | 'read'>;
  bus: Pick<Bus, 'publish'>;
  events: Pick<EventSender, 'tell'>;
  clock: Clock;
  metrics: Metrics;
  /** Timers that may wait; above it `write` rejects. */
  waitingLimit: number;
  /** Without it no namespace is limited. */
  quota?: Pick<TimerQuota, 'limitOf' | 'reserve'>;
}

export class TimerWriter {
  readonly #options: TimerWriterOptions;
  readonly #batcher: Batcher<Timer, Timer | null>;
  readonly #created;

  constructor(options: TimerWriterOptions) {
    this.#options = options;
    const { metrics } = options;
    this.#created = metrics.counter({ name: 'api_timers_created', help: 'timers created' });
    const sizes = metrics.histogram({
      name: 'api_batch_size',
      help: 'timers written in one group',
      buckets: sizeBuckets,
    });
    this.#batcher = new Batcher({
      run: (timers) => this.#write(timers),
      maxItems: maxGroup,
      concurrency: groupsAtOnce,
      onBatch: (size) => sizes.observe(size),
    });
  }

  /**
   * Creates the timer; answers the one that is there if its id is taken, null if it was free. Durable when it resolves.
   * Rejects with the problem where its namespace has as many as it may.
   */
  async write(timer: Timer): Promise<Timer | null> {
    if (this.#batcher.size >= this.#options.waitingLimit)
      throw new Problem(
        'overloaded',
        'more timers arrive than can be written; nothing was done, repeat in a moment',
      );
    const limit = this.#options.quota?.limitOf(timer.namespace) ?? null;
    return limit === null ? this.#batcher.add(timer) : this.#writeWithin(limit, timer);
  }

  /** One that is there already takes no further place. */
  async #writeWithin(limit: number, timer: Timer): Promise<Timer | null> {
    const place = await this.#options.quota?.reserve(timer.namespace, limit);
    if (!place) {
      const there = await this.#options.timers.read(timer);
      if (there) return there;
      throw quotaExceeded(timer.namespace, limit);
    }
    let created = false;
    try {
      const there = await this.#batcher.add(timer);
      created = there === null;
      return there;
    } finally {
      place.settle(created);
    }
  }

  /** Tells the owners of the shards of what is due soon or claimed, and who moves test clocks of what lives by one. */
  nudge(notices: readonly Notice[]): void {
    const { bus, clock } = this.#options;
    const bound = clock.now() + nudgeAheadMs;
    const isTest = ({ shard }: Notice): boolean => shard === testShard;
    for (const namespace of new Set(notices.filter(isTest).map((notice) => notice.namespace)))
      bus.publish('nudge.clock', { namespace });
    const urgent = notices.filter((notice) => !isTest(notice) && (notice.claimed || notice.dueAt <= bound));
    for (const [shard, group] of groupBy(urgent, (notice) => notice.shard)) {
      const dueAt = Math.min(...group.map((notice) => notice.dueAt));
      bus.publish(`nudge.${shard}`, {
        dueAt,
        ...(group.some(({ claimed }) => claimed) && { claimed: true }),
      });
    }
  }

  /** Resolves when nothing waits to be written. */
  drain(): Promise<void> {
    return this.#batcher.drain();
  }

  async #write(timers: Timer[]): Promise<(Timer | null)[]> {
    const answers = (await this.#options.timers.create(timers)).map((there, i) =>
      // A group whose reply was lost is repeated by the store, and then finds what it has written itself.
      there?.uid === timers[i]!.uid ? null : there,
    );
    const created = timers.filter((_, i) => answers[i] === null);
    this.#created.inc(created.length);
    this.nudge(created.map(noticeOfTimer));
    this.#options.events.tell(created, (timer) => timerFact('timer.created', timer));
    return answers;
  }
}
