/** PORT: the part of the store that keeps how well each namespace was served. Off the way of every timer. */
import type { ServiceLevelRow } from '../timers/service-level.js';

export interface ServiceLevelStore {
  /** Puts rows in the place of earlier ones of the same namespace, span, beginning and source; so it may be repeated. */
  put(rows: ServiceLevelRow[]): Promise<void>;
  /** Rows of a namespace that begin from `from` on and before `to`, minutes and hours. */
  read(query: ServiceLevelQuery): Promise<ServiceLevelRow[]>;
  /** Up to `limit` rows of this span, all namespaces, that begin before `before`: the oldest first, by namespace within an instant. */
  oldest(query: OldestQuery): Promise<ServiceLevelRow[]>;
  /** Makes one row of an hour out of those that it was counted in: adds it unless it is there, then removes them. */
  rollUp(hour: ServiceLevelRow, counted: ServiceLevelRow[]): Promise<void>;
  /** Removes up to `limit` rows that begin before `before`; answers how many. */
  remove(before: number, limit: number): Promise<number>;
}

export interface ServiceLevelQuery {
  namespace: string;
  from: number;
  to: number;
}

export interface OldestQuery {
  spanMs: number;
  before: number;
  limit: number;
}
