/** What the test run tells at its end: a table of suites, and a last line that a program can read (pure). */
import { textTable } from './text-table.js';

export interface SuiteResult {
  name: string;
  passed: number;
  failed: number;
  seconds: number;
  /** Why it did not run, with the remedy; null when it did. */
  notRun: string | null;
}

export interface Report {
  table: string;
  /** `N passed, N failed`. */
  lastLine: string;
  exitCode: number;
}

/** In a strict run a suite that did not run is a failure. */
export function report(results: readonly SuiteResult[], { strict }: { strict: boolean }): Report {
  const failures = (result: SuiteResult) => (result.notRun !== null && strict ? 1 : result.failed);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + failures(result), 0);
  const reasons = results.flatMap(({ name, notRun }) =>
    notRun === null ? [] : [`NOT RUN ${name}: ${notRun}`],
  );
  const table = textTable([['suite', 'passed', 'failed', 'time'], ...results.map(row)]);
  return {
    table: [table, ...reasons].join('\n'),
    lastLine: `${passed} passed, ${failed} failed`,
    exitCode: failed > 0 ? 1 : 0,
  };
}

function row({ name, passed, failed, seconds, notRun }: SuiteResult): string[] {
  if (notRun !== null) return [name, 'NOT RUN', '', ''];
  return [name, String(passed), String(failed), `${seconds.toFixed(1)} s`];
}
