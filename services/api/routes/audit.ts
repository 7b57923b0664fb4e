/** Every change in a namespace, whatever was changed: who, when, what and why. */
import Type, { type Static } from 'typebox';
import type { ChangeQuery, ChangeStore } from '../../../shared/store/changes.js';
import { changedResources } from '../../../shared/timers/change-record.js';
import { describeChangePage } from '../definition/change-description.js';
import { invalidRequest } from '../plugins/problems.js';
import type { App } from '../plugins/validation.js';
import { parseInstant } from '../schemas/instant.js';
import { decodeCursor, defaultLimit, pageQuery } from '../schemas/page.js';
import type { Mistake } from '../schemas/problem.js';
import { readingHeaders } from '../schemas/request.js';

const name = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 256, description }));
const instant = (description: string) =>
  Type.Optional(Type.String({ maxLength: 64, description: `${description} (RFC 3339; write + as %2B)` }));

const auditQuery = Type.Object(
  {
    ...pageQuery,
    resource: Type.Optional(Type.Enum([...changedResources], { description: 'of this kind only' })),
    resourceId: name('of the one with this id only; needs `resource`'),
    actor: name('by this one only'),
    action: name('of this kind only, such as cancel'),
    from: instant('made at this instant or later'),
    until: instant('made before this instant'),
  },
  { additionalProperties: false },
);
type AuditQuery = Static<typeof auditQuery>;

export function addAudit(app: App, changes: Pick<ChangeStore, 'list'>): void {
  app.get(
    '/v1/audit',
    {
      schema: {
        tags: ['Audit'],
        operationId: 'listChanges',
        summary: 'List who changed what, when and why',
        description:
          'Newest first, for 90 days unless configured otherwise. Filter by one of `resource`, `actor` and `action`; with `resourceId` by any of them. The creation of a timer is told by the timer itself (`createdAt`, `createdBy`).',
        headers: readingHeaders,
        querystring: auditQuery,
        response: {
          200: Type.Ref('ChangePage#', { description: 'A page of changes.' }),
        },
      },
    },
    async ({ namespace, query }) => {
      const { cursor, limit = defaultLimit, from, until, ...filters } = query;
      const mistakes = mistakesIn(query);
      const bounds = { ...boundOf('from', from, mistakes), ...boundOf('until', until, mistakes) };
      if (mistakes.length > 0) throw invalidRequest(mistakes);
      const list = { ...filters, ...bounds, namespace };
      const before = cursor === undefined ? null : decodeCursor(list, cursor).id;
      const rows = await changes.list({ ...list, before, limit: limit + 1 });
      return describeChangePage(list, rows, limit);
    },
  );
}

/** What no index answers. */
function mistakesIn({ resource, resourceId, actor, action }: AuditQuery): Mistake[] {
  if (resourceId !== undefined)
    return resource === undefined
      ? [{ pointer: '/resource', detail: 'is missing; `resourceId` needs it', in: 'query' }]
      : [];
  const [, ...more] = Object.entries({ resource, actor, action }).filter(([, value]) => value !== undefined);
  const detail =
    'is one too many; give one of `resource`, `actor` and `action`, or add `resource` and `resourceId`';
  return more.map(([field]) => ({ pointer: `/${field}`, detail, in: 'query' }));
}

function boundOf(
  field: 'from' | 'until',
  text: string | undefined,
  mistakes: Mistake[],
): Pick<ChangeQuery, 'from' | 'until'> {
  if (text === undefined) return {};
  const parsed = parseInstant(text);
  if ('at' in parsed) return { [field]: parsed.at };
  mistakes.push({ pointer: `/${field}`, detail: parsed.reason, in: 'query' });
  return {};
}
