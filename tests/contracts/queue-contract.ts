/** What every work queue promises, whatever it is made of. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Consumer, Delivery, WorkQueue } from '../../shared/queue/queue.js';
import { acknowledging, collector, idsOf } from '../support/deliveries.js';
import { makeDefinition } from '../support/factories.js';
import { eventually } from '../support/eventually.js';
import { makeWorkMessage, makeWorkMessages } from '../support/work-messages.js';

export interface QueueUnderTest {
  queue: WorkQueue;
  /** Consumes as a process that the answer ends without a word. */
  consumeMortally(options: ConsumeOptions): Promise<() => Promise<void>>;
  /** Closes the queue and leaves nothing behind. */
  close(): Promise<void>;
}

interface ConsumeOptions {
  prefetch: number;
  onDelivery(delivery: Delivery): void;
}

/** Runs the suite over queues that `open` makes, each new and empty. */
export function queueContract(open: (options: { maxLength?: number }) => Promise<QueueUnderTest>): void {
  const opened: QueueUnderTest[] = [];
  async function setup(options: { maxLength?: number } = {}): Promise<QueueUnderTest> {
    const underTest = await open(options);
    opened.push(underTest);
    return underTest;
  }
  const emptied = (queue: WorkQueue) =>
    eventually('the queue is empty', async () => (await queue.depth()) === 0);

  afterEach(async () => {
    for (const underTest of opened.splice(0)) await underTest.close();
  });

  describe('publishing', () => {
    it('confirms each message, in order', async () => {
      const { queue } = await setup();
      expect(await queue.publish(makeWorkMessages(3))).toEqual([true, true, true]);
    });

    it('confirms nothing when there is nothing', async () => {
      const { queue } = await setup();
      expect(await queue.publish([])).toEqual([]);
    });

    it('can be asked for by ping', async () => {
      const { queue } = await setup();
      await expect(queue.ping()).resolves.toBeUndefined();
    });

    it('counts the messages that are ready', async () => {
      const { queue } = await setup();
      expect(await queue.depth()).toBe(0);
      await queue.publish(makeWorkMessages(3));
      await eventually('three are ready', async () => (await queue.depth()) === 3);
    });

    it('refuses with false above the greatest length, and takes again once there is room', async () => {
      const { queue } = await setup({ maxLength: 10 });
      const published: boolean[] = [];
      await eventually('it refuses', async () => {
        published.push(...(await queue.publish(makeWorkMessages(10))));
        return published.at(-1) === false;
      });
      expect(published.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => true));
      const { onDelivery, ids } = acknowledging();
      await queue.consume({ prefetch: 10, onDelivery });
      await eventually('it takes again', async () => (await queue.publish([makeWorkMessage()]))[0] === true);
      await emptied(queue);
      await eventually('what it took is there', () => ids().length >= published.filter(Boolean).length + 1);
    });

    it('answers false for each once it is closed', async () => {
      const { queue } = await setup();
      await queue.close();
      expect(await queue.publish(makeWorkMessages(2))).toEqual([false, false]);
      await expect(queue.ping()).rejects.toMatchObject({ code: 'queue-unavailable' });
      await expect(queue.depth()).rejects.toMatchObject({ code: 'queue-unavailable' });
      await expect(queue.consume({ prefetch: 1, onDelivery() {} })).rejects.toMatchObject({
        code: 'queue-unavailable',
      });
    });
  });

  describe('consuming', () => {
    it('delivers a message as it was published', async () => {
      const { queue } = await setup();
      const messages = [makeWorkMessage(), makeWorkMessage({ definition: null })];
      const received = acknowledging();
      await queue.consume({ prefetch: 10, onDelivery: received.onDelivery });
      await queue.publish(messages);
      await eventually('both came', () => received.deliveries.length === 2);
      expect(received.deliveries.map((delivery) => delivery.message)).toEqual(messages);
    });

    it('delivers what was published before anybody consumed', async () => {
      const { queue } = await setup();
      const messages = makeWorkMessages(3);
      await queue.publish(messages);
      const received = acknowledging();
      await queue.consume({ prefetch: 10, onDelivery: received.onDelivery });
      await eventually('all came', () => received.deliveries.length === 3);
      expect(received.ids().sort()).toEqual(idsOf(messages).sort());
    });

    it('never delivers inside publish', async () => {
      const { queue } = await setup();
      const received = acknowledging();
      await queue.consume({ prefetch: 10, onDelivery: received.onDelivery });
      const published = queue.publish(makeWorkMessages(1));
      expect(received.deliveries).toEqual([]);
      await published;
      await eventually('it came', () => received.deliveries.length === 1);
    });

    it('keeps nothing that was acknowledged', async () => {
      const { queue, consumeMortally } = await setup();
      const received = acknowledging();
      const die = await consumeMortally({ prefetch: 10, onDelivery: received.onDelivery });
      await queue.publish(makeWorkMessages(5));
      await eventually('all came', () => received.deliveries.length === 5);
      await die();
      expect(await queue.depth()).toBe(0);
    });

    it('delivers again what was released', async () => {
      const { queue } = await setup();
      const received = collector((delivery) =>
        received.deliveries.length < 3 ? delivery.release() : delivery.ack(),
      );
      await queue.consume({ prefetch: 1, onDelivery: received.onDelivery });
      const message = makeWorkMessage();
      await queue.publish([message]);
      await eventually('it came three times', () => received.deliveries.length === 3);
      expect(new Set(received.ids())).toEqual(new Set([message.execution.id]));
      await emptied(queue);
    });

    it('takes the first of ack and release, and no second one', async () => {
      const { queue } = await setup();
      const received = collector((delivery) => {
        if (received.deliveries.length === 1) delivery.release();
        delivery.ack();
        delivery.ack();
        delivery.release();
      });
      await queue.consume({ prefetch: 10, onDelivery: received.onDelivery });
      await queue.publish(makeWorkMessages(1));
      await eventually('it came again', () => received.deliveries.length === 2);
      await queue.publish(makeWorkMessages(1));
      await eventually('the next one came too', () => received.deliveries.length === 3);
    });

    it('delivers again, elsewhere, what a consumer held when it died', async () => {
      const { queue, consumeMortally } = await setup();
      const messages = makeWorkMessages(5);
      const held = collector();
      const die = await consumeMortally({ prefetch: 10, onDelivery: held.onDelivery });
      await queue.publish(messages);
      await eventually('the first consumer has them', () => held.deliveries.length === 5);
      const received = acknowledging();
      await queue.consume({ prefetch: 10, onDelivery: received.onDelivery });
      expect(received.deliveries).toEqual([]);
      await die();
      await eventually('the second one has them', () => received.deliveries.length === 5);
      expect(received.ids().sort()).toEqual(idsOf(messages).sort());
    });

    it('does not mind that the same message is published twice', async () => {
      const { queue } = await setup();
      const message = makeWorkMessage();
      const received = acknowledging();
      await queue.consume({ prefetch: 10, onDelivery: received.onDelivery });
      expect(await queue.publish([message, message])).toEqual([true, true]);
      await eventually('both came', () => received.deliveries.length === 2);
    });

    it('delivers at most the prefetch unacknowledged, and another for each acknowledgement', async () => {
      const { queue } = await setup();
      await queue.publish(makeWorkMessages(20));
      const received = collector();
      await queue.consume({ prefetch: 4, onDelivery: received.onDelivery });
      for (let settled = 0; settled < 16; settled++) {
        await eventually('the prefetch is full', () => received.deliveries.length === settled + 4);
        expect(await queue.depth()).toBe(16 - settled);
        expect(received.deliveries).toHaveLength(settled + 4);
        received.deliveries[settled]!.ack();
      }
      await eventually('all came', () => received.deliveries.length === 20);
    });

    it('shares the messages among the consumers', async () => {
      const { queue } = await setup();
      const received = [acknowledging(), acknowledging()];
      for (const { onDelivery } of received) await queue.consume({ prefetch: 5, onDelivery });
      const messages = makeWorkMessages(100);
      await queue.publish(messages);
      const ids = () => received.flatMap((each) => each.ids());
      await eventually('all came', () => ids().length === 100);
      expect(ids().sort()).toEqual(idsOf(messages).sort());
      for (const each of received) expect(each.deliveries.length).toBeGreaterThan(10);
    });

    it('goes on after a listener threw, and keeps the message', async () => {
      const { queue } = await setup();
      const received = collector((delivery) => {
        if (received.deliveries.length === 1) throw new Error('on purpose');
        delivery.ack();
      });
      const consumer = await queue.consume({ prefetch: 2, onDelivery: received.onDelivery });
      await queue.publish(makeWorkMessages(3));
      await eventually('the others came', () => received.deliveries.length === 3);
      received.deliveries[0]!.release();
      await eventually('the first came again', () => received.deliveries.length === 4);
      expect(received.ids()[3]).toBe(received.ids()[0]);
      await consumer.stop();
    });
  });

  describe('a consumer that stopped', () => {
    async function stopped(): Promise<{
      queue: WorkQueue;
      consumer: Consumer;
      received: ReturnType<typeof collector>;
    }> {
      const { queue } = await setup();
      const received = collector();
      const consumer = await queue.consume({ prefetch: 2, onDelivery: received.onDelivery });
      await queue.publish(makeWorkMessages(4));
      await eventually('it holds two', () => received.deliveries.length === 2);
      await consumer.stop();
      return { queue, consumer, received };
    }

    it('gets no further message', async () => {
      const { queue, received } = await stopped();
      for (const delivery of received.deliveries) delivery.ack();
      const others = acknowledging();
      await queue.consume({ prefetch: 10, onDelivery: others.onDelivery });
      await eventually('another one gets the rest', () => others.deliveries.length === 2);
      await emptied(queue);
      expect(received.deliveries).toHaveLength(2);
    });

    it('can still acknowledge what it held', async () => {
      const { queue, received } = await stopped();
      for (const delivery of received.deliveries) delivery.ack();
      await eventually('only the others are left', async () => (await queue.depth()) === 2);
      const others = acknowledging();
      await queue.consume({ prefetch: 10, onDelivery: others.onDelivery });
      await eventually('the others came', () => others.deliveries.length === 2);
      await emptied(queue);
      expect(others.ids().filter((id) => received.ids().includes(id))).toEqual([]);
    });

    it('can still release what it held', async () => {
      const { queue, received } = await stopped();
      for (const delivery of received.deliveries) delivery.release();
      await eventually('all are ready', async () => (await queue.depth()) === 4);
    });

    it('gets nothing more from the moment that it is stopped, not even what is on its way', async () => {
      const { queue } = await setup();
      let stopping: Promise<void> | undefined;
      const received = collector((delivery) => {
        delivery.ack();
        stopping = consumer.stop();
      });
      const consumer = await queue.consume({ prefetch: 100, onDelivery: received.onDelivery });
      await queue.publish(makeWorkMessages(500));
      await eventually(
        'the others are ready',
        async () => stopping !== undefined && (await queue.depth()) === 499,
      );
      await stopping;
      expect(received.deliveries).toHaveLength(1);
    });

    it('may be stopped again', async () => {
      const { consumer } = await stopped();
      await expect(consumer.stop()).resolves.toBeUndefined();
    });
  });

  describe('volume', () => {
    it('carries a message of 60 KiB unharmed', async () => {
      const { queue } = await setup();
      const definition = makeDefinition();
      definition.target.body = 'ü'.repeat(30 * 1024);
      const message = makeWorkMessage({ definition });
      const received = acknowledging();
      await queue.consume({ prefetch: 1, onDelivery: received.onDelivery });
      expect(await queue.publish([message])).toEqual([true]);
      await eventually('it came', () => received.deliveries.length === 1);
      expect(received.deliveries[0]!.message).toEqual(message);
    });

    it('carries 5,000 messages, in batches published side by side', async () => {
      const { queue } = await setup();
      const received = acknowledging();
      await queue.consume({ prefetch: 200, onDelivery: received.onDelivery });
      const batches = Array.from({ length: 10 }, () => makeWorkMessages(500));
      const answers = await Promise.all(batches.map((batch) => queue.publish(batch)));
      expect(answers.flat().filter(Boolean)).toHaveLength(5_000);
      await eventually('all came', () => received.deliveries.length === 5_000);
      expect(received.ids().sort()).toEqual(idsOf(batches.flat()).sort());
      await emptied(queue);
    });

    it('carries one batch that is larger than any buffer on the way', async () => {
      const { queue } = await setup();
      const messages = makeWorkMessages(5_000);
      const answers = await queue.publish(messages);
      expect(answers).toHaveLength(5_000);
      expect(answers.every(Boolean)).toBe(true);
      await eventually('all are ready', async () => (await queue.depth()) === 5_000);
    });
  });
}
