/**
 * Which timers are meant, as users write it: in a query string, and as `filter` in a body. The one parser of it, so that
 * a list, a count and a change of many mean the same timers by the same words.
 */
import Type, { type Static } from 'typebox';
import { timerStates } from '../../../shared/timers/timer.js';
import { missingFor, type TimerFilter, type TimerOrder } from '../../../shared/timers/timer-filter.js';
import { type FilterPlace, hostFilter, instantFilter, parseHost, parseInstants, tooBroad } from './filter.js';

export const timerFilterFields = {
  state: Type.Optional(Type.Enum([...timerStates], { description: 'in this state only' })),
  tag: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'with this tag only' })),
  host: hostFilter,
  idPrefix: Type.Optional(
    Type.String({ pattern: '^[A-Za-z0-9_-]{1,128}$', description: 'with ids that begin like this only' }),
  ),
  dueBefore: instantFilter('next due before this instant only'),
  dueAfter: instantFilter('next due after this instant only'),
  createdBefore: instantFilter('created before this instant only'),
  createdAfter: instantFilter('created after this instant only'),
};

/** For bodies. */
export const timerFilter = Type.Object(timerFilterFields, {
  additionalProperties: false,
  description: 'which timers: all that is given has to hold',
});

export type SentTimerFilter = Static<typeof timerFilter>;

/** Throws `invalid-request` for instants that are none, or that leave nothing between them. */
export function parseTimerFilter(sent: SentTimerFilter, place: FilterPlace): TimerFilter {
  const { dueBefore, dueAfter, createdBefore, createdAfter, host, ...rest } = sent;
  const bounds = parseInstants({ dueBefore, dueAfter, createdBefore, createdAfter }, pairs, place);
  return { ...rest, ...bounds, ...parseHost(host) };
}

const pairs = [
  ['dueAfter', 'dueBefore'],
  ['createdAfter', 'createdBefore'],
] as const;

/** Throws `query-too-broad` where these filters, in this order or in any, would look at every timer. */
export function checkBounded(filter: TimerFilter, order: TimerOrder | undefined, place: FilterPlace): void {
  const missing = missingFor(filter, order);
  if (missing.length === 0) return;
  const names = missing.map((name) => `\`${name}\``).join(', ');
  const otherwise = order !== undefined && missingFor(filter).length === 0 ? ', or leave out `order`' : '';
  throw tooBroad(`add ${missing.length > 1 ? 'one of ' : ''}${names}${otherwise}`, place);
}
