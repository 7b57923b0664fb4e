/** Contract of ServiceLevelStore: counted once however often it is written, minutes that become hours. */
import { describe, expect, it } from 'vitest';
import { hourMs, minuteMs, type ServiceLevelRow } from '../../../shared/timers/service-level.js';
import { baseTime } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';

const hour = baseTime - (baseTime % hourMs);

function row(changes: Partial<ServiceLevelRow> & { succeeded?: number } = {}): ServiceLevelRow {
  const { succeeded = 1, ...rest } = changes;
  const level = { succeeded, failed: 0, aborted: 0, attempts: succeeded, lateness: { 3: succeeded } };
  return { namespace: 'shop', spanMs: minuteMs, from: hour, source: 'a', level, ...rest };
}

export function serviceLevelContract(open: OpenStore): void {
  const setup = async () => (await useStore(open)).serviceLevels;
  const all = { namespace: 'shop', from: 0, to: Number.MAX_SAFE_INTEGER };

  describe('service levels', () => {
    it('take the place of what the same process has stored of the same minute', async () => {
      const levels = await setup();
      await levels.put([row(), row({ source: 'b' })]);
      await levels.put([row({ succeeded: 5 })]);
      await levels.put([]);

      const rows = await levels.read(all);

      expect(rows).toHaveLength(2);
      expect(rows).toEqual(expect.arrayContaining([row({ succeeded: 5 }), row({ source: 'b' })]));
    });

    it('are read of one namespace within their bounds', async () => {
      const levels = await setup();
      const inside = row({ from: hour + minuteMs });
      await levels.put([row(), inside, row({ from: hour + 2 * minuteMs }), row({ namespace: 'other' })]);

      expect(await levels.read({ ...all, from: hour + 1, to: hour + 2 * minuteMs })).toEqual([inside]);
    });

    it('are found by their span, the oldest first', async () => {
      const levels = await setup();
      await levels.put([row({ from: hour + minuteMs }), row(), row({ spanMs: hourMs, from: hour - hourMs })]);

      expect(await levels.oldest({ spanMs: minuteMs, before: hour + minuteMs, limit: 5 })).toEqual([row()]);
      const both = await levels.oldest({ spanMs: minuteMs, before: hour + hourMs, limit: 2 });
      expect(both.map(({ from }) => from)).toEqual([hour, hour + minuteMs]);
      expect(await levels.oldest({ spanMs: minuteMs, before: hour + hourMs, limit: 1 })).toHaveLength(1);
    });

    it('become one row of an hour, which a second roll-up does not replace', async () => {
      const levels = await setup();
      const minutes = [row(), row({ from: hour + minuteMs })];
      await levels.put(minutes);
      const rolled = row({ spanMs: hourMs, source: 'all', succeeded: 2 });

      await levels.rollUp(rolled, minutes);
      await levels.rollUp({ ...rolled, level: row().level }, minutes);

      expect(await levels.read(all)).toEqual([rolled]);
    });

    it('are removed by age, so many at a time', async () => {
      const levels = await setup();
      const [old, older] = [row({ spanMs: hourMs }), row({ spanMs: hourMs, from: hour - hourMs })];
      const young = row({ from: hour + hourMs });
      await levels.put([old, older, young]);

      expect(await levels.remove(hour + 1, 1)).toBe(1);
      expect(await levels.remove(hour + 1, 10)).toBe(1);
      expect(await levels.remove(hour + 1, 10)).toBe(0);
      expect(await levels.read(all)).toEqual([young]);
    });
  });
}
