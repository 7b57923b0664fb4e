/**
 * One connection of one session, and the operations on it as promises. The driver reconnects silently, has no read
 * timeout and lets operations hang while it is disconnected; so a driver's client serves here for a single connection:
 * once that ends, every operation on it rejects, and the session opens another one with the same ticket. What began on one
 * connection can therefore never act through a later one. Every operation has a deadline, and every rejection is
 * `coordination-unavailable`.
 */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { createClient, CreateMode, Exception, type Client, type Option } from 'node-zookeeper-client';
import type { Clock } from '../../base/clock.js';
import { unavailable, within } from '../deadline.js';

/** What it takes to go on with a session over another connection. */
export interface Ticket {
  sessionId: Buffer;
  sessionPassword: Buffer;
}

export interface ConnectionOptions {
  /** `host:port`, separated by commas; one of them, at random, is tried. */
  servers: string;
  sessionMs: number;
  /** The session to go on with; null for a new one. */
  ticket: Ticket | null;
  clock: Clock;
}

/** A step of a commit. Versions are data versions and at least 1: the driver takes 0 for "any". */
export type Step =
  | { kind: 'check'; path: string; version: number }
  | { kind: 'create'; path: string; data: Buffer }
  | { kind: 'set'; path: string; data: Buffer; version: number | 'any' }
  | { kind: 'remove'; path: string };

/** Called at most once, when what was read has changed. */
export type Watcher = () => void;

/** The part of the driver that it keeps to itself and that there is no guarding it without. */
interface DriverInternals extends EventEmitter {
  socket?: Socket;
  connect(): void;
}

const driverState = { connected: 2, disconnected: 0, expired: -3 } as const;
const anyVersion = -1;
const refusals = [Exception.BAD_VERSION, Exception.NODE_EXISTS, Exception.NO_NODE];

/** Opens a connection; `expired` when the ticket's session is over. */
export function openConnection(options: ConnectionOptions): Promise<Connection | 'expired'> {
  const { servers, sessionMs, ticket, clock } = options;
  const settings: Partial<Option> = { sessionTimeout: sessionMs, retries: 0, ...ticket };
  const driver = createClient(servers, settings);
  const internals = internalsOf(driver);
  const sentAt = clock.monotonic();
  const opening = new Promise<Connection | 'expired'>((resolve, reject) => {
    internals.on('state', (state: number) => {
      if (state === driverState.connected) resolve(new Connection(driver, { sentAt, clock }));
      if (state === driverState.expired) resolve('expired');
      if (state === driverState.disconnected) reject(unavailable(`${servers} does not answer`));
    });
  });
  driver.connect();
  internals.connect = () => undefined;
  return within({ clock, deadlineMs: sessionMs / 2, what: 'connecting' }, opening).catch((error: unknown) => {
    internals.socket?.destroy();
    throw error;
  });
}

export class Connection {
  readonly ticket: Ticket;
  /** The session's id in hexadecimal. */
  readonly session: string;
  /** The session time that the server has granted. */
  readonly sessionMs: number;
  /** When it was asked for (monotonic). */
  readonly sentAt: number;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  readonly #driver: Client;
  readonly #clock: Clock;

  constructor(driver: Client, { sentAt, clock }: { sentAt: number; clock: Clock }) {
    this.#driver = driver;
    this.#clock = clock;
    this.sentAt = sentAt;
    this.ticket = { sessionId: driver.getSessionId(), sessionPassword: driver.getSessionPassword() };
    this.session = this.ticket.sessionId.toString('hex');
    this.sessionMs = driver.getSessionTimeout();
    this.closed = new Promise((resolve) => {
      internalsOf(driver).on('state', (state: number) => {
        if (state === driverState.disconnected) resolve();
      });
    });
  }

  /** A watcher here sees the node's creation, change and end. */
  async exists(path: string, watcher?: Watcher): Promise<boolean> {
    const stat = await this.#call<object | null>(`exists ${path}`, (done) =>
      watcher ? this.#driver.exists(path, watcher, done) : this.#driver.exists(path, done),
    );
    return stat !== null;
  }

  /** Null when there is no such node; then the watcher is not set. */
  read(path: string, watcher?: Watcher): Promise<{ data: Buffer; version: number } | null> {
    return this.#call<{ data: Buffer; version: number }>(`read ${path}`, (done) => {
      const took = (error: Error | Exception | null, data: Buffer, stat: { version: number }) =>
        error ? done(error, undefined) : done(null, { data, version: stat.version });
      if (watcher) this.#driver.getData(path, watcher, took);
      else this.#driver.getData(path, took);
    }).catch(answer([Exception.NO_NODE], null));
  }

  /** Names, not paths. */
  children(path: string, watcher?: Watcher): Promise<string[]> {
    return this.#call(`children of ${path}`, (done) =>
      watcher ? this.#driver.getChildren(path, watcher, done) : this.#driver.getChildren(path, done),
    );
  }

  /** Nothing happens when it is there already. */
  async createEphemeral(path: string, data: Buffer): Promise<void> {
    await this.#call<string>(`create ${path}`, (done) =>
      this.#driver.create(path, data, CreateMode.EPHEMERAL, done),
    ).catch(answer([Exception.NODE_EXISTS], path));
  }

  /** After a rejection the node may be there or not: list and look. */
  async createSequential(prefix: string, data: Buffer): Promise<void> {
    await this.#call<string>(`create ${prefix}`, (done) =>
      this.#driver.create(prefix, data, CreateMode.EPHEMERAL_SEQUENTIAL, done),
    );
  }

  /** Creates a lasting node and those above it, where they are missing. */
  async createFolder(path: string): Promise<void> {
    await this.#call<string>(`create ${path}`, (done) => this.#driver.mkdirp(path, done));
  }

  /** Nothing happens when it is gone already. */
  async remove(path: string): Promise<void> {
    await this.#call(`remove ${path}`, (done: Done<undefined>) =>
      this.#driver.remove(path, (error) => done(error, undefined)),
    ).catch(answer([Exception.NO_NODE], undefined));
  }

  /** Afterwards this server answers with all that was written before, whoever wrote it: a write passes through the leader. */
  async catchUp(folder: string): Promise<void> {
    await this.#call<object>(`touch ${folder}`, (done) =>
      this.#driver.setData(folder, Buffer.alloc(0), done),
    );
  }

  /** All steps or none; false when a version or the presence of a node refused it. */
  commit(steps: Step[]): Promise<boolean> {
    const transaction = this.#driver.transaction();
    for (const step of steps) {
      if (step.kind === 'check') transaction.check(step.path, step.version);
      if (step.kind === 'create') transaction.create(step.path, step.data);
      if (step.kind === 'set')
        transaction.setData(step.path, step.data, step.version === 'any' ? anyVersion : step.version);
      if (step.kind === 'remove') transaction.remove(step.path, anyVersion);
    }
    return this.#call<boolean>('commit', (done) => transaction.commit((error) => done(error, true))).catch(
      answer(refusals, false),
    );
  }

  /** Ends the connection at once; the session lives on until it times out. */
  drop(): void {
    internalsOf(this.#driver).socket?.destroy();
  }

  /** Ends the session, and with it its ephemeral nodes; when nobody answers, the connection at least. */
  async end(): Promise<void> {
    this.#driver.close();
    await within({ clock: this.#clock, deadlineMs: this.sessionMs / 2, what: 'closing' }, this.closed).catch(
      () => this.drop(),
    );
  }

  async #call<Result>(what: string, begin: (done: Done<Result>) => void): Promise<Result> {
    const answered = new Promise<Result>((resolve, reject) =>
      begin((error, result) =>
        error ? reject(unavailable(`${what}: ${String(error)}`, error)) : resolve(result as Result),
      ),
    );
    return within({ clock: this.#clock, deadlineMs: (this.sessionMs * 2) / 3, what }, answered);
  }
}

type Done<Result> = (error: Error | Exception | null, result: Result | undefined) => void;

function internalsOf(driver: Client): DriverInternals {
  return (driver as Client & { connectionManager: DriverInternals }).connectionManager;
}

/** Turns the server's refusals `codes` into a value; everything else stays an error. */
function answer<Value>(codes: number[], value: Value): (error: unknown) => Value {
  return (error) => {
    const cause = error instanceof Error ? error.cause : null;
    if (cause instanceof Exception && codes.includes(cause.code)) return value;
    throw error;
  };
}
