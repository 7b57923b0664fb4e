/**
 * Looks ahead each second, and when nudged, in the shards of this process: claims what falls due, timers and repeated
 * executions alike, and gives it to the publisher to hold. A look is a few store calls whatever it finds. It never
 * claims beyond the look-ahead, nor while this process's own lease or clock is in doubt.
 */
import type { Cancel, Clock } from '../../shared/base/clock.js';
import type { Definitions } from '../../shared/definitions/definitions.js';
import { Loop } from '../../shared/base/loop.js';
import { factOfState } from '../../shared/events/facts.js';
import type { EventSender } from '../../shared/events/sender.js';
import type { Presence } from '../../shared/presence/presence.js';
import type { Claim, DueQuery, ScheduleStore } from '../../shared/store/store.js';
import type { SettingsSource } from '../../shared/settings/settings.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import type { Holding } from '../../shared/ring/ring.js';
import { claimTimer, closeCheckMs } from '../../shared/timers/claim.js';
import type { Retention } from '../../shared/timers/retention.js';
import type { Timer } from '../../shared/timers/timer.js';
import type { SchedulerConfig } from './config.js';
import { withDefinitions } from './held.js';
import type { SchedulerMetrics } from './metrics.js';
import type { Publisher } from './publisher.js';
import type { ShardHost } from './shard-host.js';

const lookEveryMs = 1_000;
/** A nudge waits for others to join it: this share of the time that is left until its timer is to be published. */
const gatherShare = 0.25;
const longestGatherMs = 100;
/** Executions written in one claim, what is caught up included, unless a single timer has more. */
const largestClaim = 2_000;

export interface DispatcherOptions {
  schedule: ScheduleStore;
  definitions: Definitions;
  publisher: Publisher;
  presence: Presence;
  clock: Clock;
  metrics: SchedulerMetrics;
  log: Logger;
  config: SchedulerConfig;
  settledRetentionMs: number;
  retention: Retention;
  /** Says what of the shards is this process's to claim. */
  host: ShardHost;
  settings: SettingsSource;
  events: Pick<EventSender, 'tell'>;
}

export class Dispatcher extends Loop {
  readonly #options: DispatcherOptions;
  /** The look that was asked for and is still put off. */
  #nudge: { at: number; cancel: Cancel } | null = null;

  constructor(options: DispatcherOptions) {
    super({
      ...options,
      periodMs: lookEveryMs,
      run: () => this.#look(),
      failure: 'a look failed; the next one tries again',
    });
    this.#options = options;
  }

  override async stop(): Promise<void> {
    this.#nudge?.cancel();
    await super.stop();
  }

  /** How far ahead of their time timers are claimed now. */
  lookAheadMs(): number {
    const { settings, clock, config } = this.#options;
    return settings.at(clock.now()).lookAheadMs ?? config.schedulerLookAheadMs;
  }

  /** Looks soon because something may be due at `dueAt` that the last look could not see; at once when it is left out. */
  override nudge(dueAt = 0): void {
    const { clock, config } = this.#options;
    const left = dueAt - clock.now();
    if (left > this.lookAheadMs()) return;
    const wait = Math.min((left - config.schedulerPublishLeadMs) * gatherShare, longestGatherMs);
    if (wait <= 0) return super.nudge();
    const at = clock.monotonic() + wait;
    if (this.#nudge && this.#nudge.at <= at) return;
    this.#nudge?.cancel();
    const cancel = clock.after(wait, () => {
      this.#nudge = null;
      super.nudge();
    });
    this.#nudge = { at, cancel };
  }

  async #look(): Promise<void> {
    const { clock, presence, metrics, host } = this.#options;
    const holdings = host.holdings();
    metrics.shards.set(host.shards().length);
    if (!presence.holds() || this.#isPaused() || holdings.length === 0) return;
    const begun = clock.monotonic();
    for (const holding of holdings)
      await Promise.all([this.#claimTimers(holding), this.#reclaimExecutions(holding)]);
    metrics.look.observe(clock.monotonic() - begun);
    metrics.heap.set(this.#options.publisher.size);
  }

  /** Nothing leaves now, nor when what could be claimed now is due. The end of a pause is looked ahead to like any instant. */
  #isPaused(): boolean {
    const { settings, clock } = this.#options;
    const now = clock.now();
    return [now, now + this.lookAheadMs()].every((instant) => settings.at(instant).dispatchPaused);
  }

  /** What of a holding may be claimed now; null above the bound, and when it is no longer ours. */
  #query(holding: Holding): DueQuery | null {
    const { clock, config, publisher, host } = this.#options;
    const { schedulerHeapLimit, schedulerClaimBatch } = config;
    if (publisher.size >= 2 * schedulerHeapLimit) return null;
    const ahead = publisher.size < schedulerHeapLimit ? this.lookAheadMs() : 0;
    const bounds = host.claimable(holding, clock.now() + ahead);
    return bounds && { ...bounds, limit: schedulerClaimBatch };
  }

  async #claimTimers(holding: Holding): Promise<void> {
    const { schedule, presence } = this.#options;
    for (let query = this.#query(holding); query && presence.holds(); query = this.#query(holding)) {
      const timers = await schedule.dueTimers(query);
      const claimed = await this.#claim(timers.filter((timer) => timer.next));
      await this.#close(timers.filter((timer) => !timer.next));
      if (timers.length < query.limit || claimed === 0) return;
    }
  }

  /**
   * Claims all, in halves where they have too much to catch up for one claim or where one conflicts; a single timer in
   * conflict waits for the next look. Answers how many moved on.
   */
  async #claim(timers: Timer[]): Promise<number> {
    if (timers.length === 0) return 0;
    const claims = timers.map((timer) => this.#claimOf(timer));
    const size = claims.reduce((sum, { executions }) => sum + executions.length, 0);
    if (timers.length > 1 && size > largestClaim) return this.#claimHalves(timers);
    const { schedule, metrics } = this.#options;
    metrics.claimBatch.observe(claims.length);
    const result = await schedule.claim(claims);
    if (result !== 'conflict') {
      this.#hold(claims, result.existed);
      return claims.length;
    }
    metrics.conflicts.inc();
    return timers.length > 1 ? this.#claimHalves(timers) : 0;
  }

  async #claimHalves(timers: Timer[]): Promise<number> {
    const middle = timers.length >> 1;
    return (await this.#claim(timers.slice(0, middle))) + (await this.#claim(timers.slice(middle)));
  }

  #claimOf(timer: Timer): Claim {
    const { clock, config, presence, retention } = this.#options;
    const now = clock.now();
    const { executions, ...moved } = claimTimer(timer, { now, expireAt: now + retention.skipped });
    const held = { holder: presence.incarnation, claimedAt: now };
    return {
      timer,
      ...moved,
      executions: executions.map((execution) =>
        execution.state === 'claimed'
          ? { ...execution, ...held, wakeAt: Math.max(now, execution.dueAt) + config.schedulerPublishAgainMs }
          : execution,
      ),
    };
  }

  #hold(claims: Claim[], existed: Set<string>): void {
    const { metrics, publisher, events } = this.#options;
    const fresh = claims.flatMap(({ timer, executions }) =>
      executions
        .filter(({ id }) => !existed.has(id))
        .map((execution) => ({ execution, definition: timer.definition })),
    );
    const leftOut = fresh.filter(({ execution }) => execution.state === 'skipped');
    metrics.claimed.inc(fresh.length - leftOut.length);
    for (const { execution } of leftOut)
      metrics.skipped.inc({ reason: execution.reason! }, execution.covers?.count ?? 1);
    publisher.hold(fresh.filter(({ execution }) => execution.state === 'claimed'));
    events.tell(
      fresh.map(({ execution }) => execution),
      factOfState,
    );
  }

  async #close(timers: Timer[]): Promise<void> {
    if (timers.length === 0) return;
    const { schedule, clock, settledRetentionMs } = this.#options;
    const now = clock.now();
    await schedule.closeFinished(timers, {
      now,
      checkAt: now + closeCheckMs,
      expireAt: now + settledRetentionMs,
    });
  }

  async #reclaimExecutions(holding: Holding): Promise<void> {
    const { schedule, definitions, presence, publisher, metrics, events, clock, config } = this.#options;
    for (let query = this.#query(holding); query && presence.holds(); query = this.#query(holding)) {
      const due = await schedule.dueExecutions(query);
      if (due.length === 0) return;
      const now = clock.now();
      const publishAgainAt = now + this.lookAheadMs() + config.schedulerPublishAgainMs;
      const won = await schedule.reclaim(due, { holder: presence.incarnation, now, publishAgainAt });
      metrics.reclaimed.inc(won.length);
      events.tell(won, factOfState);
      publisher.hold(await withDefinitions(definitions, won));
      if (due.length < query.limit || won.length === 0) return;
    }
  }
}
