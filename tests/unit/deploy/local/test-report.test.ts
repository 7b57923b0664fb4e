import { expect, test } from 'vitest';
import { report, type SuiteResult } from '../../../../deploy/local/test-report.js';
import { countsOf } from '../../../../deploy/local/vitest-run.js';

function setup(changes: Partial<SuiteResult> = {}): SuiteResult {
  return { name: 'unit', passed: 7, failed: 0, seconds: 1.23, notRun: null, ...changes };
}

const notRun = setup({ name: 'e2e', passed: 0, notRun: 'no MongoDB (get one)' });

test('the last line sums the tests up', () => {
  const told = report([setup(), setup({ name: 'api', passed: 2, failed: 1 })], { strict: false });
  expect(told).toMatchObject({ lastLine: '9 passed, 1 failed', exitCode: 1 });
});

test('a suite that did not run is named with its reason', () => {
  const told = report([setup(), notRun], { strict: false });
  expect(told.table).toContain('NOT RUN e2e: no MongoDB (get one)');
  expect(told).toMatchObject({ lastLine: '7 passed, 0 failed', exitCode: 0 });
});

test('in a strict run a suite that did not run is a failure', () => {
  expect(report([setup(), notRun], { strict: true })).toMatchObject({
    lastLine: '7 passed, 1 failed',
    exitCode: 1,
  });
});

test('counts are those of the vitest report', () => {
  expect(countsOf('{"numPassedTests": 3, "numFailedTests": 2}', 1)).toEqual({ passed: 3, failed: 2 });
});

test('a file that could not be loaded is a failure beside the failed tests', () => {
  const text = JSON.stringify({
    numPassedTests: 3,
    numFailedTests: 1,
    testResults: [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{}] },
    ],
  });
  expect(countsOf(text, 1)).toEqual({ passed: 3, failed: 2 });
});

test('no test, no report or a bad end without a failed test is one failure', () => {
  expect(countsOf('{"numPassedTests": 0}', 0)).toEqual({ passed: 0, failed: 1 });
  expect(countsOf('{}', 1)).toEqual({ passed: 0, failed: 1 });
  expect(countsOf('{"numPassedTests": 3}', 1)).toEqual({ passed: 3, failed: 1 });
});
