/**
 * A guarded session: keeps one connection open, goes on with the session over a new connection after a loss, and with a
 * new session after an expiry. The driver would call a dead link connected long after the server has ended the session;
 * so a watchdog asks for a sign of life every sixth of the session time, drops the connection after two thirds without
 * one, and says that everything the session held is lost. It never gives up, and never throws out of itself.
 *
 *   connecting ──► connected ──► (link lost) ──► connecting with the same ticket
 *        │                                            │ two thirds of the session time: `onLost`
 *        └───────────◄── new ticket ◄── expired ──────┘ `onLost`
 */
import { backoffMs } from '../../base/backoff.js';
import type { Cancel, Clock } from '../../base/clock.js';
import { sleep } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Random } from '../../base/random.js';
import { Listeners } from '../listeners.js';
import type { Connection, Ticket } from './connection.js';
import { openConnection } from './connection.js';
import { callDeadlineMs, unavailable } from '../deadline.js';
import { Lease } from './lease.js';

/** What happened, for the log and the metrics. */
export type OnEvent = (event: string, detail: object) => void;

export interface SessionOptions {
  servers: string;
  /** Asked for; the server may grant another one. */
  sessionMs: number;
  /** Nodes that are there before anybody is told of a connection. */
  folders: string[];
  clock: Clock;
  random: Random;
  onEvent: OnEvent;
}

const reconnect = { baseMs: 50, maxMs: 1_000 };

export class Session {
  readonly #options: SessionOptions;
  readonly #lease: Lease;
  readonly #connected: Listeners<Connection>;
  readonly #lost: Listeners<string>;
  readonly #waiting = new Set<(connection: Connection) => void>();
  readonly #closing = new AbortController();
  readonly #life: Promise<void>;
  #connection: Connection | null = null;
  #ticket: Ticket | null = null;
  /** The session whose folders are made. */
  #prepared: string | null = null;
  #cancelWatch: Cancel;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#lease = new Lease(options.sessionMs);
    const onError = (error: unknown) => options.onEvent('listener-failed', { error: messageOf(error) });
    this.#connected = new Listeners(onError);
    this.#lost = new Listeners(onError);
    this.#cancelWatch = options.clock.after(this.#lease.probeMs, () => this.#watch());
    this.#life = this.#keepConnected();
  }

  /** The present connection; null while there is none. */
  get connection(): Connection | null {
    return this.#connection;
  }

  /** True while the session is sure to live, by the monotonic clock, at this very moment. */
  leaseHolds(): boolean {
    return this.#lease.holds(this.#options.clock.monotonic());
  }

  /** Told of each new connection, of the same session or of a new one; watchers have to be set again. */
  onConnected(listener: (connection: Connection) => void): () => void {
    return this.#connected.add(listener);
  }

  /** Told when what the session held can no longer be relied on: its lease lapsed, or it expired. */
  onLost(listener: (reason: string) => void): () => void {
    return this.#lost.add(listener);
  }

  /** Runs `work` as soon as there is a connection; rejects with `coordination-unavailable` within two seconds. */
  run<Result>(what: string, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (this.#closing.signal.aborted) return reject(unavailable(`${what}: closed`));
      const cancel = this.#options.clock.after(callDeadlineMs, () => {
        this.#waiting.delete(begin);
        reject(unavailable(`${what} was not done in ${callDeadlineMs} ms`));
      });
      const begin = (connection: Connection) => {
        void work(connection).then(resolve, reject).finally(cancel);
      };
      if (this.#connection) begin(this.#connection);
      else this.#waiting.add(begin);
    });
  }

  /** Ends the session on the server too, if it can be reached. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelWatch();
    await this.#connection?.end();
    await this.#life;
  }

  async #keepConnected(): Promise<void> {
    const { clock, random, onEvent } = this.#options;
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted;) {
      const connection = await this.#open();
      if (connection) {
        failures = 0;
        await this.#use(connection);
        if (!signal.aborted) onEvent('connection-lost', { session: connection.session });
      } else {
        await sleep(clock, backoffMs(failures++, reconnect, random), signal);
      }
    }
  }

  /** Null when this try has failed. */
  async #open(): Promise<Connection | null> {
    try {
      const opened = await openConnection({ ...this.#options, ticket: this.#ticket });
      if (opened === 'expired') return this.#expire();
      this.#ticket = opened.ticket;
      this.#lease.grant(opened.sessionMs, opened.sentAt);
      await this.#prepare(opened);
      return opened;
    } catch (error) {
      this.#options.onEvent('connect-failed', { error: messageOf(error) });
      return null;
    }
  }

  async #prepare(connection: Connection): Promise<void> {
    if (this.#prepared === connection.session) return;
    try {
      for (const folder of this.#options.folders) await connection.createFolder(folder);
      this.#prepared = connection.session;
    } catch (error) {
      connection.drop();
      throw error;
    }
  }

  /** Resolves when the connection has ended. */
  async #use(connection: Connection): Promise<void> {
    if (this.#closing.signal.aborted) return connection.end();
    this.#connection = connection;
    this.#options.onEvent('connected', { session: connection.session, sessionMs: connection.sessionMs });
    this.#connected.tell(connection);
    for (const begin of this.#waiting) begin(connection);
    this.#waiting.clear();
    await connection.closed;
    this.#connection = null;
  }

  #watch(): void {
    const { clock } = this.#options;
    if (this.#lease.lapsed(clock.monotonic())) {
      this.#connection?.drop();
      this.#lose('lease-lapsed');
    } else if (this.#connection) {
      this.#probe(this.#connection);
    }
    this.#cancelWatch = clock.after(this.#lease.probeMs, () => this.#watch());
  }

  #probe(connection: Connection): void {
    const sentAt = this.#options.clock.monotonic();
    const renew = () => {
      if (connection === this.#connection) this.#lease.renew(sentAt);
    };
    const ignore = () => undefined; // A probe that fails renews nothing; the lease lapses by itself.
    connection.exists('/').then(renew, ignore);
  }

  #expire(): null {
    this.#ticket = null;
    this.#lose('session-expired');
    return null;
  }

  #lose(reason: string): void {
    this.#lease.end();
    this.#options.onEvent(reason, {});
    this.#lost.tell(reason);
  }
}
