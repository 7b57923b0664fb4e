import { describe, expect, it } from 'vitest';
import { expectations } from '../../bench/expectations.js';
import { judge, type Expectation } from '../../bench/ratios.js';
import type { Row, WorkloadResult } from '../../bench/report/results.js';
import { systemNames } from '../../bench/systems/catalogue.js';
import { workloads } from '../../bench/workloads/catalogue.js';

const row = (system: string, key: string, ...figures: number[]): Row => ({
  system,
  title: system,
  rounds: figures.map((figure) => ({ figures: { [key]: figure }, cpuSeconds: {} })),
  lateness: [],
  failures: [],
});
const result = (rows: Row[]): WorkloadResult => ({ name: 'drain', title: '', told: '', columns: [], rows });
const expected: Expectation = {
  workload: 'drain',
  figure: 'perSecond',
  system: 'embedded',
  over: 'floor',
  atLeast: 0.2,
  usually: 0.4,
};
const verdicts = (expectation: Expectation, ...rows: Row[]) => judge([result(rows)], [expectation]);

describe('the regression check', () => {
  it('keeps a ratio within its bound and breaks one beyond it, whichever way it is bound', () => {
    const rows = [row('floor', 'perSecond', 1_000), row('embedded', 'perSecond', 400)];
    expect(verdicts(expected, ...rows)).toMatchObject([{ ratio: 0.4, kept: true }]);
    expect(verdicts({ ...expected, atLeast: 0.5 }, ...rows)).toMatchObject([{ kept: false }]);
    const above = { ...expected, atLeast: -Infinity, atMost: 0.3 };
    expect(verdicts(above, ...rows)).toMatchObject([{ kept: false }]);
    expect(verdicts({ ...above, atMost: 0.5 }, ...rows)).toMatchObject([{ kept: true }]);
  });

  it('divides round by round, so that a machine that slows down for both breaks nothing', () => {
    const rows = [row('floor', 'perSecond', 1_000, 100, 10), row('embedded', 'perSecond', 400, 40, 4)];
    expect(verdicts(expected, ...rows)).toMatchObject([{ ratio: 0.4, kept: true }]);
  });

  it('takes the median of the rounds, so that one bad round breaks nothing and two do', () => {
    const floor = row('floor', 'perSecond', 1_000, 1_000, 1_000);
    expect(verdicts(expected, floor, row('embedded', 'perSecond', 400, 1, 400))[0]!.kept).toBe(true);
    expect(verdicts(expected, floor, row('embedded', 'perSecond', 1, 1, 400))[0]!.kept).toBe(false);
  });

  it('can add to both, so that a floor of nothing is no infinity', () => {
    const late = { ...expected, figure: 'p99', plus: 5, atLeast: -Infinity, atMost: 4 };
    const floor = row('floor', 'p99', 0);
    expect(verdicts(late, floor, row('embedded', 'p99', 10))).toMatchObject([{ ratio: 3, kept: true }]);
    expect(verdicts(late, floor, row('embedded', 'p99', 20))).toMatchObject([{ ratio: 5, kept: false }]);
  });

  it('breaks when a system, a figure or the whole workload is not there', () => {
    const floor = row('floor', 'perSecond', 1_000);
    expect(verdicts(expected, floor)[0]!.kept).toBe(false);
    expect(verdicts(expected, floor, row('embedded', 'p99', 1))[0]!.kept).toBe(false);
    expect(judge([], [expected])[0]!.kept).toBe(false);
  });

  it.each(['missing', 'early', 'doubled', 'errors'])('breaks when anything is %s', (figure) => {
    expect(judge([result([row('embedded', figure, 0, 0)])], [])).toEqual([]);
    expect(judge([result([row('embedded', figure, 0, 1)])], [])).toMatchObject([{ ratio: 1, kept: false }]);
  });

  it('breaks when a round failed', () => {
    const fallen = { ...row('embedded', 'perSecond', 400), failures: ['it fell over'] };
    expect(judge([result([fallen])], [])).toMatchObject([{ kept: false }]);
  });

  it.each(expectations)(
    'expects of $workload, $figure what can be measured, usual and bound apart',
    (one) => {
      const workload = workloads.find(({ name }) => name === one.workload);
      expect(workload?.columns.map(({ key }) => key)).toContain(one.figure);
      expect(systemNames).toEqual(expect.arrayContaining([one.system, one.over]));
      if (one.atLeast !== undefined) expect(one.usually).toBeGreaterThan(one.atLeast);
      if (one.atMost !== undefined) expect(one.usually).toBeLessThan(one.atMost);
      expect([one.atLeast, one.atMost].filter((bound) => bound !== undefined)).not.toEqual([]);
    },
  );
});
