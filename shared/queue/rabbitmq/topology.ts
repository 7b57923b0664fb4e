/**
 * The names and the declaration of what we keep in the broker. Who declares first decides: a queue that exists with
 * other arguments (an older broker's, another limit) is used as it is and reported, for deleting it would lose messages.
 */
import type { Channel, ChannelModel, Options } from 'amqplib';
import type { Broker } from './link.js';

export interface Topology extends Broker {
  /** Begins every name, so that installations can share a broker. */
  prefix: string;
  /** Ready messages above which the broker refuses. */
  maxLength: number;
}

const preconditionFailed = 406;

export function workQueueName(topology: Topology): string {
  return `${topology.prefix}.executions`;
}

export function busExchangeName(topology: Topology): string {
  return `${topology.prefix}.bus`;
}

/** Declares the work queue: replicated, durable, refusing when full (the default would discard the oldest). */
export async function declareWorkQueue(connection: ChannelModel, topology: Topology): Promise<void> {
  const name = workQueueName(topology);
  const options = workQueueOptions(topology.maxLength, connection.connection.serverProperties.version);
  try {
    await onChannelOfItsOwn(connection, (channel) => channel.assertQueue(name, options));
  } catch (error) {
    if ((error as { code?: unknown }).code !== preconditionFailed) throw error;
    topology.onProblem(`queue ${name} exists with other arguments and is used as it is`, error);
    await onChannelOfItsOwn(connection, (channel) => channel.checkQueue(name));
  }
}

/** The arguments of the work queue for a broker of `version`, such as `3.10.8`. */
export function workQueueOptions(maxLength: number, version: string): Options.AssertQueue {
  const limits = { 'x-max-length': maxLength, 'x-overflow': 'reject-publish' };
  // From 4.0 a quorum queue drops what was delivered 20 times, unless told -1, which older brokers refuse.
  const unlimited = Number.parseInt(version, 10) >= 4 ? { 'x-delivery-limit': -1 } : {};
  return { durable: true, arguments: { 'x-queue-type': 'quorum', ...limits, ...unlimited } };
}

/** A refused declaration closes its channel, which must not be one that is in use. */
async function onChannelOfItsOwn(
  connection: ChannelModel,
  run: (channel: Channel) => Promise<unknown>,
): Promise<void> {
  const channel = await connection.createChannel();
  // The refusal rejects `run` too; unheard, the event would be thrown.
  channel.on('error', () => {});
  await run(channel);
  await channel.close();
}
