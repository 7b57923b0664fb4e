/** An execution as answers show it. */
import type { ExecutionWithAttempts } from '../../../shared/store/store.js';
import { isManualRun } from '../../../shared/timers/execution.js';
import type { AttemptRecord, LateOutcome, Receipt } from '../../../shared/timers/outcome.js';
import { formatInstant, formatInstantOrNull } from '../schemas/instant.js';
import type { ExecutionAnswer } from '../schemas/execution.js';

export function describeExecution(execution: ExecutionWithAttempts): ExecutionAnswer {
  const { id, timerId, namespace, state, reason, covers, held, wakeAt } = execution;
  const waits = state === 'deferred' || state === 'awaiting-ack';
  return {
    id,
    timerId,
    namespace,
    scheduledFor: formatInstant(execution.scheduledFor),
    dueAt: formatInstant(execution.dueAt),
    state,
    trigger: isManualRun(execution) ? 'manual' : 'schedule',
    reason,
    skipped: covers && { to: formatInstant(covers.to), count: covers.count },
    held,
    until: waits && !held ? formatInstant(wakeAt) : null,
    nextAttemptAt: state === 'retrying' && !held ? formatInstant(wakeAt) : null,
    outcome: execution.outcome,
    settledAt: formatInstantOrNull(execution.settledAt),
    attempts: execution.attempts.map(describeAttempt),
  };
}

function describeAttempt(record: AttemptRecord): ExecutionAnswer['attempts'][number] {
  const { n, outcome, status, error, response, worker, receipt, lateOutcome } = record;
  return {
    n,
    outcome,
    status,
    error,
    response,
    worker,
    receipt: describeReceipt(receipt),
    lateOutcome: lateOutcome && describeLateOutcome(lateOutcome),
  };
}

function describeReceipt(receipt: Receipt): ExecutionAnswer['attempts'][number]['receipt'] {
  return {
    scheduledFor: formatInstant(receipt.scheduledFor),
    claimedAt: formatInstant(receipt.claimedAt),
    publishedAt: formatInstantOrNull(receipt.publishedAt),
    startedAt: formatInstantOrNull(receipt.startedAt),
    sentAt: formatInstantOrNull(receipt.sentAt),
    firstByteAt: formatInstantOrNull(receipt.firstByteAt),
    finishedAt: formatInstantOrNull(receipt.finishedAt),
  };
}

function describeLateOutcome({
  outcome,
  status,
  finishedAt,
}: LateOutcome): ExecutionAnswer['attempts'][number]['lateOutcome'] {
  return { outcome, status, finishedAt: formatInstantOrNull(finishedAt) };
}
