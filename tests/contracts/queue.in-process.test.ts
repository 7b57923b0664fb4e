/** The queue's contract in one process, and what only this adapter promises: to leave room for everything else. */
import { describe, expect, it } from 'vitest';
import { openInProcessQueue } from '../../shared/queue/in-process/in-process.js';
import { acknowledging, collector } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { settlePromises } from '../support/manual-clock.js';
import { makeWorkMessage } from '../support/work-messages.js';
import { queueContract } from './queue-contract.js';

function setup() {
  const problems: string[] = [];
  return { ...openInProcessQueue({ onProblem: (message) => void problems.push(message) }), problems };
}

describe('the queue of one process', () => {
  queueContract(async (options) => {
    const { queue, close } = openInProcessQueue({ ...options, onProblem() {} });
    return {
      queue,
      consumeMortally: async (consumeOptions) => {
        const consumer = await queue.consume(consumeOptions);
        return () => consumer.stop();
      },
      close,
    };
  });

  it('delivers 20,000 messages that are acknowledged at once, without running out of stack', async () => {
    const { queue } = setup();
    const received = acknowledging();
    await queue.consume({ prefetch: 1, onDelivery: received.onDelivery });
    const message = makeWorkMessage();
    await queue.publish(Array.from({ length: 20_000 }, () => message));
    await eventually('all came', () => received.deliveries.length === 20_000);
  });

  it('lets others run while a message is released for ever', async () => {
    const { queue } = setup();
    const received = collector((delivery) => delivery.release());
    await queue.consume({ prefetch: 1, onDelivery: received.onDelivery });
    await queue.publish([makeWorkMessage()]);
    await settlePromises();
    expect(received.deliveries.length).toBeGreaterThan(1);
    await queue.close();
  });

  it('delivers nothing more once it is closed', async () => {
    const { queue } = setup();
    const received = acknowledging();
    await queue.consume({ prefetch: 1, onDelivery: received.onDelivery });
    await queue.publish([makeWorkMessage()]);
    await queue.close();
    await settlePromises();
    expect(received.deliveries).toEqual([]);
  });

  it('forgets a message that a stopped consumer acknowledges after another one has released it', async () => {
    const { queue } = setup();
    const first = collector();
    const consumer = await queue.consume({ prefetch: 1, onDelivery: first.onDelivery });
    await queue.publish([makeWorkMessage()]);
    await eventually('the first has it', () => first.deliveries.length === 1);
    await consumer.stop();
    first.deliveries[0]!.ack();
    const second = acknowledging();
    await queue.consume({ prefetch: 1, onDelivery: second.onDelivery });
    expect(await queue.depth()).toBe(0);
    const next = makeWorkMessage();
    await queue.publish([next]);
    await eventually('the next one came', () => second.deliveries.length === 1);
    expect(second.ids()).toEqual([next.execution.id]);
  });

  it('reports what a listener throws', async () => {
    const { queue, problems } = setup();
    const received = collector(() => {
      throw new Error('on purpose');
    });
    await queue.consume({ prefetch: 1, onDelivery: received.onDelivery });
    await queue.publish([makeWorkMessage()]);
    await eventually('it came', () => received.deliveries.length === 1);
    expect(problems).toEqual(['a consumer threw; its message stays unacknowledged']);
  });
});
