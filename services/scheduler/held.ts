/** A claimed execution as the scheduler holds it: with its definition, so that the message can carry it. */
import type { Definitions } from '../../shared/definitions/definitions.js';
import type { Execution } from '../../shared/timers/execution.js';
import type { Definition } from '../../shared/timers/timer.js';

export interface Held {
  execution: Execution;
  /** Null where there is none any more (the worker will say so). */
  definition: Definition | null;
}

/** Each execution with its definition, read together. Rejects while the store is away. */
export function withDefinitions(definitions: Definitions, executions: readonly Execution[]): Promise<Held[]> {
  return Promise.all(
    executions.map(async (execution) => ({ execution, definition: await definitions.of(execution) })),
  );
}
