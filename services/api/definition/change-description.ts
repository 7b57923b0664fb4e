/** Changes as answers show them. Pure. */
import type { Static } from 'typebox';
import type { ChangeRecord } from '../../../shared/timers/change-record.js';
import type { ChangeAnswer, changePage } from '../schemas/change.js';
import { formatInstant } from '../schemas/instant.js';
import { encodeCursor } from '../schemas/page.js';

function describeChange(record: ChangeRecord): ChangeAnswer {
  const { id, at, actor, action, resource, resourceId, generation, reason, changes } = record;
  return { id, at: formatInstant(at), actor, action, resource, resourceId, generation, reason, changes };
}

/**
 * A page from `limit + 1` rows: the last one only tells that there is a next page.
 *
 * @param list what the list is of, for its cursor
 */
export function describeChangePage(
  list: object,
  rows: ChangeRecord[],
  limit: number,
): { data: ChangeAnswer[] } & Pick<Static<typeof changePage>, 'nextCursor'> {
  const last = rows[limit - 1];
  const next = rows.length > limit && last ? { at: last.at, id: last.id } : null;
  return { data: rows.slice(0, limit).map(describeChange), nextCursor: next && encodeCursor(list, next) };
}
