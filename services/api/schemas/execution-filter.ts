/** Which executions are meant, as users write it; the one parser of it. */
import Type, { type Static } from 'typebox';
import { executionStates } from '../../../shared/timers/execution.js';
import {
  type ExecutionFilter,
  isUnbounded,
  unsuccessfulEnds,
} from '../../../shared/timers/execution-filter.js';
import { outcomes } from '../../../shared/timers/outcome.js';
import { type FilterPlace, hostFilter, instantFilter, parseHost, parseInstants, tooBroad } from './filter.js';
import { timerId } from './timer-request.js';

export const executionFilterFields = {
  timerId: Type.Optional(timerId),
  state: Type.Optional(Type.Enum([...executionStates], { description: 'in this state only' })),
  host: hostFilter,
  outcome: Type.Optional(
    Type.Enum([...outcomes], { description: 'whose newest attempt that has ended came to this only' }),
  ),
  scheduledBefore: instantFilter('with a nominal time before this instant only'),
  scheduledAfter: instantFilter('with a nominal time after this instant only'),
};

/** For bodies. */
export const executionFilter = Type.Object(executionFilterFields, {
  additionalProperties: false,
  description: 'which executions: all that is given has to hold',
});

/** Throws `invalid-request` for instants that are none, `query-too-broad` for filters that would look at every execution. */
export function parseExecutionFilter(
  sent: Static<typeof executionFilter>,
  place: FilterPlace,
): ExecutionFilter {
  const { scheduledBefore, scheduledAfter, host, ...rest } = sent;
  const pairs = [['scheduledAfter', 'scheduledBefore']] as const;
  const bounds = parseInstants({ scheduledBefore, scheduledAfter }, pairs, place);
  const filter: ExecutionFilter = { ...rest, ...bounds, ...parseHost(host) };
  if (isUnbounded(filter)) throw tooBroad(fix, place);
  return filter;
}

const states = unsuccessfulEnds.map((state) => `\`${state}\``).join(', ');
const fix = `add one of \`scheduledAfter\`, \`timerId\`, or a \`state\` that is open or one of ${states}`;
