/** Opens the queue and the bus that the configuration names. The only file that knows which there are. */
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Random } from '../base/random.js';
import type { Logger } from '../telemetry/logger.js';
import type { Bus } from './bus.js';
import { cutBus } from '../faults/bus.js';
import type { Faults } from '../faults/faults.js';
import { openInProcessQueue } from './in-process/in-process.js';
import type { WorkQueue } from './queue.js';
import { openRabbitMq } from './rabbitmq/rabbitmq.js';

export type QueueOptions = { kind: 'rabbitmq'; url: string; prefix: string } | { kind: 'in-process' };

export interface Queueing {
  queue: WorkQueue;
  bus: Bus;
  close(): Promise<void>;
}

export interface QueueContext {
  clock: Clock;
  random: Random;
  log: Logger;
  /** Where the fault switch is on. */
  faults?: Faults | null;
}

/** Opens them; a broker that is away is reached for in the background, and the queue refuses until it is there. */
export async function openQueue(
  options: QueueOptions,
  { faults, ...context }: QueueContext,
): Promise<Queueing> {
  const opened = await openNamed(options, context);
  return faults ? { ...opened, bus: cutBus(opened.bus, faults) } : opened;
}

async function openNamed(
  options: QueueOptions,
  { clock, random, log }: Omit<QueueContext, 'faults'>,
): Promise<Queueing> {
  if (options.kind === 'in-process') return openInProcessQueue();
  const onProblem = (message: string, error: unknown): void =>
    log.warn({ reason: messageOf(error) }, message);
  return openRabbitMq({ url: options.url, prefix: options.prefix, clock, random, onProblem });
}
