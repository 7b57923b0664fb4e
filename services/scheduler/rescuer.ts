/**
 * Each second takes up what somebody dropped: claimed executions whose claimer is gone or that nobody started in time,
 * and running ones whose worker is gone or whose time is up. A claimed one is held here and published again; a running
 * one is settled from its attempt's record, which says `lost` when there was none. It touches nothing of a process
 * before that process is written down as gone, and does not take a backlog for a loss.
 */
import type { Clock } from '../../shared/base/clock.js';
import { groupBy } from '../../shared/base/grouping.js';
import type { Definitions } from '../../shared/definitions/definitions.js';
import { factOfAttempt } from '../../shared/events/facts.js';
import type { EventSender } from '../../shared/events/sender.js';
import type { Lifecycle } from '../../shared/base/lifecycle.js';
import { Loop } from '../../shared/base/loop.js';
import type { Random } from '../../shared/base/random.js';
import type { Observer } from '../../shared/presence/observer.js';
import type { Presence } from '../../shared/presence/presence.js';
import type { WorkQueue } from '../../shared/queue/queue.js';
import type { ServiceLevelRecorder } from '../../shared/service-levels/recorder.js';
import type { SettingsSource } from '../../shared/settings/settings.js';
import type { ProcessRow, ProcessStore } from '../../shared/store/processes.js';
import type { ScheduleStore, DeliveryStore, Settlement } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import type { Execution } from '../../shared/timers/execution.js';
import { attemptId, verdictOf } from '../../shared/timers/outcome.js';
import { keptMs, type Retention } from '../../shared/timers/retention.js';
import { defaultRetryPolicy } from '../../shared/timers/retry-policy.js';
import { backlogOf } from './backlog.js';
import type { SchedulerConfig } from './config.js';
import { withDefinitions, type Held } from './held.js';
import type { SchedulerMetrics } from './metrics.js';
import type { Publisher } from './publisher.js';
import type { ShardHost } from './shard-host.js';

/** Well below what the observer allows between two readings; a death is found out this much later than it could be. */
const observeEveryMs = 250;
const rescueEveryMs = 1_000;
const batchSize = 1_000;
/** However long the backlog, after this time an execution is published again. */
const longestPutOffMs = 60_000;

export interface RescuerOptions {
  schedule: ScheduleStore;
  delivery: Pick<DeliveryStore, 'settle'>;
  processes: ProcessStore;
  definitions: Definitions;
  observer: Observer;
  publisher: Publisher;
  presence: Presence;
  queue: WorkQueue;
  clock: Clock;
  random: Random;
  metrics: SchedulerMetrics;
  log: Logger;
  config: SchedulerConfig;
  retention: Retention;
  /** Says what of the shards is this process's to rescue. */
  host: ShardHost;
  settings: SettingsSource;
  events: Pick<EventSender, 'tell'>;
  recorder: Pick<ServiceLevelRecorder, 'record'>;
  /** Shards that no ring has and that are this process's all the same. */
  besides(): readonly number[];
  /** Called when executions became due that a look should claim. */
  onRetry(): void;
}

export class Rescuer implements Lifecycle {
  readonly #options: RescuerOptions;
  readonly #observations: Loop;
  readonly #rounds: Loop;
  #observed: { rows: ProcessRow[]; stale: ProcessRow[] } = { rows: [], stale: [] };

  constructor(options: RescuerOptions) {
    this.#options = options;
    const told = { ...options, failure: 'a rescue failed; the next one tries again' };
    // Everybody observes, so that a new leader has readings; a long rescue must not make gaps between them.
    this.#observations = new Loop({ ...told, periodMs: observeEveryMs, run: () => this.#observe() });
    this.#rounds = new Loop({ ...told, periodMs: rescueEveryMs, run: () => this.#round() });
  }

  start(): void {
    this.#observations.start();
    this.#rounds.start();
  }

  /** Takes up at once what there is: a change has claimed what nobody holds, or shards were taken. */
  nudge(): void {
    this.#rounds.nudge();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#observations.stop(), this.#rounds.stop()]);
  }

  /** What a dead one held is late already: that somebody died is acted upon when it is found out. */
  async #observe(): Promise<void> {
    const known = new Set(
      this.#observed.rows.filter(({ gone }) => gone).map(({ incarnation }) => incarnation),
    );
    this.#observed = await this.#options.observer.look();
    const { rows, stale } = this.#observed;
    const died = rows.some(({ gone, incarnation }) => gone && !known.has(incarnation));
    if (died || stale.length > 0) this.#rounds.nudge();
  }

  async #round(): Promise<void> {
    const { presence, host } = this.#options;
    if (!presence.holds() || host.holdings().length === 0) return;
    const { rows, stale } = this.#observed;
    const gone = [...rows.filter((row) => row.gone), ...(await this.#declareGone(stale))];
    for (const row of gone) await this.#inherit(row);
    await this.#rescueOverdue(rows);
  }

  async #declareGone(stale: ProcessRow[]): Promise<ProcessRow[]> {
    const { processes, metrics, log } = this.#options;
    const declared: ProcessRow[] = [];
    for (const row of stale) {
      if (!(await processes.declareGone(row.incarnation, row.counter))) {
        // Another one did it first, or it lives: the next reading tells.
        this.#observations.nudge();
        continue;
      }
      metrics.gone.inc();
      log.warn(
        { incarnation: row.incarnation, host: row.host, pid: row.pid },
        'a process is gone; taking up what it held',
      );
      declared.push(row);
    }
    return declared;
  }

  /** Takes up what a gone process held in the shards of this one; its row goes when nothing is left anywhere. */
  async #inherit(row: ProcessRow): Promise<void> {
    const { schedule, processes, host, besides } = this.#options;
    const shards = [...host.shards(), ...besides()];
    const held = await schedule.heldBy([row.incarnation], batchSize, shards);
    if (held.length === batchSize) this.nudge();
    if (held.length > 0) return this.#rescue(held);
    if ((await schedule.heldBy([row.incarnation], 1)).length === 0) await processes.forget(row.incarnation);
  }

  async #rescueOverdue(rows: ProcessRow[]): Promise<void> {
    const overdue = await this.#overdue();
    if (overdue.length === 0) return;
    const { clock } = this.#options;
    const living = new Set(rows.filter((row) => !row.gone).map((row) => row.incarnation));
    const backlogged = await this.#isBacklogged(rows);
    const paused = this.#options.settings.at(clock.now()).dispatchPaused === true;
    const canWait = (execution: Execution): boolean =>
      execution.state === 'claimed' &&
      execution.holder !== null &&
      living.has(execution.holder) &&
      (paused || this.#isOurs(execution) || (backlogged && clock.now() < execution.callAt + longestPutOffMs));
    await this.#putOff(overdue.filter(canWait));
    await this.#rescue(overdue.filter((execution) => !canWait(execution)));
  }

  async #overdue(): Promise<Execution[]> {
    const { schedule, clock, host, besides } = this.#options;
    const now = clock.now();
    const queries = [
      ...host.holdings().flatMap((holding) => host.due(holding, now) ?? []),
      ...besides().map((shard) => ({ shards: [shard], before: now })),
    ];
    const found = queries.map((bounds) => schedule.overdueExecutions({ ...bounds, limit: batchSize }));
    return (await Promise.all(found)).flat();
  }

  /** Still in this process's own hands, not published yet: nothing is lost. */
  #isOurs({ id, holder }: Execution): boolean {
    return holder === this.#options.presence.incarnation && this.#options.publisher.has(id);
  }

  async #isBacklogged(rows: ProcessRow[]): Promise<boolean> {
    const { queue, metrics } = this.#options;
    const ready = await queue.depth().catch(() => null);
    if (ready !== null) metrics.queueDepth.set(ready);
    return ready === null || backlogOf(ready, rows).exceedsOneSecond;
  }

  async #putOff(executions: Execution[]): Promise<void> {
    const { schedule, clock, config, metrics } = this.#options;
    const publishAgainAt = clock.now() + config.schedulerPublishAgainMs;
    for (const [holder, group] of groupBy(executions, (execution) => execution.holder!)) {
      metrics.putOff.inc(group.length);
      await schedule.takeOver(group, { holder, now: clock.now(), publishAgainAt });
    }
  }

  async #rescue(executions: Execution[]): Promise<void> {
    const claimed = executions.filter(({ state }) => state === 'claimed');
    const running = executions.filter(({ state }) => state === 'running');
    if (claimed.length > 0) await this.#publishAgain(claimed);
    if (running.length > 0) await this.#settleLost(running);
  }

  async #publishAgain(executions: Execution[]): Promise<void> {
    const { schedule, definitions, publisher, presence, clock, config, metrics } = this.#options;
    const now = clock.now();
    const publishAgainAt = now + config.schedulerLookAheadMs + config.schedulerPublishAgainMs;
    const by = { holder: presence.incarnation, now, publishAgainAt };
    const won = await schedule.takeOver(executions, by);
    metrics.rescued.inc({ state: 'claimed' }, won.length);
    publisher.hold(await withDefinitions(definitions, won));
  }

  async #settleLost(executions: Execution[]): Promise<void> {
    const { delivery, definitions, metrics, events, recorder, onRetry } = this.#options;
    const settlements = (await withDefinitions(definitions, executions)).map((held) => this.#lost(held));
    await delivery.settle(settlements);
    const records = new Map(settlements.map(({ record }) => [record.executionId, record]));
    for (const execution of executions) recorder.record(execution, records.get(execution.id)!);
    events.tell(executions, (execution) => factOfAttempt(execution, records.get(execution.id)!));
    metrics.rescued.inc({ state: 'running' }, executions.length);
    onRetry();
  }

  #lost({ execution, definition }: Held): Settlement {
    const { clock, random, retention } = this.#options;
    const now = clock.now();
    const { id, namespace, timerId, uid, attempt, scheduledFor, claimedAt } = execution;
    const error = {
      code: 'lost' as const,
      message: 'the worker vanished, or its time was up, before it recorded a result',
    };
    const result = { outcome: 'lost' as const, status: null, error, retryAfterMs: null };
    const policy = definition?.retries ?? defaultRetryPolicy;
    const unreached = {
      publishedAt: null,
      startedAt: null,
      sentAt: null,
      firstByteAt: null,
      finishedAt: null,
    };
    const verdict = verdictOf(result, { execution, policy, now: now + execution.clockOffsetMs, random });
    return {
      record: {
        id: attemptId(id, attempt),
        executionId: id,
        n: attempt,
        outcome: 'lost',
        status: null,
        error,
        response: null,
        worker: execution.holder,
        receipt: { scheduledFor, claimedAt, ...unreached },
        verdict,
        lateOutcome: null,
      },
      timer: { namespace, id: timerId, uid },
      overlap: definition?.overlap !== 'allowAll',
      now,
      expireAt: now + keptMs(retention, verdict.state),
    };
  }
}
