/** What filters have in common, whatever they are of: hosts, instants, and the refusal of those that are too broad. */
import Type from 'typebox';
import { invalidRequest, Problem } from '../plugins/problems.js';
import { parseInstant } from './instant.js';
import type { Mistake } from './problem.js';

/** Where the filter stands in the request: the part, and the pointer to the object that holds it. */
export interface FilterPlace {
  in: Mistake['in'];
  pointer: string;
}

export const inQuery: FilterPlace = { in: 'query', pointer: '' };
export const inBody: FilterPlace = { in: 'body', pointer: '/filter' };

export const instantFilter = (description: string) =>
  Type.Optional(
    Type.String({ maxLength: 64, description: `${description} (RFC 3339; in a query write + as %2B)` }),
  );

export const hostFilter = Type.Optional(
  Type.String({
    pattern: '^[A-Za-z0-9._:\\[\\]-]{1,260}$',
    description:
      "whose target is at this host only, with the port where it is not the scheme's own, such as `example.org` or `10.0.0.7:8080`",
  }),
);

/** As targets have it. */
export function parseHost(host: string | undefined): { host?: string } {
  return host === undefined ? {} : { host: host.toLowerCase() };
}

/** The instants that are given, by their names; `pairs` name those between which something must lie. */
export function parseInstants<Name extends string>(
  sent: Record<Name, string | undefined>,
  pairs: readonly (readonly [after: Name, before: Name])[],
  { in: part, pointer }: FilterPlace,
): Partial<Record<Name, number>> {
  const mistakes: Mistake[] = [];
  const add = (name: Name, detail: string) =>
    mistakes.push({ pointer: `${pointer}/${name}`, detail, in: part });
  const found: Partial<Record<Name, number>> = {};
  for (const [name, text] of Object.entries(sent) as [Name, string | undefined][]) {
    if (text === undefined) continue;
    const parsed = parseInstant(text);
    if ('reason' in parsed) add(name, parsed.reason);
    else found[name] = parsed.at;
  }
  for (const [after, before] of pairs)
    if ((found[after] ?? -Infinity) >= (found[before] ?? Infinity))
      add(after, `must be before \`${before}\`; nothing lies between them`);
  if (mistakes.length > 0) throw invalidRequest(mistakes);
  return found;
}

/** @param fix what would make it narrow enough */
export function tooBroad(fix: string, { in: part, pointer }: FilterPlace): Problem {
  const detail = `this would look at more than an index can tell: ${fix}`;
  return new Problem('query-too-broad', detail, { errors: [{ pointer, detail, in: part }] });
}
