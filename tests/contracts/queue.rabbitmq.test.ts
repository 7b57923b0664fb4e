/** The queue's contract on RabbitMQ. */
import { describe } from 'vitest';
import { SystemClock } from '../../shared/base/clock.js';
import { systemRandom } from '../../shared/base/random.js';
import { openRabbitMq } from '../../shared/queue/rabbitmq/rabbitmq.js';
import { openRabbitMqCorner, rabbitMqUrl } from '../support/rabbitmq.js';
import { queueContract } from './queue-contract.js';

const base = { clock: new SystemClock(), random: systemRandom, onProblem() {} };

describe('the queue on RabbitMQ', () => {
  queueContract(async (options) => {
    const corner = await openRabbitMqCorner();
    const open = () => openRabbitMq({ ...base, ...options, url: rabbitMqUrl(), prefix: corner.prefix });
    const { queue, close } = await open();
    return {
      queue,
      consumeMortally: async (consumeOptions) => {
        const other = await open();
        await other.queue.consume(consumeOptions);
        return () => other.close();
      },
      async close() {
        await close();
        await corner.close();
      },
    };
  });
});
