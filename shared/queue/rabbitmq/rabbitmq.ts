/**
 * Queue and bus on RabbitMQ. Publishing, each consumer and the bus have a connection each: a broker short of memory
 * stops reading from publishing connections, acknowledgements must pass all the same, and a nudge must not wait behind
 * a batch. A process opens only those it uses: two, and one more for each consumer.
 */
import { CarillonError } from '../../base/errors.js';
import type { Bus } from '../bus.js';
import type { Consumer, WorkMessage, WorkQueue } from '../queue.js';
import { RabbitMqBus } from './bus.js';
import { encode } from './codec.js';
import type { ConsumerOptions } from './consumer.js';
import { RabbitMqConsumer } from './consumer.js';
import type { Broker } from './link.js';
import { Publisher } from './publisher.js';
import type { Topology } from './topology.js';

export interface RabbitMqOptions extends Broker {
  /** Begins the names of queue and exchange. */
  prefix: string;
  /** Ready messages above which the queue refuses; 1,000,000 unless told. An existing queue keeps its own. */
  maxLength?: number;
  /** How long a batch waits for the broker's confirms before the rest counts as refused; 5,000 unless told. */
  confirmMs?: number;
}

/**
 * Opens both. Resolves when the broker answered, or after five seconds without it: from then on both keep trying by
 * themselves. Rejects with `invalid-configuration` for a URL that cannot be one.
 */
export async function openRabbitMq(
  options: RabbitMqOptions,
): Promise<{ queue: WorkQueue; bus: Bus; close(): Promise<void> }> {
  assertUrl(options.url);
  const topology = { maxLength: 1_000_000, ...options };
  const queue = new RabbitMqWorkQueue(topology, options.confirmMs ?? 5_000);
  const bus = new RabbitMqBus(topology);
  await Promise.all([queue.open(), bus.open()]);
  return {
    queue,
    bus,
    async close() {
      await Promise.all([queue.close(), bus.close()]);
    },
  };
}

function assertUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol === 'amqp:' || protocol === 'amqps:') return;
  throw new CarillonError('invalid-configuration', 'the URL of RabbitMQ must begin with amqp:// or amqps://');
}

class RabbitMqWorkQueue implements WorkQueue {
  readonly #topology: Topology;
  readonly #publisher: Publisher;
  readonly #consumers: RabbitMqConsumer[] = [];
  #closed = false;

  constructor(topology: Topology, confirmMs: number) {
    this.#topology = topology;
    this.#publisher = new Publisher(topology, confirmMs);
  }

  open(): Promise<void> {
    return this.#publisher.open();
  }

  publish(messages: WorkMessage[]): Promise<boolean[]> {
    return this.#publisher.publish(messages.map(encode));
  }

  async consume(options: ConsumerOptions): Promise<Consumer> {
    if (this.#closed) throw new CarillonError('queue-unavailable', 'the work queue is closed');
    const consumer = new RabbitMqConsumer(this.#topology, options);
    this.#consumers.push(consumer);
    await consumer.open();
    return consumer;
  }

  depth(): Promise<number> {
    return this.#publisher.depth();
  }

  async ping(): Promise<void> {
    await this.#publisher.depth();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#publisher.close(), ...this.#consumers.map((consumer) => consumer.close())]);
  }
}
