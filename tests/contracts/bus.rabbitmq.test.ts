/** The bus's contract on RabbitMQ, and what a network can do to it. */
import { afterEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../shared/base/clock.js';
import { systemRandom } from '../../shared/base/random.js';
import type { Bus } from '../../shared/queue/bus.js';
import { openRabbitMq } from '../../shared/queue/rabbitmq/rabbitmq.js';
import { eventually } from '../support/eventually.js';
import { openRabbitMqCorner, rabbitMqUrl } from '../support/rabbitmq.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { busContract, heard } from './bus-contract.js';

const base = { clock: new SystemClock(), random: systemRandom, onProblem() {} };

describe('the bus on RabbitMQ', () => {
  busContract(async () => {
    const corner = await openRabbitMqCorner();
    const open = () => openRabbitMq({ ...base, url: rabbitMqUrl(), prefix: corner.prefix });
    const [one, other] = await Promise.all([open(), open()]);
    return {
      bus: one.bus,
      peer: other.bus,
      async close() {
        await Promise.all([one.close(), other.close()]);
        await corner.close();
      },
    };
  });

  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function setup() {
    const corner = await openRabbitMqCorner();
    const url = new URL(rabbitMqUrl());
    const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port || 5672) });
    closing.push(
      () => corner.close(),
      () => proxy.close(),
    );
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    const problems: string[] = [];
    const onProblem = (message: string) => void problems.push(message);
    async function open(at: string): Promise<Bus> {
      const opened = await openRabbitMq({ ...base, onProblem, url: at, prefix: corner.prefix });
      closing.push(() => opened.close());
      return opened.bus;
    }
    return { corner, proxy, problems, open: () => open(url.href), openBeside: () => open(rabbitMqUrl()) };
  }

  /** A message can be lost, so it is said again until somebody hears it. */
  const hears = (bus: Bus, { messages }: ReturnType<typeof heard>, topic: string) =>
    eventually('it is heard', () => {
      bus.publish(topic, 1);
      return messages.some(([heardTopic]) => heardTopic === topic);
    });

  it('hears again, without being asked, when a connection that was cut is there again', async () => {
    const { proxy, open, openBeside } = await setup();
    const [cut, steady] = [await open(), await openBeside()];
    const [early, meanwhile] = [heard(), heard()];
    await cut.subscribe('early.*', early.listener);
    proxy.cut();
    await cut.subscribe('meanwhile', meanwhile.listener);
    proxy.heal();
    await hears(steady, early, 'early.1');
    await hears(steady, meanwhile, 'meanwhile');
  });

  it('drops what it cannot send, and says so once for each outage', async () => {
    const { proxy, problems, open, openBeside } = await setup();
    const [cut, steady] = [await open(), await openBeside()];
    const received = heard();
    await steady.subscribe('*', received.listener);
    proxy.cut();
    await eventually('it is away', () => problems.length === 2);
    for (let i = 0; i < 50; i++) expect(() => cut.publish('lost', i)).not.toThrow();
    proxy.heal();
    await hears(cut, received, 'found');
    expect(received.messages.filter(([topic]) => topic === 'lost')).toEqual([]);
    const again = heard();
    await cut.subscribe('again', again.listener);
    proxy.cut();
    await eventually('it is away again', () => problems.length === 5);
    proxy.heal();
    await hears(steady, again, 'again');
    const away = expect.stringContaining('no connection') as string;
    expect(problems).toEqual([
      away,
      away,
      'RabbitMQ did not take messages to the bus for a while',
      away,
      away,
    ]);
  });

  it('reports and drops what is not JSON', async () => {
    const { corner, problems, openBeside } = await setup();
    const bus = await openBeside();
    const received = heard();
    await bus.subscribe('a', received.listener);
    corner.channel.publish(`${corner.prefix}.bus`, 'a', Buffer.from('{'));
    corner.channel.publish(`${corner.prefix}.bus`, 'a', Buffer.from('"fine"'));
    await eventually('the good one was heard', () => received.messages.length === 1);
    expect(received.messages).toEqual([['a', 'fine']]);
    expect(problems).toEqual(['dropped a message on a that is not JSON']);
  });

  it('leaves no queue behind', async () => {
    const { corner, openBeside } = await setup();
    const bus = await openBeside();
    const received = heard();
    await bus.subscribe('a', received.listener);
    await bus.close();
    corner.channel.publish(`${corner.prefix}.bus`, 'a', Buffer.from('1'), { mandatory: true });
    await new Promise((returned) => corner.channel.once('return', returned));
    expect(received.messages).toEqual([]);
  });
});
