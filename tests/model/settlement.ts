/** The second step of settle: the execution goes where its attempt's record says. Whoever repeats it finishes it. */
import { executionOf, withExecution, type Setting, type State } from './model.js';

/** The state after attempt `attempt` of this occurrence is settled from its record, which is there. */
export function settledFromRecord(
  state: State,
  { occurrence, attempt }: { occurrence: number; attempt: number },
  { world, guards }: Setting,
): State {
  const execution = executionOf(state, occurrence);
  const { state: was, attempt: present, final } = execution;
  const isRunning = was === 'running' && present === attempt;
  if (was === 'absent' || (guards.settleCompares && !isRunning)) return state;
  const { outcome, retryAt } = execution.records[attempt - 1]!;
  const rest = { holder: null, overdue: false };
  if (outcome === 'succeeded') return withExecution(state, occurrence, { ...rest, state: 'succeeded' });
  if (attempt >= world.attempts) return withExecution(state, occurrence, { ...rest, state: 'failed' });
  if (final && guards.finalIsCompared)
    return withExecution(state, occurrence, { ...rest, state: 'cancelled' });
  return withExecution(state, occurrence, { ...rest, state: 'retrying', callAt: retryAt });
}
