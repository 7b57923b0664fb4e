/** What every bus promises, whatever it is made of. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Bus } from '../../shared/queue/bus.js';
import { eventually } from '../support/eventually.js';

export interface BusUnderTest {
  bus: Bus;
  /** The same bus as another process sees it, or the same one where there is no other. */
  peer: Bus;
  close(): Promise<void>;
}

export function heard() {
  const messages: [string, unknown][] = [];
  return { messages, listener: (topic: string, payload: unknown) => void messages.push([topic, payload]) };
}

/** Runs the suite over buses that `open` makes. */
export function busContract(open: () => Promise<BusUnderTest>): void {
  const opened: BusUnderTest[] = [];
  async function setup(): Promise<BusUnderTest> {
    const underTest = await open();
    opened.push(underTest);
    return underTest;
  }

  afterEach(async () => {
    for (const underTest of opened.splice(0)) await underTest.close();
  });

  describe('publish and subscribe', () => {
    it('brings a message to every subscriber, its own process included', async () => {
      const { bus, peer } = await setup();
      const [here, there] = [heard(), heard()];
      await bus.subscribe('nudge.17', here.listener);
      await peer.subscribe('nudge.17', there.listener);
      bus.publish('nudge.17', { shard: 17, urgent: true });
      await eventually('both heard', () => here.messages.length === 1 && there.messages.length === 1);
      expect(here.messages).toEqual([['nudge.17', { shard: 17, urgent: true }]]);
      expect(there.messages).toEqual(here.messages);
    });

    it('keeps the order of one publisher', async () => {
      const { bus, peer } = await setup();
      const { messages, listener } = heard();
      await peer.subscribe('count', listener);
      for (let i = 0; i < 100; i++) bus.publish('count', i);
      await eventually('all heard', () => messages.length === 100);
      expect(messages.map(([, payload]) => payload)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    });

    it('takes a star for exactly one word', async () => {
      const { bus, peer } = await setup();
      const { messages, listener } = heard();
      await peer.subscribe('nudge.*', listener);
      for (const topic of ['nudge', 'nudge.1.2', 'other.1', 'nudge.1', 'nudge.2']) bus.publish(topic, null);
      await eventually('the last was heard', () => messages.at(-1)?.[0] === 'nudge.2');
      expect(messages.map(([topic]) => topic)).toEqual(['nudge.1', 'nudge.2']);
    });

    it('calls each subscription that matches, once', async () => {
      const { bus, peer } = await setup();
      const [exact, star] = [heard(), heard()];
      await peer.subscribe('a.b', exact.listener);
      await peer.subscribe('*.b', star.listener);
      await peer.subscribe('*.b', star.listener);
      bus.publish('a.b', 1);
      bus.publish('a.b', 2);
      await eventually('all heard', () => star.messages.length === 4);
      expect(exact.messages).toHaveLength(2);
    });

    it('does not run a listener inside publish', async () => {
      const { bus } = await setup();
      const { messages, listener } = heard();
      await bus.subscribe('a', listener);
      bus.publish('a', 1);
      expect(messages).toEqual([]);
      await eventually('it was heard', () => messages.length === 1);
    });

    it('tells a subscription that stopped nothing more, and the others everything', async () => {
      const { bus, peer } = await setup();
      const [first, second] = [heard(), heard()];
      const subscription = await peer.subscribe('a', first.listener);
      await peer.subscribe('a', second.listener);
      await subscription.stop();
      bus.publish('a', 1);
      await eventually('the other heard', () => second.messages.length === 1);
      expect(first.messages).toEqual([]);
    });

    it('hears again after the last subscription to a topic stopped and a new one came', async () => {
      const { bus, peer } = await setup();
      const [first, second] = [heard(), heard()];
      await (await peer.subscribe('a', first.listener)).stop();
      await peer.subscribe('a', second.listener);
      bus.publish('a', 1);
      await eventually('it was heard', () => second.messages.length === 1);
      expect(first.messages).toEqual([]);
    });

    it('keeps a message from nobody because one listener throws', async () => {
      const { bus, peer } = await setup();
      const { messages, listener } = heard();
      await peer.subscribe('a', () => {
        throw new Error('on purpose');
      });
      await peer.subscribe('a', listener);
      bus.publish('a', 1);
      bus.publish('a', 2);
      await eventually('both were heard', () => messages.length === 2);
    });

    it('never throws, not even for what is not JSON', async () => {
      const { bus, peer } = await setup();
      const { messages, listener } = heard();
      await peer.subscribe('a', listener);
      const circle: Record<string, unknown> = {};
      circle.self = circle;
      expect(() => bus.publish('a', circle)).not.toThrow();
      expect(() => bus.publish('a', undefined)).not.toThrow();
      bus.publish('a', 'fine');
      await eventually('what is JSON was heard', () => messages.length === 1);
      expect(messages).toEqual([['a', 'fine']]);
    });

    it('does nothing once it is closed', async () => {
      const { bus } = await setup();
      await bus.close();
      expect(() => bus.publish('a', 1)).not.toThrow();
      await expect(bus.close()).resolves.toBeUndefined();
    });
  });
}
