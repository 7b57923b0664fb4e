/**
 * Starts executions in batches: who wins is running by this incarnation from then on. Nothing is started while the lease
 * is not held; the incarnation is the one that holds it when the batch leaves. A lone execution waits for nothing.
 */
import { Batcher } from '../../shared/base/batcher.js';
import type { Clock } from '../../shared/base/clock.js';
import { executionFact } from '../../shared/events/facts.js';
import type { EventSender } from '../../shared/events/sender.js';
import type { Presence } from '../../shared/presence/presence.js';
import type { WorkMessage } from '../../shared/queue/queue.js';
import type { SettingsSource } from '../../shared/settings/settings.js';
import type { DeliveryStore, Start, Started as Fates } from '../../shared/store/store.js';
import { defaultOverlapPolicy } from '../../shared/timers/overlap.js';
import type { Retention } from '../../shared/timers/retention.js';
import type { Definition } from '../../shared/timers/timer.js';
import type { Started } from './delivery/deliver.js';
import type { WorkerMetrics } from './metrics.js';

export interface StarterOptions {
  store: Pick<DeliveryStore, 'start'>;
  events: Pick<EventSender, 'tell'>;
  presence: Pick<Presence, 'incarnation' | 'holds'>;
  settings: Pick<SettingsSource, 'at'>;
  clock: Clock;
  metrics: Pick<WorkerMetrics, 'startBatch'>;
  startBatch: number;
  retention: Retention;
}

export interface Startable {
  message: WorkMessage;
  /** Null when there is none any more. */
  definition: Definition | null;
}

/** Lost: somebody else has it, or it is no longer due. Refused: an earlier one of its timer keeps it out. */
export type NotStarted = 'lost' | 'refused' | 'put-off';

/** Beyond the longest wait for callAt and the time limit of the call. */
const untilMarginMs = 5_000;
/** What waits for an earlier execution is woken when that one ends; should the wake be lost, it looks itself. */
const recheckMs = 30_000;

export class Starter {
  readonly #options: StarterOptions;
  readonly #batcher: Batcher<Startable, Started | NotStarted>;

  constructor(options: StarterOptions) {
    this.#options = options;
    this.#batcher = new Batcher({
      maxItems: options.startBatch,
      concurrency: 2,
      run: (batch) => this.#startBatch(batch),
      onBatch: (size) => options.metrics.startBatch.observe(size),
    });
  }

  /**
   * Answers what was won, or why nothing was: `put-off` when the lease was not held, or dispatch is paused at its instant.
   * Rejects while the store is away; then it is unknown whether it was started, and to start it again is safe. Of one
   * execution there must never be two at a time.
   */
  start(startable: Startable): Promise<Started | NotStarted> {
    return this.#batcher.add(startable);
  }

  async #startBatch(batch: Startable[]): Promise<(Started | NotStarted)[]> {
    if (!this.#options.presence.holds()) return batch.map(() => 'put-off');
    const now = this.#options.clock.now();
    const admitted = batch.filter((startable) => !this.#isPaused(startable, now));
    const started = await this.#startAll(admitted, now);
    return batch.map((startable) => started.get(startable) ?? 'put-off');
  }

  /** Each goes by its own instant: that of its call, or now where it is late. */
  #isPaused({ message }: Startable, now: number): boolean {
    const instant = Math.max(message.execution.callAt, now);
    return this.#options.settings.at(instant).dispatchPaused === true;
  }

  async #startAll(batch: Startable[], now: number): Promise<Map<Startable, Started | NotStarted>> {
    if (batch.length === 0) return new Map();
    const { store, presence, clock, retention } = this.#options;
    const runner = presence.incarnation;
    // One instant for the whole batch: what is equal for all goes to the store as one update.
    const from = batch.reduce((latest, { message }) => Math.max(latest, message.execution.callAt), now);
    const starts = batch.map((startable) => startOf(startable, { from, now }));
    const expireAt = now + retention.skipped;
    const { won, refused } = await store.start(starts, { incarnation: runner, now, expireAt });
    const startedAt = clock.now();
    this.#tell(batch, { won, refused });
    const resultOf = ({ message, definition }: Startable): Started | NotStarted => {
      const { id } = message.execution;
      const until = won.get(id);
      if (until !== undefined) return { message, definition, runner, startedAt, until };
      return refused.has(id) ? 'refused' : 'lost';
    };
    return new Map(batch.map((startable) => [startable, resultOf(startable)]));
  }

  #tell(batch: Startable[], { won, refused }: Fates): void {
    const executions = batch.map(({ message }) => message.execution);
    this.#options.events.tell(executions, (execution) => {
      if (won.has(execution.id))
        return executionFact('execution.started', { ...execution, attempt: execution.attempt + 1 });
      const isRefused = refused.has(execution.id);
      return isRefused ? executionFact('execution.refused', { ...execution, reason: 'overlap' }) : null;
    });
  }
}

function startOf({ message, definition }: Startable, { from, now }: { from: number; now: number }): Start {
  const { id, generation, claim, attempt, scheduledFor, clockOffsetMs } = message.execution;
  const { namespace, timerId, uid } = message.execution;
  return {
    id,
    generation,
    claim,
    attempt,
    until: from + (definition?.target.timeoutMs ?? 0) + untilMarginMs,
    timer: { namespace, id: timerId, uid },
    scheduledFor,
    overlap: definition?.overlap ?? defaultOverlapPolicy,
    recheckAt: now + clockOffsetMs + recheckMs,
  };
}
