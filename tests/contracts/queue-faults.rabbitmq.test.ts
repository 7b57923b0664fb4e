/** What a network and a broker can do to the queue on RabbitMQ, beyond the contract. */
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../shared/base/clock.js';
import { systemRandom } from '../../shared/base/random.js';
import type { RabbitMqOptions } from '../../shared/queue/rabbitmq/rabbitmq.js';
import { openRabbitMq } from '../../shared/queue/rabbitmq/rabbitmq.js';
import { acknowledging, collector, idsOf } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import type { RabbitMqCorner } from '../support/rabbitmq.js';
import { openRabbitMqCorner, rabbitMqUrl } from '../support/rabbitmq.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { makeWorkMessage, makeWorkMessages } from '../support/work-messages.js';

const base = { clock: new SystemClock(), random: systemRandom, onProblem() {} };

/** `connection.blocked` and `connection.unblocked` (classes and methods 10.60, 10.61) as the broker would send them. */
const blockedFrame = Buffer.from([1, 0, 0, 0, 0, 0, 8, 0, 10, 0, 60, 3, 0x6c, 0x6f, 0x77, 0xce]);
const unblockedFrame = Buffer.from([1, 0, 0, 0, 0, 0, 4, 0, 10, 0, 61, 0xce]);

describe('the queue on RabbitMQ, in trouble,', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  interface World {
    corner: RabbitMqCorner;
    proxy: TcpProxy;
    problems: string[];
    /** Opens the queue over the link that can be cut. */
    open(options?: Partial<RabbitMqOptions>): ReturnType<typeof openRabbitMq>;
    /** Opens the queue over a link that nobody cuts. */
    openBeside(): ReturnType<typeof openRabbitMq>;
  }

  async function setup({ heartbeatSeconds = 1 } = {}): Promise<World> {
    const corner = await openRabbitMqCorner();
    const url = new URL(rabbitMqUrl());
    const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port || 5672) });
    closing.push(
      () => corner.close(),
      () => proxy.close(),
    );
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    url.searchParams.set('heartbeat', String(heartbeatSeconds));
    const problems: string[] = [];
    const onProblem = (message: string) => void problems.push(message);
    const openAt = async (options: Partial<RabbitMqOptions>) => {
      const opened = await openRabbitMq({
        ...base,
        onProblem,
        url: url.href,
        prefix: corner.prefix,
        ...options,
      });
      closing.push(() => opened.close());
      return opened;
    };
    return {
      corner,
      proxy,
      problems,
      open: (options = {}) => openAt(options),
      openBeside: () => openAt({ url: rabbitMqUrl() }),
    };
  }

  const published = (queue: { publish(m: ReturnType<typeof makeWorkMessages>): Promise<boolean[]> }) =>
    eventually('messages are taken', async () => (await queue.publish([makeWorkMessage()]))[0] === true);

  it('loses nothing that it confirmed when the connection is cut while publishing', async () => {
    const { proxy, open, openBeside } = await setup();
    const { queue } = await open();
    const received = acknowledging();
    await (await openBeside()).queue.consume({ prefetch: 500, onDelivery: received.onDelivery });
    const confirmed = new Set<string>();
    const refused = new Set<string>();
    for (let round = 0; round < 12; round++) {
      const messages = makeWorkMessages(200);
      const answers = queue.publish(messages);
      if (round === 4) proxy.cut();
      if (round === 8) proxy.heal();
      (await answers).forEach((taken, i) => (taken ? confirmed : refused).add(messages[i]!.execution.id));
    }
    expect(refused.size).toBeGreaterThan(0);
    await published(queue);
    await eventually('all that was confirmed came', () => {
      const ids = new Set(received.ids());
      return [...confirmed].every((id) => ids.has(id));
    });
    expect(confirmed.size).toBeGreaterThanOrEqual(800);
  });

  it('goes on consuming when a connection that was cut is there again', async () => {
    const { proxy, open, openBeside } = await setup();
    const { queue } = await openBeside();
    const received = acknowledging();
    await (await open()).queue.consume({ prefetch: 20, onDelivery: received.onDelivery });
    const before = makeWorkMessages(300);
    await queue.publish(before);
    await eventually('some came', () => received.deliveries.length > 50);
    proxy.cut();
    const during = makeWorkMessages(100);
    await queue.publish(during);
    proxy.heal();
    const after = makeWorkMessages(100);
    await queue.publish(after);
    const expected = idsOf([...before, ...during, ...after]);
    await eventually('all came', () => new Set(received.ids()).size === expected.length);
    expect([...new Set(received.ids())].sort()).toEqual(expected.sort());
  });

  it('survives acknowledgements of what a lost connection brought, which comes again', async () => {
    const { proxy, open, openBeside } = await setup();
    const { queue } = await openBeside();
    const received = collector();
    await (await open()).queue.consume({ prefetch: 10, onDelivery: received.onDelivery });
    const messages = makeWorkMessages(3);
    await queue.publish(messages);
    await eventually('all came', () => received.deliveries.length === 3);
    const old = received.deliveries.splice(0);
    proxy.cut();
    await eventually('the broker has them back', async () => (await queue.depth()) === 3);
    old[0]!.ack();
    old[1]!.release();
    proxy.heal();
    await eventually('all came again', () => received.deliveries.length === 3);
    old[2]!.ack();
    for (const delivery of received.deliveries) delivery.ack();
    expect(received.ids().sort()).toEqual(idsOf(messages).sort());
    const next = makeWorkMessage();
    await queue.publish([next]);
    await eventually('the channel still works', () => received.ids().includes(next.execution.id));
  });

  it('answers false within its limit on a stalled link, finds it by heartbeat, and recovers', async () => {
    const { proxy, problems, open, openBeside } = await setup();
    const { queue } = await open({ confirmMs: 300 });
    const received = acknowledging();
    await queue.consume({ prefetch: 10, onDelivery: received.onDelivery });
    proxy.stall();
    expect(await queue.publish(makeWorkMessages(3))).toEqual([false, false, false]);
    expect(problems).toEqual([]);
    await expect(queue.ping()).rejects.toMatchObject({ code: 'queue-unavailable', retryable: true });
    await eventually('all three links are given up', () => problems.length === 3);
    proxy.heal();
    await published(queue);
    const message = makeWorkMessage();
    await (await openBeside()).queue.publish([message]);
    await eventually('it consumes again', () => received.ids().includes(message.execution.id));
  });

  it('opens while the broker is away, refuses until it is there, then does all that it was asked', async () => {
    const { proxy, problems, open } = await setup();
    proxy.cut();
    let waits = 0;
    const random = {
      next() {
        waits++;
        return 0;
      },
    };
    const { queue } = await open({ random });
    const received = acknowledging();
    await queue.consume({ prefetch: 10, onDelivery: received.onDelivery });
    expect(await queue.publish(makeWorkMessages(2))).toEqual([false, false]);
    await expect(queue.ping()).rejects.toMatchObject({ code: 'queue-unavailable' });
    await expect(queue.depth()).rejects.toMatchObject({ code: 'queue-unavailable' });
    await eventually('each of three links has tried three times', () => waits >= 9);
    proxy.heal();
    await eventually('it can be asked', () =>
      queue.ping().then(
        () => true,
        () => false,
      ),
    );
    expect(await queue.publish(makeWorkMessages(2))).toEqual([true, true]);
    await eventually('both came', () => received.deliveries.length === 2);
    expect(problems).toHaveLength(3);
    expect(new Set(problems).size).toBe(3);
  });

  it('opens within its limit when the broker accepts connections and says nothing', async () => {
    const mute = net.createServer((socket) => socket.resume().on('error', () => {}));
    await new Promise<void>((listening) => mute.listen(0, '127.0.0.1', listening));
    closing.push(() => new Promise((closed) => mute.close(() => closed())));
    const { port } = mute.address() as net.AddressInfo;
    const { queue, close } = await openRabbitMq({ ...base, url: `amqp://127.0.0.1:${port}`, prefix: 'mute' });
    expect(await queue.publish(makeWorkMessages(1))).toEqual([false]);
    await close();
  });

  it.each(['while it consumes', 'after it stopped'])(
    'keeps acknowledgements that were given right before it is closed, %s',
    async (when) => {
      const { open, openBeside } = await setup();
      const { queue } = await openBeside();
      const consuming = await open();
      const received = collector();
      const consumer = await consuming.queue.consume({ prefetch: 400, onDelivery: received.onDelivery });
      await queue.publish(makeWorkMessages(400));
      await eventually('all came', () => received.deliveries.length === 400);
      if (when === 'after it stopped') await consumer.stop();
      for (const delivery of received.deliveries) delivery.ack();
      await consuming.close();
      expect(await queue.depth()).toBe(0);
    },
  );

  it('does not lose its connection because a message is settled twice', async () => {
    const { problems, open } = await setup();
    const { queue } = await open();
    const received = collector((delivery) => {
      delivery.ack();
      delivery.ack();
      delivery.release();
    });
    await queue.consume({ prefetch: 1, onDelivery: received.onDelivery });
    await queue.publish(makeWorkMessages(3));
    await eventually('all came', () => received.deliveries.length === 3);
    expect(problems).toEqual([]);
  });

  it('closes at once while the broker is away', async () => {
    const { proxy, open } = await setup();
    const { queue, close } = await open();
    await queue.consume({ prefetch: 1, onDelivery() {} });
    proxy.cut();
    await expect(close()).resolves.toBeUndefined();
  });

  it('closes within its limit on a stalled link', async () => {
    const { proxy, open } = await setup({ heartbeatSeconds: 60 });
    const { close } = await open();
    proxy.stall();
    await expect(close()).resolves.toBeUndefined();
  });

  it('drops, reports and goes on after messages that cannot be understood', async () => {
    const { corner, problems, open } = await setup();
    const { queue } = await open();
    const { execution } = makeWorkMessage();
    const wrong = [
      '',
      '{',
      'null',
      '[]',
      '{}',
      JSON.stringify({ execution, publishedAt: 'now', definition: null }),
    ];
    for (const text of wrong) corner.channel.sendToQueue(corner.queueName, Buffer.from(text));
    await eventually('they are there', async () => (await queue.depth()) === wrong.length);
    const message = makeWorkMessage();
    await queue.publish([message]);
    const received = acknowledging();
    await queue.consume({ prefetch: 1, onDelivery: received.onDelivery });
    await eventually('the good one came', () => received.deliveries.length === 1);
    expect(received.ids()).toEqual([message.execution.id]);
    expect(problems).toEqual(wrong.map(() => 'dropped a message that cannot be understood'));
  });

  it('declares a queue that was deleted under it again, and says false for what went nowhere', async () => {
    const { corner, open } = await setup();
    const { queue } = await open();
    const received = acknowledging();
    await queue.consume({ prefetch: 10, onDelivery: received.onDelivery });
    await corner.channel.deleteQueue(corner.queueName);
    const lost = makeWorkMessages(3);
    const answers = await queue.publish(lost);
    await published(queue);
    const next = makeWorkMessage();
    await queue.publish([next]);
    await eventually('the consumer is back', () => received.ids().includes(next.execution.id));
    // The consumer may have declared it anew before the broker saw the messages; then they must have come.
    const taken = idsOf(lost).filter((_, i) => answers[i]);
    expect(received.ids()).toEqual(expect.arrayContaining(taken));
  });

  it('says false for messages to a queue that is not there', async () => {
    const { corner, problems, open } = await setup();
    const { queue } = await open();
    await corner.channel.deleteQueue(corner.queueName);
    expect(await queue.publish(makeWorkMessages(3))).toEqual([false, false, false]);
    await published(queue);
    expect(problems).toHaveLength(1);
  });

  it('uses a queue that exists with other arguments as it is, and reports it', async () => {
    const { corner, problems, open } = await setup();
    await corner.channel.assertQueue(corner.queueName, {
      durable: true,
      arguments: { 'x-queue-type': 'quorum' },
    });
    const { queue } = await open();
    expect(await queue.publish(makeWorkMessages(1))).toEqual([true]);
    expect(problems).toEqual([`queue ${corner.queueName} exists with other arguments and is used as it is`]);
  });

  it('publishes nothing while the broker blocks publishers, consumes all the same, and recovers', async () => {
    const { corner, proxy, open } = await setup();
    const { queue } = await open({ confirmMs: 300 });
    const received = acknowledging();
    await queue.consume({ prefetch: 10, onDelivery: received.onDelivery });
    proxy.forge(blockedFrame);
    await eventually('it is known', () =>
      queue.ping().then(
        () => false,
        () => true,
      ),
    );
    expect(await queue.publish(makeWorkMessages(3))).toEqual([false, false, false]);
    const message = makeWorkMessage();
    corner.channel.sendToQueue(corner.queueName, Buffer.from(JSON.stringify(message)));
    await eventually('it consumes', () => received.deliveries.length === 1);
    const waiting = makeWorkMessage();
    const answer = queue.publish([waiting]);
    proxy.forge(unblockedFrame);
    expect(await answer).toEqual([true]);
    await eventually('it came', () => received.deliveries.length === 2);
    expect(received.ids()).toEqual([message.execution.id, waiting.execution.id]);
  });

  it('refuses a URL that is none', async () => {
    for (const url of ['', 'localhost:5672', 'http://127.0.0.1:5672'])
      await expect(openRabbitMq({ ...base, url, prefix: 'carillon' })).rejects.toMatchObject({
        code: 'invalid-configuration',
      });
  });
});
