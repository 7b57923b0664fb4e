/** A corner of a real broker for one test: a random prefix, a look at it past our adapters, and its removal. */
import { randomBytes } from 'node:crypto';
import type { Channel } from 'amqplib';
import { connect } from 'amqplib';

/** The broker's URL; throws when no broker was named. */
export function rabbitMqUrl(): string {
  const url = process.env.RABBITMQ_URL;
  if (!url) throw new Error('set RABBITMQ_URL to the address of a RabbitMQ server to run this suite');
  return url;
}

export interface RabbitMqCorner {
  prefix: string;
  queueName: string;
  /** A channel that knows nothing of our adapters. */
  channel: Channel;
  /** Deletes what was declared under the prefix. */
  close(): Promise<void>;
}

export async function openRabbitMqCorner(): Promise<RabbitMqCorner> {
  const prefix = `carillon-test-${randomBytes(6).toString('hex')}`;
  const queueName = `${prefix}.executions`;
  const connection = await connect(rabbitMqUrl());
  const channel = await connection.createChannel();
  return {
    prefix,
    queueName,
    channel,
    async close() {
      await channel.deleteQueue(queueName);
      await channel.deleteExchange(`${prefix}.bus`);
      await connection.close();
    },
  };
}
