/**
 * Reads what is due within the horizon, page by page in the order of due time, and adds it to a forecast, giving way after
 * each page. A forecast is kept for a minute, or ten times as long as it took; whoever asks meanwhile shares it.
 */
import type { Clock } from '../../../shared/base/clock.js';
import { nextTurn } from '../../../shared/base/turn.js';
import type { TimerPosition } from '../../../shared/store/queries.js';
import type { TimerStore } from '../../../shared/store/store.js';
import { Forecast, hourOf } from '../../../shared/timers/forecast.js';

const pageSize = 1_000;
/** Beyond it the forecast ends where the last timer that was read is due. */
const mostTimers = 250_000;
const keptMs = 60_000;
const keptShare = 10;
const mostKept = 100;

export interface ForecastQuery {
  namespace: string;
  days: number;
}

export interface Forecasted {
  from: number;
  /** Where it ends, exclusive. */
  until: number;
  /** Up to here nothing is missing; `until` unless there was too much. */
  completeUntil: number;
  timers: number;
  hosts: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

interface Kept {
  forecast: Promise<Forecasted>;
  /** Monotonic; Infinity while it is being made. */
  until: number;
}

export class Forecaster {
  readonly #timers: Pick<TimerStore, 'list'>;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(timers: Pick<TimerStore, 'list'>, clock: Clock) {
    this.#timers = timers;
    this.#clock = clock;
  }

  of(query: ForecastQuery): Promise<Forecasted> {
    const key = `${query.namespace} ${query.days}`;
    const there = this.#kept.get(key);
    if (there && this.#clock.monotonic() < there.until) return there.forecast;
    const kept: Kept = { forecast: this.#make(query), until: Infinity };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value!);
    const begun = this.#clock.monotonic();
    kept.forecast.then(
      () =>
        (kept.until =
          this.#clock.monotonic() + Math.max(keptMs, keptShare * (this.#clock.monotonic() - begun))),
      () => this.#kept.delete(key),
    );
    return kept.forecast;
  }

  async #make({ namespace, days }: ForecastQuery): Promise<Forecasted> {
    const from = this.#clock.now();
    const until = hourOf(from) + days * 86_400_000;
    const forecast = new Forecast({ from, until });
    let [timers, completeUntil]: [number, number] = [0, until];
    let after: TimerPosition | null = null;
    for (;;) {
      const query = { namespace, order: 'nextDueAt', state: 'active', dueBefore: until, after } as const;
      const page = await this.#timers.list({ ...query, limit: pageSize });
      for (const timer of page) forecast.add(timer);
      timers += page.length;
      const last = page.at(-1)?.next;
      if (!last || page.length < pageSize) break;
      if (timers >= mostTimers || !forecast.goesOn) {
        completeUntil = Math.max(from, last.dueAt);
        break;
      }
      after = { id: page.at(-1)!.id, at: last.dueAt };
      await nextTurn();
    }
    completeUntil = Math.min(completeUntil, forecast.completeUntil);
    return { from, until, completeUntil, timers, hosts: forecast.hosts() };
  }
}
