import { describe, expect, it } from 'vitest';
import { Settler } from '../../../../services/worker/settler.js';
import { workerMetrics } from '../../../../services/worker/metrics.js';
import { CarillonError } from '../../../../shared/base/errors.js';
import type { Settlement } from '../../../../shared/store/store.js';
import { createLogger } from '../../../../shared/telemetry/logger.js';
import { Metrics } from '../../../../shared/telemetry/metrics.js';
import { baseTime } from '../../../support/factories.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { seededRandom } from '../../../support/seeded-random.js';
import { makeWorkMessage } from '../../../support/work-messages.js';

function setup() {
  const clock = new ManualClock(baseTime);
  const stop = new AbortController();
  const stored: string[][] = [];
  const due = new Set<number>();
  const told: number[][] = [];
  const store = {
    /** Throws what the store would. */
    check: (_ids: string[]): void => undefined,
    async settle(settlements: Settlement[]) {
      const ids = settlements.map(({ record }) => record.id);
      store.check(ids);
      stored.push(ids);
      return due;
    },
  };
  const settler = new Settler({
    store,
    events: { tell: () => undefined },
    recorder: { record: () => undefined },
    clock,
    random: seededRandom(1),
    log: createLogger({ level: 'silent', service: 'worker', name: 'worker-1' }),
    metrics: workerMetrics(new Metrics(), { slotsUsed: () => 0, unstarted: () => 0 }),
    signal: stop.signal,
    onDue: (shards) => told.push([...shards]),
  });
  const execution = makeWorkMessage().execution;
  const settle = (...ids: string[]) =>
    Promise.all(ids.map((id) => settler.settle({ record: { id } } as unknown as Settlement, execution)));
  return { clock, stop, store, stored, due, told, settle };
}

describe('the settler', () => {
  it('tells of shards in which an execution became due, and of nothing else', async () => {
    const { settle, due, told, clock } = setup();
    await settle('a');
    expect(told).toEqual([]);
    due.add(7);
    await clock.advance(1_000);
    await settle('b');
    expect(told).toEqual([[7]]);
  });

  it('stores what arrives together in one batch', async () => {
    const { settle, stored } = setup();
    expect(await settle('a', 'b')).toEqual([true, true]);
    expect(stored).toEqual([['a', 'b']]);
  });

  it.each([
    ['is away', new CarillonError('store-unavailable', 'away')],
    ['takes too long', new CarillonError('deadline-exceeded', 'slow')],
  ])('does not give up while the store %s', async (_title, error) => {
    const { settle, store, clock, stored } = setup();
    store.check = () => {
      throw error;
    };
    const settled = settle('a');
    await clock.advance(3_600_000);
    store.check = () => undefined;
    await clock.advance(5_000);
    expect(await settled).toEqual([true]);
    expect(stored).toEqual([['a']]);
  });

  it('tells apart the one that the store refuses and stores the others of its batch', async () => {
    const { settle, store, clock, stored } = setup();
    store.check = (ids) => {
      if (ids.includes('bad')) throw new CarillonError('internal', 'not this one');
    };
    const settled = settle('a', 'bad', 'b');
    await clock.advance(60_000);
    expect(await settled).toEqual([true, false, true]);
    expect(stored).toEqual([['a'], ['b']]);
  });

  it('gives up when there is no more time', async () => {
    const { settle, store, clock, stop } = setup();
    store.check = () => {
      throw new CarillonError('store-unavailable', 'away');
    };
    const settled = settle('a');
    await clock.advance(1_000);
    stop.abort();
    expect(await settled).toEqual([false]);
  });
});
