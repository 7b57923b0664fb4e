/**
 * A steady load of timers from outside, and the account of it: which were acknowledged, which rang, how late, how often.
 * It counts at a receiver of its own, never by the word of the system under test.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { postSteadily, postTimers } from './timer-posting.js';

export interface LoadOptions {
  /** Addresses of the API, used in turn; a failed request is repeated at the next one. */
  urls: readonly string[];
  perSecond: number;
  seconds: number;
  /** How far ahead of their time timers are created. */
  aheadMs: number;
  /** How long the receiver takes to answer. */
  answerMs?: number;
  /** Timers in one request; what falls into a hundredth of a second at the given rate unless told. */
  batch?: number;
}

export interface Ring {
  id: string;
  at: number;
  attempt: number;
}

export interface Account {
  acknowledged: number;
  /** Acknowledged and never called. */
  missing: string[];
  /** Called before their time. */
  early: string[];
  /** Called more than once, with each call's time. */
  doubled: Map<string, Ring[]>;
  /** Of each timer's first call, ascending, milliseconds. */
  lateness: number[];
}

/** The value below which this share of the ascending figures lies. */
export function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN;
}

export class TimerLoad {
  readonly #options: LoadOptions;
  readonly #dueAt = new Map<string, number>();
  readonly #rings = new Map<string, Ring[]>();
  readonly #server: http.Server;
  readonly #run = Math.random().toString(36).slice(2, 8);
  #requests = 0;
  readonly #waiters: { wanted: number; resolve: () => void }[] = [];

  private constructor(options: LoadOptions) {
    this.#options = options;
    this.#server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      this.#ring(request);
      request.resume();
      const answer = (): void => void response.writeHead(204).end();
      if (options.answerMs) setTimeout(answer, options.answerMs);
      else answer();
    });
  }

  static async open(options: LoadOptions): Promise<TimerLoad> {
    const load = new TimerLoad(options);
    await new Promise<void>((resolve) => load.#server.listen(0, '127.0.0.1', resolve));
    return load;
  }

  /** Creates the timers, second by second, and resolves when the last one has been acknowledged. */
  async create(): Promise<void> {
    const start = Date.now() + this.#options.aheadMs;
    await postSteadily(this.#options, (timers) =>
      this.#post(
        timers.map(({ n, elapsedMs }) => ({ id: `${this.#run}-${n}`, at: Math.round(start + elapsedMs) })),
      ),
    );
  }

  /** Creates `count` timers that all fall due at `at`. */
  async createAtOnce(count: number, at: number): Promise<void> {
    for (let made = 0; made < count; made += 1_000) {
      const size = Math.min(1_000, count - made);
      await this.#post(Array.from({ length: size }, (_, i) => ({ id: `${this.#run}-${made + i}`, at })));
    }
  }

  /** Resolves when all that was acknowledged has rung at least once, or after `limitMs`. */
  async settled(limitMs: number): Promise<void> {
    if (this.#rings.size >= this.#dueAt.size) return;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, limitMs);
      this.#waiters.push({ wanted: this.#dueAt.size, resolve: () => (clearTimeout(limit), resolve()) });
    });
  }

  account(): Account {
    const lateness: number[] = [];
    const missing: string[] = [];
    const early: string[] = [];
    for (const [id, dueAt] of this.#dueAt) {
      const rings = this.#rings.get(id);
      if (!rings) missing.push(id);
      else {
        lateness.push(rings[0]!.at - dueAt);
        if (rings.some(({ at }) => at < dueAt)) early.push(id);
      }
    }
    const doubled = new Map([...this.#rings].filter(([, rings]) => rings.length > 1));
    return {
      acknowledged: this.#dueAt.size,
      missing,
      early,
      doubled,
      lateness: lateness.sort((a, b) => a - b),
    };
  }

  /** First and last call's time, epoch milliseconds. */
  span(): { first: number; last: number } {
    const times = [...this.#rings.values()].flat().map(({ at }) => at);
    return { first: times.reduce((a, b) => Math.min(a, b)), last: times.reduce((a, b) => Math.max(a, b)) };
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #ring(request: http.IncomingMessage): void {
    const id = request.headers['timer-id'] as string;
    const ring = { id, at: Date.now(), attempt: Number(request.headers['timer-attempt']) };
    const rings = this.#rings.get(id);
    if (rings) rings.push(ring);
    else this.#rings.set(id, [ring]);
    const done = this.#waiters.filter(({ wanted }) => this.#rings.size >= wanted);
    for (const { resolve } of done) resolve();
  }

  async #post(timers: { id: string; at: number }[]): Promise<void> {
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
    const { urls } = this.#options;
    const first = this.#requests++ % urls.length;
    await postTimers(
      [...urls.slice(first), ...urls.slice(0, first)],
      timers.map((timer) => ({ ...timer, target: { url } })),
    );
    for (const { id, at } of timers) this.#dueAt.set(id, at);
  }
}
