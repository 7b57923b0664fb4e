/**
 * Running a timer now, beside its schedule: one execution under an id that follows from the request's, so that the same
 * request again is the same run. It counts neither as a claim nor as an occurrence. Pure.
 */
import { type Change, claimedByChange, type Current, type Instant } from './change.js';
import { type Execution, manualRunId } from './execution.js';

export function runTimer(current: Current, requestId: string, { now, expireAt }: Instant): Change {
  const { timer } = current;
  const execution: Execution = {
    ...claimedByChange(timer, { scheduledFor: now, dueAt: now }, now),
    id: manualRunId(timer.uid, requestId),
  };
  return {
    timer: { ...timer, manualRuns: timer.manualRuns + 1, updatedAt: now },
    retire: null,
    insert: [execution],
    update: [],
    withdraw: [],
    expireAt,
  };
}
