/** Events between processes over a real broker: who tells, and two API processes that keep and hand on. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { EventFeed } from '../../services/api/events/event-feed.js';
import { SystemClock } from '../../shared/base/clock.js';
import { systemRandom } from '../../shared/base/random.js';
import { executionFact } from '../../shared/events/facts.js';
import { EventSender } from '../../shared/events/sender.js';
import { openRabbitMq } from '../../shared/queue/rabbitmq/rabbitmq.js';
import { createLogger } from '../../shared/telemetry/logger.js';
import { Metrics } from '../../shared/telemetry/metrics.js';
import { eventually } from '../support/eventually.js';
import { makeExecution, makeTimer } from '../support/factories.js';
import { openRabbitMqCorner, rabbitMqUrl } from '../support/rabbitmq.js';

async function setup() {
  const corner = await openRabbitMqCorner();
  const clock = new SystemClock();
  const open = async () => {
    const options = { clock, random: systemRandom, onProblem: () => undefined };
    const { bus, close } = await openRabbitMq({ ...options, url: rabbitMqUrl(), prefix: corner.prefix });
    return { bus, close };
  };
  const [worker, ...apis] = await Promise.all([open(), open(), open()]);
  const sender = new EventSender({ bus: worker.bus, clock });
  const log = createLogger({ level: 'silent', service: 'api', name: 'api' });
  const feeds = apis.map(
    ({ bus }) =>
      new EventFeed({ bus, clock, log, metrics: new Metrics(), mostListeners: 5, mostKept: 100_000 }),
  );
  await Promise.all([sender.start(), ...feeds.map((feed) => feed.start())]);
  onTestFinished(async () => {
    await Promise.all([sender.stop(), ...feeds.map((feed) => feed.stop())]);
    await Promise.all([worker, ...apis].map(({ close }) => close()));
    await corner.close();
  });
  const tell = (...ids: string[]): void => {
    const executions = ids.map((id) => makeExecution(makeTimer({ id, namespace: 'shop' })));
    sender.tell(executions, (execution) => executionFact('execution.started', execution));
  };
  /** Whoever tells has heard that somebody listens when the first event arrives. */
  const isHeard = (listener: { ids(): string[] }): Promise<void> =>
    eventually('the first event is heard', () => {
      if (listener.ids().length === 0) tell('first');
      return listener.ids().length > 0;
    });
  return { feeds, tell, isHeard };
}

/** Listens to the namespace; the texts and ids of what has come. */
async function hear(feed: EventFeed, lastEventId?: string) {
  const stream = await feed.listen({ namespace: 'shop', filter: {} }, lastEventId);
  const told = { text: '' };
  stream.on('data', (chunk: Buffer) => (told.text += String(chunk)));
  const ids = (): string[] => [...told.text.matchAll(/"timerId":"(\w+)"/g)].map(([, id]) => id!);
  const positions = (): string[] => [...told.text.matchAll(/^id: (.*)\nevent: exec/gm)].map(([, id]) => id!);
  return { stream, told, ids, positions };
}

describe('events over RabbitMQ', () => {
  it('reach the listeners of every API process, with the same ids', async () => {
    const { feeds, tell, isHeard } = await setup();
    const [one, other] = [await hear(feeds[0]!), await hear(feeds[1]!)];
    await Promise.all([isHeard(one), isHeard(other)]);
    const names = Array.from({ length: 2_000 }, (_, i) => `t${i}`);
    tell(...names);
    const last = (listener: { ids(): string[] }): boolean => listener.ids().at(-1) === names.at(-1);
    await eventually('all are heard', () => last(one) && last(other));
    expect(one.ids().slice(-2_000)).toEqual(names);
    expect(other.positions()).toEqual(one.positions());
    expect(one.told.text).not.toContain('event: dropped');
  });

  it('are kept by the process that nobody listened to, for whoever comes back there', async () => {
    const { feeds, tell, isHeard } = await setup();
    const one = await hear(feeds[0]!);
    await isHeard(one);
    tell('a', 'b');
    await eventually('they are heard', () => one.ids().at(-1) === 'b');
    one.stream.destroy();
    tell('c');
    const other = await hear(feeds[1]!, one.positions().at(-1));
    tell('d');
    await eventually('the last is heard', () => other.ids().includes('d'));
    expect(other.ids().slice(-2)).toEqual(['c', 'd']);
    expect(other.told.text).not.toContain('event: reset');
  });
});
