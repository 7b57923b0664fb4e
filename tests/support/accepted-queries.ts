/** Every combination of filters and orders that the API takes, each filter given or not. */
import type { ExecutionQuery, TimerQuery } from '../../shared/store/queries.js';
import { executionStates } from '../../shared/timers/execution.js';
import { type ExecutionFilter, isUnbounded } from '../../shared/timers/execution-filter.js';
import { missingFor, type TimerFilter, timerOrders } from '../../shared/timers/timer-filter.js';
import { baseTime } from './factories.js';

const page = { namespace: 'default', limit: 10 };

export function acceptedTimerQueries(): TimerQuery[] {
  const filters = combined<TimerFilter>(
    [{ state: 'active' }, { state: 'paused' }],
    [{ tag: 'red' }],
    [{ host: 'a.example' }],
    [{ idPrefix: 'a' }],
    [{ dueAfter: baseTime }],
    [{ dueBefore: baseTime + 5_000 }],
    [{ createdAfter: baseTime }],
    [{ createdBefore: baseTime + 5_000 }],
  );
  return timerOrders.flatMap((order) =>
    filters
      .filter((filter) => missingFor(filter, order).length === 0)
      .map((filter) => ({ ...page, ...filter, order, after: null })),
  );
}

export function acceptedExecutionQueries(): ExecutionQuery[] {
  const filters = combined<ExecutionFilter>(
    executionStates.map((state) => ({ state })),
    [{ timerId: 'a' }],
    [{ host: 'a.example' }],
    [{ outcome: 'failed' }],
    [{ scheduledAfter: baseTime }],
    [{ scheduledBefore: baseTime + 5_000 }],
  );
  return filters
    .filter((filter) => !isUnbounded(filter))
    .map((filter) => ({ ...page, ...filter, before: null }));
}

/** Of each list one or none. */
function combined<Filter extends object>(...choices: Filter[][]): Filter[] {
  return choices.reduce<Filter[]>(
    (all, choice) => [...all, ...choice.flatMap((one) => all.map((other) => ({ ...other, ...one })))],
    [{} as Filter],
  );
}
