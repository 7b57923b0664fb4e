/** Contract of ProcessStore: one row for one life of a process; `gone` is a write. */
import { describe, expect, it } from 'vitest';
import type { ProcessRow } from '../../../shared/store/processes.js';
import { baseTime } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';

export function processContract(open: OpenStore): void {
  const setup = () => useStore(open);

  describe('processes', () => {
    it('are listed as they registered', async () => {
      const store = await setup();
      const rows = [
        makeProcess({ incarnation: 'w~1' }),
        makeProcess({ incarnation: 'w~2', service: 'worker' }),
      ];

      for (const row of rows) await store.processes.register(row);

      expect(sorted(await store.processes.list())).toEqual(rows);
    });

    it('may repeat their registration', async () => {
      const store = await setup();

      await store.processes.register(makeProcess());
      await store.processes.register(makeProcess());

      expect(await store.processes.list()).toEqual([makeProcess()]);
    });

    it('renew their counter and tell of themselves', async () => {
      const store = await setup();
      await store.processes.register(makeProcess());
      const report = { unstarted: 5, startedPerSecond: 120 };

      expect(await store.processes.renew('worker-1~aaaa', 2, report)).toBe(true);

      expect(await store.processes.list()).toEqual([makeProcess({ counter: 2, report })]);
    });

    it('cannot renew without a row', async () => {
      const store = await setup();

      expect(await store.processes.renew('worker-1~aaaa', 2, {})).toBe(false);
      expect(await store.processes.list()).toEqual([]);
    });

    it('are declared gone under the counter that was seen, and cannot renew any more', async () => {
      const store = await setup();
      await store.processes.register(makeProcess());
      await store.processes.renew('worker-1~aaaa', 2, {});

      expect(await store.processes.declareGone('worker-1~aaaa', 2)).toBe(true);

      expect(await store.processes.renew('worker-1~aaaa', 3, {})).toBe(false);
      expect(await store.processes.list()).toEqual([makeProcess({ counter: 2, gone: true })]);
    });

    it('are not declared gone when they have renewed since', async () => {
      const store = await setup();
      await store.processes.register(makeProcess());
      await store.processes.renew('worker-1~aaaa', 2, {});

      expect(await store.processes.declareGone('worker-1~aaaa', 1)).toBe(false);

      expect(await store.processes.renew('worker-1~aaaa', 3, {})).toBe(true);
    });

    it('are gone for every observer that says so', async () => {
      const store = await setup();
      await store.processes.register(makeProcess());

      const answers = await Promise.all([1, 2, 3].map(() => store.processes.declareGone('worker-1~aaaa', 1)));

      expect(answers).toEqual([true, true, true]);
    });

    it('either renew or are gone when both are tried at once', async () => {
      const store = await setup();
      const names = Array.from({ length: 6 }, (_, i) => `w~${i}`);
      for (const incarnation of names) await store.processes.register(makeProcess({ incarnation }));

      const answers = await Promise.all(
        names.map((name) =>
          Promise.all([store.processes.renew(name, 2, {}), store.processes.declareGone(name, 1)]),
        ),
      );

      for (const [renewed, gone] of answers) expect(renewed).toBe(!gone);
    });

    it('are forgotten', async () => {
      const store = await setup();
      await store.processes.register(makeProcess());

      await store.processes.forget('worker-1~aaaa');
      await store.processes.forget('worker-1~aaaa');

      expect(await store.processes.list()).toEqual([]);
    });

    it('read one clock, which names itself and goes on', async () => {
      const store = await setup();

      const [first, second] = [await store.processes.time(), await store.processes.time()];

      expect(first.source).not.toBe('');
      expect(second.source).toBe(first.source);
      expect(first.time).toBeGreaterThan(Date.UTC(2024, 0, 1));
      expect(second.time).toBeGreaterThanOrEqual(first.time);
    });
  });
}

function makeProcess(changes: Partial<ProcessRow> = {}): ProcessRow {
  return {
    incarnation: 'worker-1~aaaa',
    name: 'worker-1',
    service: 'worker',
    host: 'host-1',
    pid: 4711,
    counter: 1,
    gone: false,
    startedAt: baseTime,
    report: {},
    ...changes,
  };
}

function sorted(rows: ProcessRow[]): ProcessRow[] {
  return rows.toSorted((a, b) => a.incarnation.localeCompare(b.incarnation));
}
