/**
 * A steady load of timers from outside, and the account of it: which were acknowledged, which rang, how late, how often.
 * It counts at a receiver of its own, never by the word of the system under test.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface LoadOptions {
  /** Addresses of the API; a failed request is repeated at the next one. */
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
    const { perSecond, seconds, aheadMs, batch = Math.max(1, Math.round(perSecond / 100)) } = this.#options;
    const start = Date.now();
    const total = perSecond * seconds;
    const pending: Promise<void>[] = [];
    for (let made = 0; made < total; made += batch) {
      const due = start + (made / perSecond) * 1_000;
      if (due > Date.now()) await pause(due - Date.now());
      const size = Math.min(batch, total - made);
      const timers = Array.from({ length: size }, (_, i) => ({
        id: `${this.#run}-${made + i}`,
        at: Math.round(start + aheadMs + ((made + i) / perSecond) * 1_000),
      }));
      pending.push(this.#post(timers));
    }
    await Promise.all(pending);
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

  /** Posts until acknowledged: a timer that is there already was acknowledged by an answer that got lost. */
  async #post(timers: { id: string; at: number }[]): Promise<void> {
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
    const body = JSON.stringify({
      timers: timers.map(({ id, at }) => ({ id, at: new Date(at).toISOString(), target: { url } })),
    });
    for (let tries = 0; ; tries++) {
      const results = await this.#attempt(this.#options.urls[tries % this.#options.urls.length]!, body);
      if (results?.every(({ status }) => status === 201 || status === 409)) break;
      if (results?.some(({ status }) => status >= 400 && status < 500 && status !== 409 && status !== 429)) {
        throw new Error(`refused: ${JSON.stringify(results.find(({ status }) => status >= 400))}`);
      }
      await pause(200);
    }
    for (const { id, at } of timers) this.#dueAt.set(id, at);
  }

  async #attempt(url: string, body: string): Promise<{ status: number }[] | null> {
    try {
      const answer = await fetch(`${url}/v1/timers:batch`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(10_000),
      });
      if (answer.status === 400 || answer.status === 422) throw new TypeError(await answer.text());
      return answer.ok ? ((await answer.json()) as { results: { status: number }[] }).results : null;
    } catch (error) {
      if (error instanceof TypeError && error.message.startsWith('{')) throw error;
      return null;
    }
  }
}
