/**
 * One operation on many timers: on those that are named, with a result for each; or on those that a filter means, planned
 * first and then carried out in bites. What is created or changed between the plan and its turn is left out and counted,
 * but for watchdogs, which are touched all the time.
 */
import { isClosed, type Timer } from '../../../shared/timers/timer.js';
import { orderOf, type TimerFilter } from '../../../shared/timers/timer-filter.js';
import { Problem, problemOf } from '../plugins/problems.js';
import { ChangeGroup } from './change-group.js';
import type { ChangeRequest, Desk } from './desk.js';
import { findTimers } from './timer-list.js';

const sampleSize = 10;
/** One call carries out about so much of a plan, and walks so many pages for it. */
const biteSize = 1_000;
const pageSize = 500;
const pagesEachBite = 4;

/** What is done with each timer. */
export type Operation = (request: ChangeRequest) => Promise<Timer>;

export interface Asker {
  namespace: string;
  actor: string;
  reason: string | null;
}

/** Who asks for what. */
export interface Order extends Asker {
  operate: Operation;
}

export interface Named {
  id: string;
  ifMatch?: string;
}

/** In order: each timer as it is now, or why it was left alone. */
export function changeNamed(
  desk: Desk,
  { namespace, actor, reason, operate }: Order,
  named: Named[],
): Promise<(Timer | Problem)[]> {
  const group = new ChangeGroup(desk.timers);
  return Promise.all(
    named.map(({ id, ifMatch }) =>
      operate({ key: { namespace, id }, ifMatch, actor, reason, group }).catch(problemOf),
    ),
  );
}

export interface Preview {
  matched: number;
  exact: boolean;
  sample: Timer[];
}

/** Open timers only: nothing can be done with closed ones. */
export async function planBulk({ timers }: Desk, namespace: string, filter: TimerFilter): Promise<Preview> {
  const states = filter.state === undefined ? (['active', 'paused'] as const) : [filter.state];
  const sum: Preview = { matched: 0, exact: true, sample: [] };
  for (const state of states) {
    const query = { ...filter, namespace, state };
    const order = orderOf(query) ?? 'id';
    const { count, exact } = await timers.count({ ...query, order });
    const missing = sampleSize - sum.sample.length;
    if (missing > 0)
      sum.sample.push(...(await findTimers(timers, { ...query, order, after: null, limit: missing })).rows);
    sum.matched += count;
    sum.exact &&= exact;
  }
  return sum;
}

export interface Bite {
  changed: number;
  /** Changed or created since the plan was made. */
  leftOut: number;
  refused: { id: string; problem: Problem }[];
  /** The id after which the rest begins; null when nothing is left. */
  after: string | null;
}

export interface BiteRequest extends Order {
  filter: TimerFilter;
  madeAt: number;
  after: string | null;
}

/** In the order of ids, which no change moves: none is met twice, and none that stays is passed over. */
export async function carryOut(desk: Desk, request: BiteRequest): Promise<Bite> {
  const { namespace, filter, madeAt } = request;
  const bite: Bite = { changed: 0, leftOut: 0, refused: [], after: request.after };
  for (let page = 0; page < pagesEachBite && bite.changed + bite.refused.length < biteSize; page++) {
    const after = bite.after === null ? null : { id: bite.after, at: 0 };
    const query = { ...filter, namespace, order: 'id', after, limit: pageSize } as const;
    const { rows, next } = await findTimers(desk.timers, query);
    const open = rows.filter((timer) => !isClosed(timer));
    const meant = open.filter((timer) => wasThere(timer, madeAt));
    bite.leftOut += open.length - meant.length;
    const named = meant.map(({ id, generation }) => ({ id, ifMatch: `"${generation}"` }));
    account(bite, named, await changeNamed(desk, request, named));
    bite.after = next?.id ?? null;
    if (next === null) break;
  }
  return bite;
}

function account(bite: Bite, named: Named[], results: (Timer | Problem)[]): void {
  for (const [i, result] of results.entries()) {
    if (!(result instanceof Problem)) bite.changed++;
    else if (result.status === 503) throw result;
    else if (result.code === 'generation-mismatch') bite.leftOut++;
    else bite.refused.push({ id: named[i]!.id, problem: result });
  }
}

/** As it is now, when the plan was made. */
function wasThere({ createdAt, updatedAt, definition: { schedule } }: Timer, madeAt: number): boolean {
  const isWatchdog = schedule.kind === 'at' && schedule.delayMs !== undefined;
  return createdAt <= madeAt && (isWatchdog || updatedAt <= madeAt);
}
