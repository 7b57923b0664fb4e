import { describe, expect, it } from 'vitest';
import { Deliverer, type Started } from '../../../../../services/worker/delivery/deliver.js';
import type { CallRequest, CallResult } from '../../../../../services/worker/delivery/http-client.js';
import { workerMetrics } from '../../../../../services/worker/metrics.js';
import type { Cancel } from '../../../../../shared/base/clock.js';
import { Metrics } from '../../../../../shared/telemetry/metrics.js';
import type { WorkMessage } from '../../../../../shared/queue/queue.js';
import type { Definition } from '../../../../../shared/timers/timer.js';
import { baseTime, dayMs, makeDefinition } from '../../../../support/factories.js';
import { ManualClock } from '../../../../support/manual-clock.js';
import { seededRandom } from '../../../../support/seeded-random.js';
import { makeWorkMessage } from '../../../../support/work-messages.js';

/** Fires a millisecond early, as Node's timers may. */
class HastyClock extends ManualClock {
  override after(delayMs: number, run: () => void): Cancel {
    return super.after(Math.max(0.5, delayMs - 1), run);
  }
}

const runner = 'worker-1~aaaa';

interface World {
  clock?: ManualClock;
  callInMs?: number;
  definition?: Partial<Definition>;
  execution?: Partial<WorkMessage['execution']>;
  /** What the target answers. */
  status?: number;
}

function setup({
  clock = new ManualClock(baseTime),
  callInMs = 0,
  definition = {},
  execution = {},
  status = 204,
}: World = {}) {
  const presence = { incarnation: runner, holding: true, holds: () => presence.holding };
  const calls: (CallRequest & { at: number })[] = [];
  const success: CallResult = {
    sentAt: baseTime,
    firstByteAt: baseTime,
    status,
    response: { headers: {}, body: '', truncated: false },
    failure: null,
  };
  const http = {
    /** What happens to a call until its connection stands. */
    connecting: async (): Promise<void> => undefined,
    async call(request: CallRequest): Promise<CallResult | 'held-back'> {
      await http.connecting();
      if (!request.mayLeave()) return 'held-back';
      calls.push({ ...request, at: clock.now() });
      return success;
    },
  };
  const stop = new AbortController();
  const abort = new AbortController();
  const watched: string[] = [];
  const aborter = {
    watch: (id: string) => (watched.push(id), abort.signal),
    forget: (id: string) => void watched.splice(watched.indexOf(id), 1),
  };
  const deliverer = new Deliverer({
    http,
    aborter,
    presence,
    clock,
    random: seededRandom(1),
    metrics: workerMetrics(new Metrics(), { slotsUsed: () => 0, unstarted: () => 0 }),
    retention: { succeeded: dayMs, failed: 3 * dayMs, skipped: 5 * dayMs, cancelled: 7 * dayMs },
    signal: stop.signal,
  });
  const message = makeWorkMessage();
  Object.assign(message.execution, { callAt: baseTime + callInMs }, execution);
  const started: Started = {
    message,
    definition: makeDefinition(definition),
    runner,
    startedAt: baseTime,
    until: baseTime + callInMs + 35_000,
  };
  return {
    clock,
    presence,
    http,
    calls,
    stop,
    abort,
    watched,
    started,
    deliver: () => deliverer.deliver(started, () => undefined),
  };
}

describe('a delivery', () => {
  it('never leaves early, though its timer fires early', async () => {
    const { clock, deliver, calls } = setup({ clock: new HastyClock(baseTime), callInMs: 40 });
    const delivered = deliver();
    await clock.advance(60);
    await delivered;
    expect(calls.map(({ at }) => at - baseTime)).toEqual([40]);
  });

  it('that was held back when its connection stood is tried again when the lease is there', async () => {
    const { clock, deliver, presence, http, calls } = setup();
    http.connecting = async () => void (presence.holding = false);
    const delivered = deliver();
    await clock.advance(100);
    expect(calls).toHaveLength(0);
    http.connecting = async () => undefined;
    presence.holding = true;
    await clock.advance(100);
    expect(await delivered).toMatchObject({ record: { outcome: 'succeeded' } });
  });

  it('does not leave under another incarnation that came while it connected', async () => {
    const { deliver, presence, http, calls } = setup();
    http.connecting = async () => void (presence.incarnation = 'worker-1~bbbb');
    expect(await deliver()).toBeNull();
    expect(calls).toHaveLength(0);
  });

  it('is dropped when it waits and there is no more time', async () => {
    const { deliver, stop, calls, clock } = setup({ callInMs: 1_000 });
    const delivered = deliver();
    stop.abort();
    await clock.advance(2_000);
    expect([await delivered, calls.length]).toEqual([null, 0]);
  });

  it('is kept until the end of the retention of its outcome', async () => {
    const { deliver } = setup();
    expect(await deliver()).toMatchObject({ now: baseTime, expireAt: baseTime + dayMs });
    const refused = setup({ status: 410 });
    expect(await refused.deliver()).toMatchObject({ now: baseTime, expireAt: baseTime + 3 * dayMs });
  });

  it('of a second attempt is counted as such', async () => {
    const { deliver, started, calls } = setup();
    started.message.execution.attempt = 1;
    expect(await deliver()).toMatchObject({ record: { n: 2, id: `${started.message.execution.id}#2` } });
    expect(calls[0]!.headers['timer-attempt']).toBe('2');
  });
});

describe('a delivery that a newer execution takes the place of', () => {
  const cancelOther = { definition: { overlap: 'cancelOther' } } as const;

  it('never leaves when it is told before its instant', async () => {
    const { deliver, abort, calls, clock, watched } = setup({ ...cancelOther, callInMs: 1_000 });
    const delivered = deliver();
    abort.abort();
    await clock.advance(2_000);
    expect(await delivered).toMatchObject({
      record: { outcome: 'aborted', error: { code: 'aborted' }, verdict: { state: 'aborted' } },
      overlap: true,
    });
    expect(calls).toEqual([]);
    expect(watched).toEqual([]);
  });

  it('gives the call the signal that ends it', async () => {
    const { deliver, abort, calls, watched } = setup(cancelOther);
    const delivered = deliver();
    expect(watched).toHaveLength(1);
    await delivered;
    expect(calls[0]!.signal).toBe(abort.signal);
    expect(watched).toEqual([]);
  });

  it('is not looked for where the policy takes nobody’s place', async () => {
    const { deliver, calls } = setup({ definition: { overlap: 'skip' } });
    expect(await deliver()).toMatchObject({ overlap: true });
    expect(calls[0]!.signal).toBeUndefined();
  });
});

describe('a delivery under a test clock', () => {
  const ahead = 5 * dayMs;

  it('leaves by the real clock, and its retry is dated by the test clock', async () => {
    const { deliver, http, calls } = setup({ execution: { clockOffsetMs: ahead, dueAt: baseTime + ahead } });
    const { call } = http;
    http.call = async (request) => {
      const result = await call(request);
      return result === 'held-back' ? result : { ...result, status: 500 };
    };
    const settlement = await deliver();
    expect(calls).toHaveLength(1);
    const { verdict } = settlement!.record;
    expect(verdict).toMatchObject({ state: 'retrying' });
    expect((verdict as { at: number }).at).toBeGreaterThanOrEqual(baseTime + ahead);
    expect(settlement!.now).toBe(baseTime);
  });
});
