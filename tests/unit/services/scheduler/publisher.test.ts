import { describe, expect, it } from 'vitest';
import { Publisher } from '../../../../services/scheduler/publisher.js';
import { schedulerMetrics } from '../../../../services/scheduler/metrics.js';
import type { WorkMessage, WorkQueue } from '../../../../shared/queue/queue.js';
import { Metrics } from '../../../../shared/telemetry/metrics.js';
import type { Definition } from '../../../../shared/timers/timer.js';
import { makeDefinition, makeExecution, makeTimer } from '../../../support/factories.js';
import { ManualClock, settlePromises } from '../../../support/manual-clock.js';
import { seededRandom } from '../../../support/seeded-random.js';

interface Sent {
  at: number;
  messages: WorkMessage[];
}

function setup(
  answer: (messages: WorkMessage[]) => Promise<boolean[]> = (messages) =>
    Promise.resolve(messages.map(() => true)),
) {
  const clock = new ManualClock();
  const sent: Sent[] = [];
  const queue = {
    publish(messages: WorkMessage[]) {
      sent.push({ at: clock.now(), messages });
      return answer(messages);
    },
  } as unknown as WorkQueue;
  const metrics = schedulerMetrics(new Metrics());
  const publisher = new Publisher({ queue, clock, metrics, random: seededRandom(1), leadMs: 50 });
  const hold = (inMs: number, id: string, definition: Definition | null = makeDefinition()) =>
    publisher.hold([
      { execution: makeExecution(makeTimer(), { id, callAt: clock.now() + inMs }), definition },
    ]);
  /** Holds what was claimed anew under the next generation of its timer. */
  const holdChanged = (id: string) =>
    publisher.hold([
      {
        execution: makeExecution(makeTimer(), { id, callAt: clock.now(), generation: 2 }),
        definition: makeDefinition(),
      },
    ]);
  const ids = () => sent.flatMap(({ messages }) => messages.map(({ execution }) => execution.id));
  return { clock, publisher, hold, holdChanged, sent, ids };
}

describe('the publisher', () => {
  it('publishes an execution its lead before the instant, and not a millisecond sooner', async () => {
    const { clock, hold, ids } = setup();
    hold(1_000, 'a');
    await clock.advance(949);
    expect(ids()).toEqual([]);
    await clock.advance(1);
    expect(ids()).toEqual(['a']);
  });

  it('wakes up for one that is held later and due sooner', async () => {
    const { clock, hold, ids } = setup();
    hold(1_000, 'later');
    hold(200, 'sooner');
    await clock.advance(150);
    expect(ids()).toEqual(['sooner']);
  });

  it('sends what is due together as one batch', async () => {
    const { clock, hold, sent } = setup();
    for (let i = 0; i < 100; i++) hold(500, `e${i}`);
    await clock.advance(450);
    expect(sent.map(({ messages }) => messages.length)).toEqual([100]);
  });

  it('sends along what is due up to half a lead after the earliest, and nothing that is due later', async () => {
    const { clock, hold, sent } = setup();
    hold(500, 'earliest');
    hold(525, 'half a lead later');
    hold(526, 'later still');
    await clock.advance(450);
    expect(sent.map(({ messages }) => messages.map(({ execution }) => execution.id))).toEqual([
      ['earliest', 'half a lead later'],
    ]);
    await clock.advance(26);
    expect(sent).toHaveLength(2);
  });

  it('publishes again what the broker refused, after a pause, until it is confirmed', async () => {
    let refusals = 3;
    const { clock, hold, sent, publisher } = setup((messages) =>
      Promise.resolve(messages.map(() => refusals-- <= 0)),
    );
    hold(0, 'a');
    await clock.advance(0);
    expect(sent).toHaveLength(1);
    expect(publisher.has('a')).toBe(true);
    await clock.advance(10_000);
    expect(sent).toHaveLength(4);
    expect(publisher.has('a')).toBe(false);
    expect(new Set(sent.map(({ at }) => at)).size).toBe(4);
  });

  it('publishes again when the queue itself fails', async () => {
    let failures = 1;
    const { clock, hold, sent } = setup((messages) =>
      failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve(messages.map(() => true)),
    );
    hold(0, 'a');
    await clock.advance(5_000);
    expect(sent).toHaveLength(2);
  });

  it('holds a second copy of what the broker has not answered yet no second time', async () => {
    const { clock, hold, ids } = setup(() => new Promise(() => undefined));
    hold(0, 'a');
    await clock.advance(0);
    hold(0, 'a');
    await clock.advance(1_000);
    expect(ids()).toEqual(['a']);
  });

  it('publishes what was claimed anew, though the broker has not answered for the claim before', async () => {
    const { clock, hold, holdChanged, sent } = setup(() => new Promise(() => undefined));
    hold(0, 'a');
    await clock.advance(0);
    holdChanged('a');
    await clock.advance(1_000);
    const generations = sent.flatMap(({ messages }) => messages.map(({ execution }) => execution.generation));
    expect(generations).toEqual([1, 2]);
  });

  it('lets a large definition travel by reference and a small one in the message', async () => {
    const { clock, hold, sent } = setup();
    const withBody = (length: number): Definition => {
      const { target, ...rest } = makeDefinition();
      return { ...rest, target: { ...target, body: 'x'.repeat(length) } };
    };
    hold(0, 'large', withBody(70_000));
    hold(0, 'small', withBody(30_000));
    await clock.advance(0);
    const definitions = sent.flatMap(({ messages }) =>
      messages.map(({ definition }) => definition?.target.body?.length ?? null),
    );
    expect(definitions).toEqual([null, 30_000]);
  });

  it('answers on stop what was never confirmed, after the broker has answered for the rest', async () => {
    let confirm: (confirmed: boolean[]) => void = () => undefined;
    const { clock, hold, publisher } = setup(() => new Promise((resolve) => (confirm = resolve)));
    hold(5_000, 'waiting');
    publisher.hold(
      ['confirmed', 'refused'].map((id) => ({
        execution: makeExecution(makeTimer(), { id, callAt: clock.now() }),
        definition: null,
      })),
    );
    await clock.advance(0);
    const stopped = publisher.stop();
    await settlePromises();
    confirm([true, false]);
    expect((await stopped).map(({ id }) => id).sort()).toEqual(['refused', 'waiting']);
  });

  it('forgets everything when it is told to drop', async () => {
    const { clock, hold, publisher, ids } = setup();
    hold(100, 'a');
    publisher.drop();
    await clock.advance(1_000);
    expect(ids()).toEqual([]);
  });
});
