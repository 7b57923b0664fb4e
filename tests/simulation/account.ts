/**
 * NotLost, judged when all is over: every occurrence that a timer ever promised, worked out here by plain arithmetic
 * from the promises in force at the time, ended as one execution or stands in a record of what was left out.
 */
import type { ExecutionWithAttempts } from '../../shared/store/store.js';
import { isManualRun, openStates } from '../../shared/timers/execution.js';
import type { Invariants } from './invariants.js';
import type { Kept, Ledger, Promised } from './ledger.js';

/** True when nothing is open any more and no timer waits for anything. */
export async function isQuiet(ledger: Ledger): Promise<boolean> {
  for (const kept of ledger.timers.values()) {
    const timer = await ledger.store.timers.read(kept.key);
    if (timer?.uid === kept.uid && (timer.state === 'active' || timer.state === 'paused')) return false;
    if ((await executionsOf(ledger, kept)).some(isOpen)) return false;
  }
  return true;
}

export async function account(ledger: Ledger, invariants: Invariants, now: number): Promise<void> {
  for (const uid of ledger.acknowledged)
    invariants.check('NotLost', ledger.timers.has(uid), () => `${uid} was acknowledged and never written`);
  for (const kept of ledger.timers.values()) {
    const executions = await executionsOf(ledger, kept);
    for (const execution of executions) checkEnded(ledger, invariants, execution);
    for (const instant of promisedInstants(kept.promises, now))
      invariants.check(
        'NotLost',
        isAccounted(executions, instant),
        () => `${kept.key.id} (${kept.uid}): nothing became of ${new Date(instant).toISOString()}`,
      );
  }
}

function checkEnded(ledger: Ledger, invariants: Invariants, execution: ExecutionWithAttempts): void {
  const { id, state } = execution;
  invariants.check('NotLost', !isOpen(execution), () => `${id} is still ${state}`);
  const called = state !== 'succeeded' || ledger.sent.has(id);
  invariants.check('NotLost', called, () => `${id} has succeeded and was never called`);
}

async function executionsOf({ store }: Ledger, { key, uid }: Kept): Promise<ExecutionWithAttempts[]> {
  const query = { namespace: key.namespace, timerId: key.id, before: null, limit: 1_000 };
  return (await store.executions.list(query)).filter((execution) => execution.uid === uid);
}

function isOpen({ state }: ExecutionWithAttempts): boolean {
  return (openStates as readonly string[]).includes(state);
}

function isAccounted(executions: readonly ExecutionWithAttempts[], instant: number): boolean {
  return executions.some(
    (execution) =>
      !isManualRun(execution) &&
      execution.scheduledFor <= instant &&
      instant <= (execution.covers?.to ?? execution.scheduledFor),
  );
}

/** Each promise holds up to the instant of the next. */
function promisedInstants(promises: readonly Promised[], now: number): number[] {
  return promises.flatMap((promise, i) => instantsOf(promise, Math.min(promises[i + 1]?.after ?? now, now)));
}

function instantsOf({ after, schedule, state, next }: Promised, upTo: number): number[] {
  if (state === 'cancelled' || state === 'completed') return [];
  if (schedule.kind !== 'every') return next !== null && next <= upTo ? [next] : [];
  const { anchor, intervalMs } = schedule;
  const instants: number[] = [];
  let k = Math.floor((after - anchor) / intervalMs) + 1;
  for (; anchor + k * intervalMs <= upTo; k++) instants.push(anchor + k * intervalMs);
  return instants;
}
