/**
 * One connection to RabbitMQ with one channel on it, remade for ever until closed.
 *
 *   opening ──attached──► up ──lost──► waiting (backoff) ──► opening …
 *      └──refused, no answer──────────────► waiting
 *
 * There is one way to heal: whatever breaks (channel, connection, heartbeat, a missing queue), the whole connection is
 * dropped and made anew. amqplib's own recovery is not used: it listens for errors only after its setup has ended (one
 * during it ends the process), sets no limit on connecting or setting up, leaves the socket of a stalled link open, and
 * brings its own timers and randomness.
 */
import type { Channel, ChannelModel } from 'amqplib';
import { connect } from 'amqplib';
import { backoffMs } from '../../base/backoff.js';
import type { Clock } from '../../base/clock.js';
import { sleep } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import { within } from './deadline.js';

const backoff = { baseMs: 100, maxMs: 2_000 };
const openingMs = 5_000;
const closingMs = 1_000;
/** A link is given up after two to three of these in silence; RabbitMQ advises 5 to 20 s. */
const heartbeatSeconds = 5;

/** What every link to the broker needs, whatever it is for. */
export interface Broker {
  /** `amqp://` or `amqps://`; `?heartbeat=` in seconds overrides ours. */
  url: string;
  clock: Clock;
  random: Random;
  /** Told once for each outage, and of what others did wrong. */
  onProblem(message: string, error: unknown): void;
}

export interface LinkOptions<C extends Channel> {
  /** What it is for, as the broker and the log show it. */
  name: string;
  openChannel(connection: ChannelModel): Promise<C>;
  /** Makes a new channel fit for use; the link is up when it resolves. */
  attach(channel: C, connection: ChannelModel): Promise<void>;
}

export class Link<C extends Channel> {
  readonly #broker: Broker;
  readonly #options: LinkOptions<C>;
  readonly #stopping = new AbortController();
  #connection: ChannelModel | null = null;
  #channel: C | null = null;
  #end: (error: Error) => void = () => {};
  #running: Promise<void> | null = null;
  #reported = false;

  constructor(broker: Broker, options: LinkOptions<C>) {
    this.#broker = broker;
    this.#options = options;
  }

  /** The channel while the link is up, else null. */
  get channel(): C | null {
    return this.#channel;
  }

  /** Starts; resolves when the first try has ended, well or not, which takes five seconds at most. */
  open(): Promise<void> {
    return new Promise((tried) => {
      this.#running = this.#keepUp(tried);
    });
  }

  /** Drops the connection and makes a new one, because of `error`. */
  restart(error: Error): void {
    this.#end(error);
  }

  /** Ends the connection, well or not, within a second. What the channel has not sent by then is lost. */
  async close(): Promise<void> {
    if (!this.#stopping.signal.aborted) {
      this.#stopping.abort();
      await this.#hangUp();
    }
    await this.#running;
  }

  async #keepUp(tried: () => void): Promise<void> {
    const { clock, random } = this.#broker;
    let tries = 0;
    while (!this.#stopping.signal.aborted) {
      const wasUp = await this.#live(tried);
      tried();
      tries = wasUp ? 0 : tries + 1;
      await sleep(clock, backoffMs(tries, backoff, random), this.#stopping.signal);
    }
  }

  /** One connection from its opening to its end; true when it was up in between. */
  async #live(tried: () => void): Promise<boolean> {
    const socket = new AbortController();
    const ended = new Promise<never>((_, reject) => {
      this.#end = (error) => {
        this.#channel = null;
        reject(error);
      };
    });
    const expired = () => this.#end(new Error(`not connected within ${openingMs} ms`));
    const cancel = this.#broker.clock.after(openingMs, expired);
    let isUp = false;
    try {
      this.#channel = await Promise.race([this.#openChannel(socket.signal), ended]);
      cancel();
      isUp = true;
      this.#reported = false;
      tried();
      return await ended;
    } catch (error) {
      this.#report(error);
      return isUp;
    } finally {
      cancel();
      this.#channel = null;
      // Not `close`, which would wait for an answer: the far end may never give one.
      socket.abort();
    }
  }

  async #openChannel(signal: AbortSignal): Promise<C> {
    const end = this.#end;
    const lost = (error: Error) => {
      // While hanging up, the channel and the connection close one after the other, as they should.
      if (!this.#stopping.signal.aborted) end(error);
    };
    const socketOptions = {
      noDelay: true,
      signal,
      clientProperties: { connection_name: `carillon ${this.#options.name}` },
    };
    const connection = await connect(withHeartbeat(this.#broker.url), socketOptions);
    connection.on('error', lost);
    connection.on('close', (error) => lost(error ?? new Error('the connection was closed')));
    const channel = await this.#options.openChannel(connection);
    channel.on('error', lost);
    channel.on('close', () => lost(new Error('the channel was closed')));
    await this.#options.attach(channel, connection);
    this.#connection = connection;
    return channel;
  }

  async #hangUp(): Promise<void> {
    const connection = this.#connection;
    if (this.#channel && connection) {
      // Closing gets no answer when the connection breaks meanwhile; the event comes in any case.
      const closed = new Promise((resolve) => connection.once('close', resolve));
      const closing = Promise.race([connection.close(), closed]);
      await within(this.#broker.clock, closingMs, closing).catch(() => {});
    }
    this.#end(new Error('closed'));
  }

  #report(error: unknown): void {
    if (this.#stopping.signal.aborted || this.#reported) return;
    this.#reported = true;
    this.#broker.onProblem(
      `no connection to RabbitMQ for ${this.#options.name}; trying until there is`,
      error,
    );
  }
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(heartbeatSeconds));
  return parsed.href;
}
