/**
 * This process's own row in the store: registered at start, renewed each second, good for three. What it holds is its
 * own only while the row is; a renewal that finds the row gone ends the incarnation, and the process goes on as a new
 * one that holds nothing. Each renewal also reads the store's clock.
 */
import type { Clock, TimeReading } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { incarnationId } from '../base/ids.js';
import type { Lifecycle } from '../base/lifecycle.js';
import { Loop } from '../base/loop.js';
import type { ProcessReport, ProcessRow, ProcessStore } from '../store/processes.js';
import type { Logger } from '../telemetry/logger.js';

/** How long a renewal is good for. */
export const leaseMs = 3_000;
const renewMs = 1_000;

/** A clock that takes readings of the store's. */
export interface CorrectableClock extends Clock {
  sample(reading: TimeReading): void;
  skewMs(): number;
}

export interface PresenceOptions {
  processes: ProcessStore;
  clock: CorrectableClock;
  log: Logger;
  identity: { name: string; service: string; host: string; pid: number };
  skew: { warnMs: number; refuseMs: number };
  /** Whether a process of this host still runs. */
  isAlive(pid: number): boolean;
}

export class Presence implements Lifecycle {
  readonly #options: PresenceOptions;
  readonly #loop: Loop;
  readonly #listeners: ((old: string) => void)[] = [];
  #incarnation: string;
  #counter = 0;
  #registered = false;
  #leaseUntil = -Infinity;
  #troubled = false;
  readonly #reports: (() => ProcessReport)[] = [];
  readonly #conditions: (() => boolean)[] = [];

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#incarnation = incarnationId(options.identity.name);
    this.#loop = new Loop({
      clock: options.clock,
      periodMs: renewMs,
      run: () => this.#round(),
      onError: (error) => this.#onError(error),
    });
  }

  get incarnation(): string {
    return this.#incarnation;
  }

  /** Tells of an incarnation that has ended: drop what it held, nothing of it is ours any more. */
  onGone(listener: (old: string) => void): void {
    this.#listeners.push(listener);
  }

  /** What the row tells of this process at each renewal, beside what others let it tell. */
  reportWith(report: () => ProcessReport): void {
    this.#reports.push(report);
  }

  /** What must hold besides while new work is taken. */
  require(condition: () => boolean): void {
    this.#conditions.push(condition);
  }

  /**
   * True while new work may be taken: the row is ours for at least `marginMs` more, the clock is trusted, the local
   * clock is not absurdly far from the store's, and what else is required holds.
   */
  holds(marginMs = 0): boolean {
    const { clock, skew } = this.#options;
    return (
      clock.monotonic() + marginMs < this.#leaseUntil &&
      clock.ready() &&
      Math.abs(clock.skewMs()) <= skew.refuseMs &&
      this.#conditions.every((condition) => condition())
    );
  }

  /** Registers if the store is there; while it is not, goes on trying, and `holds` stays false. */
  async start(): Promise<void> {
    await this.#round().catch((error: unknown) => this.#onError(error));
    this.#loop.start();
  }

  /** Resigns: removes the row. Call it when nothing is held any more. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    this.#leaseUntil = -Infinity;
    if (this.#registered) await this.#options.processes.forget(this.#incarnation);
    this.#registered = false;
  }

  async #round(): Promise<void> {
    const { processes, clock } = this.#options;
    await this.#readClock();
    if (!this.#registered) await this.#register();
    const sentAt = clock.monotonic();
    const renewed = await processes.renew(this.#incarnation, ++this.#counter, this.#tell());
    if (!renewed) return this.#begin();
    this.#leaseUntil = sentAt + leaseMs;
    if (this.#troubled) this.#options.log.info('the lease is renewed again');
    this.#troubled = false;
  }

  #tell(): ProcessReport {
    const { clock } = this.#options;
    const told = this.#reports.map((report) => report());
    return Object.assign(
      { toldAt: clock.now(), skewMs: Math.round(clock.skewMs()) },
      ...told,
    ) as ProcessReport;
  }

  async #readClock(): Promise<void> {
    const { processes, clock, skew, log } = this.#options;
    const sentAt = clock.monotonic();
    const { source, time } = await processes.time();
    clock.sample({ source, time, sentAt, receivedAt: clock.monotonic() });
    const skewMs = Math.round(clock.skewMs());
    if (Math.abs(skewMs) > skew.warnMs) {
      log.warn(
        { skewMs, refusing: Math.abs(skewMs) > skew.refuseMs },
        "the local clock differs from the store's; check time synchronisation",
      );
    }
  }

  /**
   * Of what failed nobody knows whether it landed. If it did, the row may have been declared gone and removed since: to
   * insert it again would bring a dead incarnation back to life. So each try is of an incarnation of its own.
   */
  async #register(): Promise<void> {
    const { processes, clock, identity } = this.#options;
    await this.#buryNamesakes();
    const row = {
      ...identity,
      incarnation: this.#incarnation,
      counter: this.#counter,
      gone: false,
      startedAt: clock.now(),
      report: {},
    };
    await processes.register(row).catch((error: unknown) => {
      this.#rename();
      throw error;
    });
    this.#registered = true;
  }

  /** From here on this is another incarnation, which holds nothing. */
  #rename(): void {
    const old = this.#incarnation;
    this.#leaseUntil = -Infinity;
    this.#registered = false;
    this.#counter = 0;
    this.#incarnation = incarnationId(this.#options.identity.name);
    for (const listener of this.#listeners) listener(old);
  }

  /** An earlier life of the same name on this host whose pid runs no more is known dead: nobody has to wait for its lease. */
  async #buryNamesakes(): Promise<void> {
    const { processes, identity, isAlive } = this.#options;
    const isDead = (row: ProcessRow): boolean =>
      row.incarnation !== this.#incarnation &&
      !row.gone &&
      row.name === identity.name &&
      row.host === identity.host &&
      (row.pid === identity.pid || !isAlive(row.pid));
    const dead = (await processes.list()).filter(isDead);
    await Promise.all(dead.map((row) => processes.declareGone(row.incarnation, row.counter)));
  }

  async #begin(): Promise<void> {
    const old = this.#incarnation;
    this.#rename();
    this.#options.log.warn(
      { old, incarnation: this.#incarnation },
      'declared gone while away; going on as a new incarnation',
    );
    await this.#register();
    this.#loop.nudge();
  }

  #onError(error: unknown): void {
    if (!this.#troubled)
      this.#options.log.warn(
        { reason: messageOf(error) },
        'the lease cannot be renewed; no new work until it can',
      );
    this.#troubled = true;
  }
}
