/** Valid work messages for tests, each of an execution of its own unless told. */
import { makeDefinition, makeExecution, makeTimer } from './factories.js';
import type { WorkMessage } from '../../shared/queue/queue.js';

export function makeWorkMessage(changes: Partial<WorkMessage> = {}): WorkMessage {
  const {
    shard,
    state,
    reason,
    holder,
    wakeAt,
    final,
    held,
    abort,
    covers,
    settledAt,
    outcome,
    ...execution
  } = makeExecution(makeTimer());
  return { execution, publishedAt: execution.claimedAt, definition: makeDefinition(), ...changes };
}

export function makeWorkMessages(count: number): WorkMessage[] {
  return Array.from({ length: count }, () => makeWorkMessage());
}
