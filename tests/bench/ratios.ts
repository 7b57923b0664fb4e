/**
 * The regression check's judgement: figures of Carillon over those of the floor, measured in turn in the same rounds,
 * against what is expected of them. Ratios hold on a slow or busy machine where times do not. Pure.
 */
import { median } from './report/statistics.js';
import type { Row, WorkloadResult } from './report/results.js';

export interface Expectation {
  workload: string;
  figure: string;
  system: string;
  /** What the figure is divided by: the same figure of this system, round by round. */
  over: string;
  /** Added to both before dividing, for figures that may be zero. */
  plus?: number;
  atLeast?: number;
  atMost?: number;
  /** What the ratio is when all is well, and where that was seen: the bound stands well apart from it. */
  usually: number;
}

export interface Verdict {
  /** What was judged, for a person. */
  what: string;
  /** NaN when it could not be had. */
  ratio: number;
  bound: string;
  kept: boolean;
}

const faultless = ['missing', 'early', 'doubled', 'errors'];

/** A verdict for each expectation, then one for each figure of these systems that may be nothing but zero. */
export function judge(results: readonly WorkloadResult[], expectations: readonly Expectation[]): Verdict[] {
  return [...expectations.map((expectation) => judgeRatio(results, expectation)), ...results.flatMap(faults)];
}

function judgeRatio(results: readonly WorkloadResult[], expectation: Expectation): Verdict {
  const { workload, figure, system, over, plus = 0, atLeast = -Infinity, atMost = Infinity } = expectation;
  const rows = results.find(({ name }) => name === workload)?.rows ?? [];
  const figuresOf = (name: string): number[] =>
    rows.find((row) => row.system === name)?.rounds.map((round) => round.figures[figure] ?? Number.NaN) ?? [];
  const below = figuresOf(over);
  const ratio = median(figuresOf(system).map((above, i) => (above + plus) / (below[i]! + plus)));
  return {
    what: `${workload}: ${figure} of ${system} over ${over}`,
    ratio,
    bound: [
      ...(atLeast > -Infinity ? [`at least ${atLeast}`] : []),
      ...(atMost < Infinity ? [`at most ${atMost}`] : []),
      `usually ${expectation.usually}`,
    ].join(', '),
    kept: ratio >= atLeast && ratio <= atMost,
  };
}

function faults({ name, rows }: WorkloadResult): Verdict[] {
  return rows.flatMap((row) => [
    ...row.failures.map((why) => ({
      what: `${name}: ${row.system} failed: ${why}`,
      ratio: Number.NaN,
      bound: '',
      kept: false,
    })),
    ...faultless.filter((figure) => worst(row, figure) > 0).map((figure) => faultOf(name, row, figure)),
  ]);
}

function faultOf(name: string, row: Row, figure: string): Verdict {
  return {
    what: `${name}: ${figure} of ${row.system}`,
    ratio: worst(row, figure),
    bound: 'none at all',
    kept: false,
  };
}

function worst({ rounds }: Row, figure: string): number {
  return Math.max(0, ...rounds.map(({ figures }) => figures[figure] ?? 0));
}
