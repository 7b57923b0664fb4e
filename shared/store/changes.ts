/**
 * PORT: the record of changes, of timers and of all else that users change. A change of a timer is recorded by
 * `TimerStore.change`, of a document by `DocumentStore.write`, each in its own transaction; here they are read and removed.
 * Nothing on the scheduling path writes or reads them.
 */
import type { ChangeRecord, ChangedResource } from '../timers/change-record.js';

/** Changes kept of one timer, at least; the oldest go, a few at a time. */
export const keptChanges = 100;

/** By how much a timer may have more of them, so that not every change has to remove one. */
export const trimEvery = 20;

export interface ChangeStore {
  /** Newest first, in the order of `id`; `before` is the id of the last row of the page before. */
  list(query: ChangeQuery): Promise<ChangeRecord[]>;
  /** Removes up to `limit` records from before `at`, oldest first; answers how many. */
  removeBefore(at: number, limit: number): Promise<number>;
}

/** Without `resourceId` at most one of `resource`, `actor` and `action`: each has an index of its own. */
export interface ChangeQuery {
  namespace: string;
  resource?: ChangedResource;
  resourceId?: string;
  actor?: string;
  action?: string;
  /** Bounds on `at`; from it on, and before it. */
  from?: number;
  until?: number;
  before: string | null;
  limit: number;
}

/** The ids that a query asks for: from the first one on, and below the second; null where it says nothing. */
export function idBounds({ from, until, before }: ChangeQuery): {
  first: string | null;
  below: string | null;
} {
  const ends = [...(until === undefined ? [] : [firstIdAt(until)]), ...(before === null ? [] : [before])];
  return { first: from === undefined ? null : firstIdAt(from), below: ends.sort()[0] ?? null };
}

/** The id that no record from before this instant reaches, and none from it on is below (UUIDv7: 48 bits of milliseconds). */
export function firstIdAt(at: number): string {
  const time = Math.max(0, Math.ceil(at)).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}

export type { ChangeRecord };
