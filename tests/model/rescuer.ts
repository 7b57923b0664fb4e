/** What a scheduler does for others: takes up what is claimed and running when its holder is gone, or too slow. */
import {
  isWell,
  replaced,
  withExecution,
  type AttemptRecord,
  type Execution,
  type Scheduler,
  type Setting,
  type State,
} from './model.js';
import { withMessage } from './queue.js';
import { forEachWell, held, messageOf } from './scheduler.js';
import { settledFromRecord } from './settlement.js';
import type { Rule } from './step.js';

/** A claimed execution goes into the rescuer's heap, which waits for its instant. */
export const takeOver: Rule = (state, setting, take) => {
  if (!setting.guards.rescueOfClaimed) return;
  state.executions.forEach((execution, i) => {
    if (execution.state !== 'claimed') return;
    const why = reasonToTakeOver(execution, state, setting);
    if (why === null) return;
    forEachWell(state, (scheduler) => {
      // In its own hands, nothing is lost.
      if (isInHeap(state.schedulers[scheduler]!, execution, i)) return;
      const taken = withExecution(state, i + 1, { holder: scheduler });
      const rescued = setting.guards.rescueHolds
        ? held(taken, scheduler, i + 1)
        : withMessage(taken, messageOf(taken, i + 1));
      const where = setting.guards.rescueHolds ? 'takes up' : 'publishes at once';
      if (rescued)
        take(
          {
            kind: 'progress',
            says: () => `scheduler ${scheduler + 1} ${where} the claimed execution ${i + 1}: ${why}`,
          },
          rescued,
        );
    });
  });
};

function isInHeap({ heap }: Scheduler, { generation, claim }: Execution, place: number): boolean {
  const entry = heap[place];
  return entry?.generation === generation && entry.claim === claim;
}

function reasonToTakeOver(
  { holder, callAt }: Execution,
  { now, schedulers }: State,
  { guards }: Setting,
): string | null {
  if (holder === null) return 'nobody holds it';
  if (schedulers[holder]!.misread) return 'it once read the lease of its claimer as ended';
  return guards.rescueFromLivingClaimer && callAt <= now ? 'it is time to publish it again' : null;
}

/** First step: where the attempt of a running execution has no record, it is recorded as lost. */
export const recordLost: Rule = (state, setting, take) => {
  forEachLost(state, setting, (execution, i, why) => {
    const { attempt, records } = execution;
    if (records[attempt - 1]) return;
    const record: AttemptRecord = { outcome: 'lost', retryAt: state.now };
    const recorded = withExecution(state, i + 1, {
      records: replaced(records, attempt - 1, record),
    });
    take(
      {
        kind: 'progress',
        says: () => `a scheduler records attempt ${attempt} of execution ${i + 1} as lost: ${why}`,
        event: { type: 'lost', occurrence: i + 1 },
      },
      recorded,
    );
  });
};

/** Second step: it is finished from the record, whoever wrote that. */
export const finish: Rule = (state, setting, take) => {
  forEachLost(state, setting, ({ attempt, records }, i, why) => {
    const record = records[attempt - 1];
    if (!record) return;
    take(
      {
        kind: 'progress',
        says: () =>
          `a scheduler finishes attempt ${attempt} of execution ${i + 1} from its record (${record.outcome}): ${why}`,
      },
      settledFromRecord(state, { occurrence: i + 1, attempt }, setting),
    );
  });
};

function forEachLost(
  state: State,
  { guards }: Setting,
  offer: (execution: Execution, place: number, why: string) => void,
): void {
  if (!guards.rescueOfRunning || !state.schedulers.some(isWell)) return;
  state.executions.forEach((execution, i) => {
    if (execution.state !== 'running') return;
    const { holder, overdue } = execution;
    if (holder === null) offer(execution, i, 'its worker is gone');
    else if (state.workers[holder]!.misread) offer(execution, i, "its worker's lease was once read as ended");
    else if (overdue && guards.rescueFromLivingWorker) offer(execution, i, 'its time is up');
  });
}
