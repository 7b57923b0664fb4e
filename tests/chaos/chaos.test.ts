/**
 * One fault with each clustered kind of coordination, on real processes: what `npm run chaos` does at length. Times are
 * shown and never judged here.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { Coordination } from '../../deploy/local/brokers.js';
import { faults } from './faults.js';
import { Rig } from './rig.js';
import { tryFault, type Row } from './trial.js';

const perSecond = 100;

describe(`a cluster under ${perSecond} timers a second`, { timeout: 300_000 }, () => {
  const rows: Row[] = [];
  afterAll(() => console.table(rows));

  const cases: [Coordination, string][] = [
    ['raft', 'cut-leader'],
    ['ranked', 'freeze-leader'],
    ['zookeeper', 'kill-leader'],
  ];

  it.each(cases)('keeps its promises with %s and finds a new leader: %s', async (coordination, name) => {
    const fault = faults.find((one) => one.name === name)!;
    const rig = await Rig.start({ coordination, schedulers: 5, apis: 2, workers: 2 });
    try {
      const row = await tryFault(rig, { ...fault, seconds: 15 }, perSecond);
      rows.push(row);
      expect(row).toMatchObject({ due: 15 * perSecond, missing: 0, early: 0, broken: [] });
      expect(row.newLeaderMs).not.toBeNull();
    } finally {
      await rig.stop();
    }
  });
});
