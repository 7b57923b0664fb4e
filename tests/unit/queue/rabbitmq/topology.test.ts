/** What the work queue is declared with, by the broker's version. */
import { describe, expect, it } from 'vitest';
import { workQueueOptions } from '../../../../shared/queue/rabbitmq/topology.js';

describe('the work queue', () => {
  it('is durable, replicated and refuses when it is full', () => {
    expect(workQueueOptions(1_000, '3.10.8')).toEqual({
      durable: true,
      arguments: { 'x-queue-type': 'quorum', 'x-max-length': 1_000, 'x-overflow': 'reject-publish' },
    });
  });

  it.each(['4.0.0', '4.2.1-rc.1', '10.0.0'])(
    'asks RabbitMQ %s to deliver as often as it takes',
    (version) => {
      expect(workQueueOptions(1_000, version).arguments).toHaveProperty('x-delivery-limit', -1);
    },
  );

  it.each(['3.8.0', '3.13.7', 'unknown'])('does not ask RabbitMQ %s, which would refuse', (version) => {
    expect(workQueueOptions(1_000, version).arguments).not.toHaveProperty('x-delivery-limit');
  });
});
