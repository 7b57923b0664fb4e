import { describe, expect, it } from 'vitest';
import { EventChannel } from '../../../../../services/api/events/event-channel.js';
import { EventStream } from '../../../../../services/api/events/event-stream.js';
import { parseEventId, type EventBatch } from '../../../../../shared/events/event.js';
import { executionFact } from '../../../../../shared/events/facts.js';
import { makeExecution, makeTimer } from '../../../../support/factories.js';
import { settlePromises } from '../../../../support/manual-clock.js';

const begin = 1_000_000;
const fact = executionFact('execution.started', makeExecution(makeTimer({ id: 'tea' })));

/** So many events of one sender, one a millisecond, from that number on. */
function batch(first: number, count: number, sender = 'abc'): EventBatch {
  const events = Array.from({ length: count }, (_, i) => ({ ...fact, at: begin + first + i }));
  return { sender, first, events };
}

function setup() {
  const channel = new EventChannel(begin);
  const stream = new EventStream({ namespace: 'default', filter: {} });
  channel.join(stream, null);
  const send = (sent: EventBatch): void => {
    channel.accept(sent);
    channel.round();
  };
  /** All that is there for the listener to take now, by kind and number. */
  const take = async (): Promise<string[]> => {
    let text = '';
    for (let chunk: Buffer | null; (chunk = stream.read() as Buffer | null) !== null;) {
      text += chunk.toString();
      await settlePromises();
    }
    return text.split('\n\n').flatMap((block) => {
      const kind = /^event: (.*)$/m.exec(block)?.[1];
      const n = /^id: \d+-\w+-(\d+)$/m.exec(block)?.[1] ?? /"count":(\d+)/.exec(block)?.[1];
      return kind ? [`${kind} ${n}`] : [];
    });
  };
  return { channel, stream, send, take };
}

const started = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `execution.started ${from + i}`);

describe('the stream of one listener', () => {
  it('has what arrives, in order', async () => {
    const { send, take } = setup();
    send(batch(1, 3));
    send(batch(4, 2));
    expect(await take()).toEqual(started(1, 5));
  });

  it('leaves out and counts what a slow listener has no room for, and goes on when he takes again', async () => {
    const { send, take, stream } = setup();
    for (let i = 0; i < 100; i++) send(batch(1 + i * 100, 100));
    expect(stream.readableLength).toBeLessThan(512 * 1_024);
    const taken = await take();
    const kept = taken.length - 1;
    expect(kept).toBeLessThan(2_000);
    expect(taken).toEqual([...started(1, kept), `dropped ${10_000 - kept}`]);
    send(batch(10_001, 1));
    expect(await take()).toEqual(started(10_001, 10_001));
  });

  it('is stuck when nothing is taken for several looks, and not when something is', async () => {
    const { send, take, stream } = setup();
    expect([1, 2, 3].map(() => stream.isStuck(1))).toEqual([false, false, false]);
    for (let i = 0; i < 20; i++) send(batch(1 + i * 100, 100));
    expect([1, 2].map(() => stream.isStuck(1))).toEqual([false, true]);
    await take();
    expect(stream.isStuck(1)).toBe(false);
  });

  it('is told how many the bus has lost', async () => {
    const { send, take } = setup();
    send(batch(1, 2));
    send(batch(6, 1));
    send(batch(1, 1, 'def'));
    expect(await take()).toEqual([...started(1, 2), 'dropped 3', ...started(6, 6), ...started(1, 1)]);
  });
});

describe('the events of a namespace that are kept', () => {
  const after = (channel: EventChannel, at: number): number | null =>
    channel.ring.after(parseEventId(`${at}-abc-1`)!)?.length ?? null;

  it('are those after an event, with two seconds before it again', () => {
    const { channel } = setup();
    channel.accept(batch(1, 5_000));
    expect(after(channel, begin + 4_000)).toBe(3_001);
    expect(after(channel, begin + 9_000)).toBe(0);
  });

  it('are not told after an event that is older than the oldest', () => {
    const { channel } = setup();
    channel.accept(batch(1, 100));
    expect(after(channel, begin - 1)).toBeNull();
    for (let i = 0; i < 50; i++) channel.ring.drop();
    expect(channel.ring.size).toBe(50);
    expect(after(channel, begin + 50)).toBeNull();
    expect(after(channel, begin + 51)).toBe(50);
  });
});
