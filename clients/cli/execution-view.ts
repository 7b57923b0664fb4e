/** Executions for the eye (pure). */
import type { Execution } from '../sdk/generated.js';
import { textTable } from './text-table.js';

export const executionHeads = ['ID', 'TIMER', 'SCHEDULED FOR', 'STATE', 'ATTEMPTS', 'ANSWER', 'LATE'];

type Attempt = Execution['attempts'][number];

export function executionRow(execution: Execution): string[] {
  const { id, timerId, scheduledFor, attempts } = execution;
  const last = attempts.at(-1);
  return [
    id,
    timerId,
    scheduledFor,
    stateOf(execution),
    String(attempts.length),
    last ? answerOf(last) : '-',
    latenessOf(execution),
  ];
}

/** Everything about one execution, with each attempt. */
export function executionText(execution: Execution): string {
  const { id, timerId, namespace, scheduledFor, dueAt, trigger, attempts } = execution;
  const facts = textTable([
    ['execution', id],
    ['timer', `${timerId} in ${namespace}`],
    ['state', stateOf(execution)],
    ['trigger', trigger],
    ['scheduled for', scheduledFor],
    ['due', dueAt],
    ['late', latenessOf(execution)],
    ['next attempt', execution.nextAttemptAt ?? '-'],
    ['settled', execution.settledAt ?? '-'],
  ]);
  const rows = attempts.map((attempt) => [
    String(attempt.n),
    attempt.outcome,
    answerOf(attempt),
    attempt.receipt.sentAt ?? '-',
    attempt.receipt.finishedAt ?? '-',
    attempt.response?.body.replace(/\s+/g, ' ').slice(0, 60) ?? '',
  ]);
  const table = textTable([['ATTEMPT', 'OUTCOME', 'ANSWER', 'SENT', 'FINISHED', 'RESPONSE'], ...rows]);
  return rows.length > 0 ? `${facts}\n\n${table}` : facts;
}

function stateOf({ state, reason, skipped }: Execution): string {
  return `${state}${reason ? ` (${reason})` : ''}${skipped ? ` ×${skipped.count}` : ''}`;
}

function answerOf({ status, error }: Attempt): string {
  return error ? (error.code === 'status' ? String(status) : error.code) : String(status ?? '-');
}

/** Nobody is that early: the timer lived by a test clock, and its calls were made in real time. */
const otherClockMs = -3_600_000;

/** From due to the first call, in milliseconds. */
function latenessOf({ dueAt, attempts }: Execution): string {
  const ms = Date.parse(attempts[0]?.receipt.sentAt ?? '') - Date.parse(dueAt);
  return Number.isNaN(ms) || ms < otherClockMs ? '-' : `${ms} ms`;
}
