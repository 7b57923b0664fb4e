/**
 * Publishes to the work queue and says which messages the broker has confirmed. It never waits for a single confirm
 * (that is twenty times slower), never buffers more than the channel's write buffer takes, and never says true for a
 * message that the broker may not have.
 */
import type { ConfirmChannel } from 'amqplib';
import { CarillonError } from '../../base/errors.js';
import { within } from './deadline.js';
import { Link } from './link.js';
import type { Topology } from './topology.js';
import { declareWorkQueue, workQueueName } from './topology.js';

const askingMs = 2_000;

export class Publisher {
  readonly #topology: Topology;
  readonly #confirmMs: number;
  readonly #link: Link<ConfirmChannel>;
  readonly #queue: string;
  /** The broker takes no more for now: the write buffer is full, or it is short of memory or disk. */
  #full = false;
  #blocked = false;
  /** Those who wait for either to change, or for the channel to go. */
  readonly #waiting: (() => void)[] = [];
  #sequence = 0;
  readonly #returned = new Set<string>();
  #asking: Promise<number> | null = null;

  /** `confirmMs`: what is not confirmed by then counts as not published. */
  constructor(topology: Topology, confirmMs: number) {
    this.#topology = topology;
    this.#confirmMs = confirmMs;
    this.#queue = workQueueName(topology);
    this.#link = new Link(topology, {
      name: 'publishing',
      openChannel: async (connection) => {
        connection.on('blocked', () => this.#change({ blocked: true }));
        connection.on('unblocked', () => this.#change({ blocked: false }));
        return connection.createConfirmChannel();
      },
      attach: async (channel, connection) => {
        await declareWorkQueue(connection, topology);
        this.#prepare(channel);
      },
    });
  }

  open(): Promise<void> {
    return this.#link.open();
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  /** Publishes in order; answers for each whether it was confirmed within the limit. Never rejects. */
  async publish(bodies: Buffer[]): Promise<boolean[]> {
    const confirmed = bodies.map(() => false);
    const channel = this.#link.channel;
    if (!channel) return confirmed;
    const { expired, cancel } = this.#deadline();
    const answers: Promise<void>[] = [];
    for (const [i, body] of bodies.entries()) {
      if (!this.#hasRoom(channel) && !(await this.#room(channel, expired))) break;
      answers.push(this.#write(channel, body).then((answer) => void (confirmed[i] = answer)));
    }
    await Promise.race([Promise.all(answers), expired]);
    cancel();
    return [...confirmed];
  }

  /** Ready messages; rejects with `queue-unavailable`, after two seconds at the latest. */
  async depth(): Promise<number> {
    const channel = this.#link.channel;
    if (!channel) throw new CarillonError('queue-unavailable', 'not connected to RabbitMQ');
    // A blocked broker reads nothing from us, so the question would only lie in the way of what follows.
    if (this.#blocked) throw new CarillonError('queue-unavailable', 'RabbitMQ takes no messages for now');
    this.#asking ??= channel
      .checkQueue(this.#queue)
      .then((answer) => answer.messageCount)
      .finally(() => (this.#asking = null));
    return within(this.#topology.clock, askingMs, this.#asking);
  }

  #prepare(channel: ConfirmChannel): void {
    this.#returned.clear();
    this.#change({ full: false });
    channel.on('drain', () => this.#change({ full: false }));
    channel.on('close', () => this.#change({ full: false, blocked: false }));
    channel.on('return', (message) => {
      this.#returned.add(String(message.properties.messageId));
      this.#link.restart(new Error(`queue ${this.#queue} is missing`));
    });
  }

  #write(channel: ConfirmChannel, body: Buffer): Promise<boolean> {
    const messageId = String(this.#sequence++);
    const options = { persistent: true, mandatory: true, contentType: 'application/json', messageId };
    return new Promise((resolve) => {
      // A message that no queue took is returned first and confirmed after it.
      const answer = (error: unknown) => resolve(!this.#returned.delete(messageId) && !error);
      try {
        this.#full = !channel.sendToQueue(this.#queue, body, options, answer);
      } catch (error) {
        answer(error);
      }
    });
  }

  #hasRoom(channel: ConfirmChannel): boolean {
    return this.#link.channel === channel && !this.#full && !this.#blocked;
  }

  /** Waits until `channel` takes more: false when it is gone or time is up. */
  async #room(channel: ConfirmChannel, expired: Promise<false>): Promise<boolean> {
    while (this.#link.channel === channel) {
      if (this.#hasRoom(channel)) return true;
      const changed = new Promise<true>((resolve) => this.#waiting.push(() => resolve(true)));
      if (!(await Promise.race([changed, expired]))) return false;
    }
    return false;
  }

  #change(state: { full?: boolean; blocked?: boolean }): void {
    this.#full = state.full ?? this.#full;
    this.#blocked = state.blocked ?? this.#blocked;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #deadline(): { expired: Promise<false>; cancel(): void } {
    let cancel = () => {};
    const expired = new Promise<false>((resolve) => {
      cancel = this.#topology.clock.after(this.#confirmMs, () => resolve(false));
    });
    return { expired, cancel };
  }
}
