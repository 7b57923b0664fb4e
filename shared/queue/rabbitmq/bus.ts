/**
 * The bus over a topic exchange: one queue for each process, which lives and dies with its connection. It has a link of
 * its own, so that a nudge does not wait behind a batch. What cannot be sent at once waits within a bound; beyond it, and
 * while the broker is away, it is dropped and counted.
 */
import type { Channel, ConsumeMessage } from 'amqplib';
import type { Bus, Subscription } from '../bus.js';
import { CarillonError } from '../../base/errors.js';
import type { Listener } from '../listeners.js';
import { Listeners } from '../listeners.js';
import { within } from './deadline.js';
import { Link } from './link.js';
import type { Topology } from './topology.js';
import { busExchangeName } from './topology.js';

const bindingMs = 2_000;
/** What may wait for the socket, bytes: a large batch must not cost the nudge behind it. */
const waitingBytes = 1_048_576;
/** A process that reads nothing for a while loses the oldest; the broker's memory is not for what nobody relies on. */
const longestQueue = 10_000;

export class RabbitMqBus implements Bus {
  readonly #topology: Topology;
  readonly #exchange: string;
  readonly #link: Link<Channel>;
  readonly #listeners: Listeners;
  /** Where patterns are bound at present; set before the link is up, so that no subscription falls in between. */
  #session: { channel: Channel; queue: string } | null = null;
  /** Handed over since the socket last said that it has room; 0 while it has. */
  #waiting = 0;
  #blocked = false;
  #dropped = 0;

  constructor(topology: Topology) {
    this.#topology = topology;
    this.#exchange = busExchangeName(topology);
    this.#listeners = new Listeners((error) => topology.onProblem('a listener of the bus threw', error));
    this.#link = new Link<Channel>(topology, {
      name: 'the bus',
      openChannel: (connection) => {
        this.#blocked = false;
        connection.on('blocked', () => (this.#blocked = true));
        connection.on('unblocked', () => this.#resume({ blocked: false }));
        return connection.createChannel();
      },
      attach: (channel) => this.#attach(channel),
    });
  }

  open(): Promise<void> {
    return this.#link.open();
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  publish(topic: string, payload: unknown): void {
    const channel = this.#link.channel;
    if (!channel || this.#waiting > waitingBytes || this.#blocked) return void this.#dropped++;
    try {
      const content = Buffer.from(JSON.stringify(payload));
      const hasRoom = channel.publish(this.#exchange, topic, content);
      this.#waiting = hasRoom ? 0 : this.#waiting + content.length;
    } catch (error) {
      this.#topology.onProblem(`a message to ${topic} could not be sent and was dropped`, error);
    }
  }

  async subscribe(pattern: string, listener: Listener): Promise<Subscription> {
    const remove = this.#listeners.add(pattern, listener);
    await this.#ask(({ channel, queue }) => channel.bindQueue(queue, this.#exchange, pattern));
    return {
      stop: async () => {
        remove();
        if (this.#listeners.patterns().has(pattern)) return;
        await this.#ask(({ channel, queue }) => channel.unbindQueue(queue, this.#exchange, pattern));
      },
    };
  }

  async #attach(channel: Channel): Promise<void> {
    await channel.assertExchange(this.#exchange, 'topic', { durable: true });
    const { queue } = await channel.assertQueue('', {
      exclusive: true,
      autoDelete: true,
      durable: false,
      maxLength: longestQueue,
    });
    channel.on('drain', () => this.#resume({ waiting: 0 }));
    channel.on('close', () => (this.#session = null));
    this.#session = { channel, queue };
    for (const pattern of this.#listeners.patterns()) await channel.bindQueue(queue, this.#exchange, pattern);
    await channel.consume(queue, (message) => this.#accept(message), { noAck: true });
    this.#resume({ waiting: 0 });
  }

  /** Changes a binding. Left undone it matters little: a new connection binds what is listened to then. */
  async #ask(change: (session: { channel: Channel; queue: string }) => Promise<unknown>): Promise<void> {
    if (!this.#session) return;
    await within(this.#topology.clock, bindingMs, change(this.#session)).catch(() => {});
  }

  #accept(message: ConsumeMessage | null): void {
    if (!message) return this.#link.restart(new Error('the broker cancelled the consumer'));
    const topic = message.fields.routingKey;
    let payload: unknown;
    try {
      payload = JSON.parse(message.content.toString());
    } catch (error) {
      return this.#topology.onProblem(`dropped a message on ${topic} that is not JSON`, error);
    }
    this.#listeners.dispatch(topic, payload);
  }

  #resume(state: { waiting?: number; blocked?: boolean }): void {
    this.#waiting = state.waiting ?? this.#waiting;
    this.#blocked = state.blocked ?? this.#blocked;
    if (this.#dropped === 0) return;
    const error = new CarillonError('queue-unavailable', `${this.#dropped} messages to the bus were dropped`);
    this.#dropped = 0;
    this.#topology.onProblem('RabbitMQ did not take messages to the bus for a while', error);
  }
}
