/**
 * Consumes from the work queue over a link of its own: RabbitMQ stops reading from a connection that publishes when it
 * is short of memory, and acknowledgements, which make room, must not be held up with it. A new connection takes up
 * where the old one ended; what was not acknowledged on the old one comes again.
 */
import type { Channel, ConsumeMessage } from 'amqplib';
import type { Consumer, Delivery } from '../queue.js';
import { decode } from './codec.js';
import { within } from './deadline.js';
import { Link } from './link.js';
import type { Topology } from './topology.js';
import { declareWorkQueue, workQueueName } from './topology.js';

const stoppingMs = 1_000;

export interface ConsumerOptions {
  prefetch: number;
  onDelivery(delivery: Delivery): void;
}

export class RabbitMqConsumer implements Consumer {
  readonly #topology: Topology;
  readonly #options: ConsumerOptions;
  readonly #link: Link<Channel>;
  #consumerTag = '';
  #stopped = false;

  constructor(topology: Topology, options: ConsumerOptions) {
    this.#topology = topology;
    this.#options = options;
    this.#link = new Link<Channel>(topology, {
      name: 'consuming',
      openChannel: (connection) => connection.createChannel(),
      attach: async (channel, connection) => {
        await declareWorkQueue(connection, topology);
        await this.#subscribe(channel);
      },
    });
  }

  open(): Promise<void> {
    return this.#link.open();
  }

  /** The channel stays for late acknowledgements until `close`. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    const channel = this.#link.channel;
    // No answer means that the link is broken, and a new one does not subscribe again.
    if (channel) await within(this.#topology.clock, stoppingMs, this.#cancel(channel)).catch(() => {});
  }

  /** What is unacknowledged goes back to the queue; what was acknowledged before does not. */
  async close(): Promise<void> {
    const channel = this.#link.channel;
    if (channel) await within(this.#topology.clock, stoppingMs, this.#flush(channel)).catch(() => {});
    this.#stopped = true;
    await this.#link.close();
  }

  /**
   * The broker hands acknowledgements to a quorum queue some thirty at a time, and forgets what is left of them when
   * the channel closes. An answer of the queue itself comes after them.
   */
  async #flush(channel: Channel): Promise<void> {
    if (!this.#stopped) return this.stop();
    // What it brings is not acknowledged and goes back.
    await channel.get(workQueueName(this.#topology));
  }

  async #subscribe(channel: Channel): Promise<void> {
    if (this.#stopped) return;
    await channel.prefetch(this.#options.prefetch);
    const accept = (message: ConsumeMessage | null) => this.#accept(channel, message);
    const { consumerTag } = await channel.consume(workQueueName(this.#topology), accept);
    this.#consumerTag = consumerTag;
    if (this.#stopped) await this.#cancel(channel);
  }

  async #cancel(channel: Channel): Promise<void> {
    await channel.cancel(this.#consumerTag);
  }

  #accept(channel: Channel, message: ConsumeMessage | null): void {
    if (!message) return this.#link.restart(new Error('the broker cancelled the consumer'));
    if (this.#stopped) return settle(() => channel.nack(message));
    const decoded = decode(message.content);
    if (!decoded) {
      const { length } = message.content;
      this.#topology.onProblem('dropped a message that cannot be understood', new Error(`${length} bytes`));
      return settle(() => channel.ack(message));
    }
    this.#deliver(channel, message, decoded);
  }

  #deliver(channel: Channel, message: ConsumeMessage, decoded: Delivery['message']): void {
    let settled = false;
    // To settle twice would make the broker close the channel.
    const once = (send: () => void) => () => {
      if (!settled) settle(send);
      settled = true;
    };
    try {
      this.#options.onDelivery({
        message: decoded,
        ack: once(() => channel.ack(message)),
        release: once(() => channel.nack(message)),
      });
    } catch (error) {
      // Thrown on, it would close the channel, and the message would come again and again.
      this.#topology.onProblem('a consumer threw; its message stays unacknowledged', error);
    }
  }
}

/** A channel that is gone throws; the broker delivers the message again, so there is nothing to do. */
function settle(send: () => void): void {
  try {
    send();
  } catch {
    return;
  }
}
