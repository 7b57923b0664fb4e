import { describe, expect, it } from 'vitest';
import { CarillonError } from '../../../../shared/base/errors.js';
import { Observer } from '../../../../shared/presence/observer.js';
import type { ProcessRow } from '../../../../shared/store/processes.js';
import { baseTime } from '../../../support/factories.js';
import { ManualClock } from '../../../support/manual-clock.js';

function setup() {
  const clock = new ManualClock(baseTime);
  const row: ProcessRow = {
    incarnation: 'worker-1~aaaa',
    name: 'worker-1',
    service: 'worker',
    host: 'machine',
    pid: 7,
    counter: 1,
    gone: false,
    startedAt: baseTime,
    report: {},
  };
  const store = { isAway: false };
  const observer = new Observer(
    {
      list: async () => {
        if (store.isAway) throw new CarillonError('store-unavailable', 'away');
        return [{ ...row }];
      },
      register: async () => undefined,
      renew: async () => true,
      declareGone: async () => true,
      forget: async () => undefined,
      time: async () => ({ source: 'primary', time: baseTime }),
    },
    clock,
  );
  /** Looks now and then every `everyMs`, `times` in all; answers the last look's stale incarnations. */
  const look = async (times: number, everyMs = 1_000): Promise<string[]> => {
    let stale: ProcessRow[] = [];
    for (let n = 0; n < times; n++) {
      if (n > 0) await clock.advance(everyMs);
      ({ stale } = await observer.look());
    }
    return stale.map(({ incarnation }) => incarnation);
  };
  return { clock, row, store, observer, look };
}

describe('the observer', () => {
  it('finds a row stale that it has read unchanged for three seconds', async () => {
    const { look } = setup();
    expect(await look(3)).toEqual([]);
    const { look: again } = setup();
    expect(await again(4)).toEqual(['worker-1~aaaa']);
  });

  it('answers all rows beside the stale ones', async () => {
    const { observer, row } = setup();
    expect((await observer.look()).rows).toEqual([row]);
  });

  it('begins anew for a row that has changed', async () => {
    const { look, row, clock } = setup();
    await look(3);
    row.counter++;
    await clock.advance(1_000);
    expect(await look(3)).toEqual([]);
    await clock.advance(1_000);
    expect(await look(1)).toEqual(['worker-1~aaaa']);
  });

  it('begins anew after a gap of its own readings: it may have been frozen', async () => {
    const { look, clock } = setup();
    await look(3);
    await clock.advance(1_001);
    expect(await look(3)).toEqual([]);
    await clock.advance(1_000);
    expect(await look(1)).toEqual(['worker-1~aaaa']);
  });

  it('begins anew after the store was away', async () => {
    const { look, clock, store } = setup();
    await look(3);
    store.isAway = true;
    await clock.advance(600);
    await expect(look(1)).rejects.toThrow('away');
    store.isAway = false;
    await clock.advance(600);
    expect(await look(3)).toEqual([]);
  });

  it('does not name a row that is gone already', async () => {
    const { look, row } = setup();
    row.gone = true;
    expect(await look(5)).toEqual([]);
  });

  it('has seen nothing of a row that left and came back', async () => {
    const { look, row, clock } = setup();
    await look(3);
    row.incarnation = 'worker-1~bbbb';
    await clock.advance(500);
    await look(1);
    row.incarnation = 'worker-1~aaaa';
    await clock.advance(500);
    expect(await look(3)).toEqual([]);
  });
});
