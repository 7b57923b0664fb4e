import { describe, expect, it } from 'vitest';
import { backlogOf } from '../../../../services/scheduler/backlog.js';
import type { ProcessReport, ProcessRow } from '../../../../shared/store/processes.js';

function row(report: ProcessReport, gone = false): ProcessRow {
  const identity = { incarnation: 'w~1', name: 'w', service: 'worker', host: 'h', pid: 1 };
  return { ...identity, counter: 1, gone, startedAt: 0, report };
}

describe('the backlog', () => {
  it('counts what waits in the queue and what workers hold unstarted', () => {
    expect(backlogOf(10, [row({ unstarted: 5 }), row({ unstarted: 7 })]).messages).toBe(22);
  });

  it('explains a wait when it is more than the workers start in a second', () => {
    expect(backlogOf(300, [row({ startedPerSecond: 200 })]).exceedsOneSecond).toBe(true);
    expect(backlogOf(150, [row({ startedPerSecond: 200 })]).exceedsOneSecond).toBe(false);
  });

  it('explains nothing when nothing waits, even with no worker at work', () => {
    expect(backlogOf(0, []).exceedsOneSecond).toBe(false);
  });

  it('does not count on workers that are gone', () => {
    expect(backlogOf(150, [row({ startedPerSecond: 200, unstarted: 50 }, true)])).toMatchObject({
      messages: 150,
      exceedsOneSecond: true,
    });
  });
});
