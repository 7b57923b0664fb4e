/**
 * Counts how well each namespace is served, minute by minute, and stores it every few seconds as one row for each minute and
 * process, which the next one replaces: a write that is repeated counts once. What was counted since the last one is lost
 * with the process. It never waits on the way of a timer, and what cannot be stored is tried again until it is old.
 */
import type { Clock } from '../base/clock.js';
import { lifeToken } from '../base/ids.js';
import { Loop } from '../base/loop.js';
import type { ServiceLevelStore } from '../store/service-levels.js';
import type { Logger } from '../telemetry/logger.js';
import type { Execution } from '../timers/execution.js';
import { observe } from '../timers/histogram.js';
import type { AttemptRecord } from '../timers/outcome.js';
import { emptyLevel, minuteMs, type ServiceLevel, type ServiceLevelRow } from '../timers/service-level.js';

const storeEveryMs = 5_000;
/** Of one minute; those of further namespaces are not counted. */
const mostNamespaces = 1_000;
/** What cannot be stored for so long is given up. */
const longestMinutes = 30;

export interface RecorderOptions {
  serviceLevels: Pick<ServiceLevelStore, 'put'>;
  clock: Clock;
  log: Logger;
}

type Served = Pick<Execution, 'namespace' | 'dueAt' | 'clockOffsetMs'>;
type Ended = Pick<AttemptRecord, 'n' | 'receipt' | 'verdict'>;

export class ServiceLevelRecorder extends Loop {
  readonly #source = lifeToken();
  readonly #options: RecorderOptions;
  /** By minute, then by namespace. */
  readonly #minutes = new Map<number, Map<string, ServiceLevel>>();
  /** Minutes that have changed since they were stored. */
  readonly #changed = new Set<number>();

  constructor(options: RecorderOptions) {
    const failure = 'service levels cannot be stored; the next round tries again';
    super({ ...options, failure, periodMs: storeEveryMs, run: () => this.#store() });
    this.#options = options;
  }

  /** Counts an attempt whose result is stored. */
  record({ namespace, dueAt, clockOffsetMs }: Served, { n, receipt, verdict }: Ended): void {
    const level = this.#levelOf(namespace);
    if (!level) return;
    level.attempts++;
    if (verdict.state !== 'retrying') level[verdict.state]++;
    if (n === 1 && receipt.sentAt !== null) observe(level.lateness, receipt.sentAt + clockOffsetMs - dueAt);
  }

  /** Stores what is counted. */
  override async stop(): Promise<void> {
    await super.stop();
    await this.#store().catch(() => undefined);
  }

  #levelOf(namespace: string): ServiceLevel | null {
    const now = this.#options.clock.now();
    const minute = now - (now % minuteMs);
    this.#changed.add(minute);
    let levels = this.#minutes.get(minute);
    if (!levels) this.#minutes.set(minute, (levels = new Map<string, ServiceLevel>()));
    let level = levels.get(namespace);
    if (!level && levels.size < mostNamespaces) levels.set(namespace, (level = emptyLevel()));
    return level ?? null;
  }

  async #store(): Promise<void> {
    const now = this.#options.clock.now();
    const minutes = [...this.#changed];
    this.#changed.clear();
    try {
      // An idle process writes nothing: on SQLite even an empty write is a transaction and a sync.
      if (minutes.length > 0)
        await this.#options.serviceLevels.put(minutes.flatMap((minute) => this.#rowsOf(minute)));
    } catch (error) {
      for (const minute of minutes) this.#changed.add(minute);
      throw error;
    } finally {
      this.#forget(now);
    }
  }

  #rowsOf(minute: number): ServiceLevelRow[] {
    const levels = this.#minutes.get(minute) ?? new Map<string, ServiceLevel>();
    return [...levels].map(([namespace, level]) => ({
      ...{ namespace, spanMs: minuteMs, from: minute, source: this.#source },
      level: structuredClone(level),
    }));
  }

  /** A minute goes once it is over and stored, or too old. */
  #forget(now: number): void {
    for (const minute of this.#minutes.keys()) {
      const isOver = minute + minuteMs <= now && !this.#changed.has(minute);
      if (!isOver && minute + longestMinutes * minuteMs > now) continue;
      this.#minutes.delete(minute);
      this.#changed.delete(minute);
    }
  }
}
