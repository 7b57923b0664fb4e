/**
 * Which timers are meant, as users write it: in a query string, and as `filter` in a body. The one parser of it, so that
 * a list, a count and a change of many mean the same timers by the same words.
 */
import Type, { type Static } from 'typebox';
import { timerStates } from '../../../shared/timers/timer.js';
import { missingFor, type TimerFilter, type TimerOrder } from '../../../shared/timers/timer-filter.js';
import { invalidRequest, Problem } from '../plugins/problems.js';
import { parseInstant } from './instant.js';
import type { Mistake } from './problem.js';

const instant = (description: string) =>
  Type.Optional(
    Type.String({ maxLength: 64, description: `${description} (RFC 3339; in a query write + as %2B)` }),
  );

export const timerFilterFields = {
  state: Type.Optional(Type.Enum([...timerStates], { description: 'in this state only' })),
  tag: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'with this tag only' })),
  host: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9._:\\[\\]-]{1,260}$',
      description:
        "whose target is at this host only, with the port where it is not the scheme's own, such as `example.org` or `10.0.0.7:8080`",
    }),
  ),
  idPrefix: Type.Optional(
    Type.String({ pattern: '^[A-Za-z0-9_-]{1,128}$', description: 'with ids that begin like this only' }),
  ),
  dueBefore: instant('next due before this instant only'),
  dueAfter: instant('next due after this instant only'),
  createdBefore: instant('created before this instant only'),
  createdAfter: instant('created after this instant only'),
};

/** For bodies. */
export const timerFilter = Type.Object(timerFilterFields, {
  additionalProperties: false,
  description: 'which timers: all that is given has to hold',
});

export type SentTimerFilter = Static<typeof timerFilter>;

/** Where the filter stands in the request: the part, and the pointer to the object that holds it. */
export interface FilterPlace {
  in: Mistake['in'];
  pointer: string;
}

/** Throws `invalid-request` for instants that are none, or that leave nothing between them. */
export function parseTimerFilter(sent: SentTimerFilter, place: FilterPlace): TimerFilter {
  const mistakes: Mistake[] = [];
  const add = (name: string, detail: string) =>
    mistakes.push({ pointer: `${place.pointer}/${name}`, detail, in: place.in });
  const { dueBefore, dueAfter, createdBefore, createdAfter, host, ...rest } = sent;
  const found = parseInstants({ dueBefore, dueAfter, createdBefore, createdAfter }, add);
  for (const [after, before] of [
    ['dueAfter', 'dueBefore'],
    ['createdAfter', 'createdBefore'],
  ] as const)
    if ((found[after] ?? -Infinity) >= (found[before] ?? Infinity))
      add(after, `must be before \`${before}\`; nothing lies between them`);
  if (mistakes.length > 0) throw invalidRequest(mistakes);
  return { ...rest, ...found, ...(host !== undefined && { host: host.toLowerCase() }) };
}

/** The instants that are given; tells `add` of those that are none. */
export function parseInstants<Name extends string>(
  sent: Record<Name, string | undefined>,
  add: (name: string, detail: string) => void,
): Partial<Record<Name, number>> {
  const found: Partial<Record<Name, number>> = {};
  for (const [name, text] of Object.entries(sent) as [Name, string | undefined][]) {
    if (text === undefined) continue;
    const parsed = parseInstant(text);
    if ('reason' in parsed) add(name, parsed.reason);
    else found[name] = parsed.at;
  }
  return found;
}

/** Throws `query-too-broad` where these filters, in this order or in any, would look at every timer. */
export function checkBounded(filter: TimerFilter, order: TimerOrder | undefined, place: FilterPlace): void {
  const missing = missingFor(filter, order);
  if (missing.length === 0) return;
  const names = missing.map((name) => `\`${name}\``).join(', ');
  const otherwise = order !== undefined && missingFor(filter).length === 0 ? ', or leave out `order`' : '';
  throw tooBroad(`add ${missing.length > 1 ? 'one of ' : ''}${names}${otherwise}`, place);
}

/** @param fix what would make it narrow enough */
export function tooBroad(fix: string, { in: part, pointer }: FilterPlace): Problem {
  const detail = `this would look at more than an index can tell: ${fix}`;
  return new Problem('query-too-broad', detail, { errors: [{ pointer, detail, in: part }] });
}
