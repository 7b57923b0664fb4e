import { describe, expect, it } from 'vitest';
import { eventTopic, interestMs, interestTopic, type EventBatch } from '../../../../shared/events/event.js';
import { executionFact } from '../../../../shared/events/facts.js';
import { EventSender } from '../../../../shared/events/sender.js';
import { makeExecution, makeTimer } from '../../../support/factories.js';
import { ManualClock } from '../../../support/manual-clock.js';

async function setup() {
  const clock = new ManualClock();
  const batches: (EventBatch & { topic: string })[] = [];
  let hear: (topic: string, payload: unknown) => void = () => undefined;
  const bus = {
    publish: (topic: string, payload: unknown) => void batches.push({ topic, ...(payload as EventBatch) }),
    subscribe: async (_pattern: string, listener: typeof hear) => {
      hear = listener;
      return { stop: async () => undefined };
    },
  };
  const sender = new EventSender({ bus, clock });
  await sender.start();
  const execution = makeExecution(makeTimer({ namespace: 'shop' }));
  const tell = (times = 1): void =>
    sender.tell(
      Array.from({ length: times }, () => execution),
      (one) => executionFact('execution.started', one),
    );
  const listen = (namespaces: unknown = ['shop']): void =>
    hear(interestTopic, { namespaces, from: 'api', n: 1 });
  return { clock, batches, sender, tell, listen };
}

describe('the sender of events', () => {
  it('makes nothing of what nobody listens to', async () => {
    const { clock, batches, sender, listen } = await setup();
    listen(['other']);
    sender.tell([{ namespace: 'shop' }], () => {
      throw new Error('asked for facts');
    });
    await clock.advance(1_000);
    expect(batches).toEqual([]);
  });

  it('tells what is written within a few milliseconds as one message, numbered', async () => {
    const { clock, batches, tell, listen } = await setup();
    listen();
    tell(2);
    await clock.advance(4);
    tell();
    expect(batches).toEqual([]);
    await clock.advance(1);
    tell();
    await clock.advance(5);
    expect(batches.map(({ topic, first, events }) => [topic, first, events.length])).toEqual([
      [eventTopic('shop'), 1, 3],
      [eventTopic('shop'), 4, 1],
    ]);
    expect(batches[0]!.events[0]).toMatchObject({ kind: 'execution.started', namespace: 'shop' });
  });

  it('goes on for a minute after the last word of interest, and no longer', async () => {
    const { clock, batches, tell, listen } = await setup();
    listen();
    await clock.advance(interestMs - 1);
    tell();
    await clock.advance(5);
    tell();
    await clock.advance(5);
    expect(batches).toHaveLength(1);
  });

  it('tells so many a second, and leaves the others out of the count of none', async () => {
    const { clock, batches, tell, listen } = await setup();
    listen();
    tell(6_000);
    await clock.advance(1_000);
    tell();
    await clock.advance(5);
    const told = batches.slice(0, -1).reduce((sum, { events }) => sum + events.length, 0);
    expect(told).toBe(5_000);
    expect(batches.at(-1)).toMatchObject({ first: 6_001 });
  });

  it('is not led astray by words that are none', async () => {
    const { batches, tell, listen } = await setup();
    listen('shop');
    tell();
    expect(batches).toEqual([]);
  });

  it('sends what it has gathered when it stops', async () => {
    const { batches, sender, tell, listen } = await setup();
    listen();
    tell();
    await sender.stop();
    expect(batches).toHaveLength(1);
  });
});
