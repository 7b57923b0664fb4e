/** Contract of lists and counts of timers: every combination of filters, in every order, page by page. */
import { describe, expect, it } from 'vitest';
import type { TimerPosition, TimerQuery } from '../../../shared/store/queries.js';
import type { Store } from '../../../shared/store/store.js';
import {
  fitsFilter,
  type TimerFilter,
  type TimerOrder,
  timerOrders,
} from '../../../shared/timers/timer-filter.js';
import type { Timer } from '../../../shared/timers/timer.js';
import { baseTime, makeDefinition, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import { eachOf } from './steps.js';

/** Each filter given or not: 64 in all. */
const filters: TimerFilter[] = [
  { state: 'paused' as const },
  { tag: 'red' },
  { host: 'a.example:8080' },
  { idPrefix: 'a' },
  { dueAfter: baseTime + 1_000, dueBefore: baseTime + 5_000 },
  { createdAfter: baseTime, createdBefore: baseTime + 4_000 },
].reduce<TimerFilter[]>((all, one) => [...all, ...all.map((other) => ({ ...other, ...one }))], [{}]);

export function timerListContract(open: OpenStore): void {
  describe('lists of timers', () => {
    const setup = async () => {
      const store = await useStore(open);
      const timers = Array.from({ length: 96 }, (_, i) => variedTimer(i));
      await store.timers.create([...timers, ...timers.map((timer) => ({ ...timer, namespace: 'other' }))]);
      return { store, timers };
    };

    it.each(timerOrders)('have what fits every combination of filters, in the order %s', async (order) => {
      const { store, timers } = await setup();

      const found = await eachOf(filters, (filter) => pagesOf(store, { ...filter, order }));

      const wanted = filters.map((filter) => idsOf(timers, filter, order));
      expect(found).toEqual(wanted);
      expect(wanted.filter((ids) => ids.length > 0).length).toBeGreaterThan(32);
    });

    it.each(timerOrders)('are counted like they are listed, by %s', async (order) => {
      const { store, timers } = await setup();

      const counts = await eachOf(filters, (filter) =>
        store.timers.count({ ...filter, namespace: 'default', order }),
      );

      const wanted = filters.map((filter) => ({ count: idsOf(timers, filter, order).length, exact: true }));
      expect(counts).toEqual(wanted);
    });

    it('look no further than the place that is told', async () => {
      const { store, timers } = await setup();
      const query: TimerQuery = {
        namespace: 'default',
        state: 'paused',
        order: 'createdAt',
        after: null,
        limit: 20,
      };
      const until = await store.timers.reach(query);

      const found = await store.timers.list({ ...query, until });

      const looked = timers.sort(byOrder.createdAt).slice(0, 20);
      expect(found.map(({ id }) => id)).toEqual(idsOf(looked, { state: 'paused' }, 'createdAt'));
      expect(until).toEqual({ id: looked.at(-1)!.id, at: looked.at(-1)!.createdAt });
      expect(await store.timers.reach({ ...query, limit: 97 })).toBeNull();
    });

    it('are counted by state, of one namespace or of all', async () => {
      const { store } = await setup();
      const wanted = { active: 48, paused: 24, completed: 24, cancelled: 0 };

      expect(await store.timers.counts('default')).toEqual(wanted);
      expect(await store.timers.counts('none')).toEqual({ active: 0, paused: 0, completed: 0, cancelled: 0 });
      expect(await store.timers.counts()).toMatchObject({ active: 96, paused: 48 });
    });
  });
}

/** Many share an instant, and every combination of what is filtered by occurs. */
function variedTimer(i: number): Timer {
  const dueAt = baseTime + (i % 7) * 1_000;
  const id = `${i % 3 === 0 ? 'b' : 'a'}-${String((i * 37) % 96).padStart(2, '0')}`;
  const host = (i >> 2) % 2 === 0 ? 'a.example:8080' : 'b.example';
  const { target } = makeDefinition();
  return makeTimer({
    id,
    state: (['active', 'paused', 'active', 'completed'] as const)[i % 4]!,
    tags: (i >> 3) % 2 === 0 ? ['red', 'blue'] : i % 5 === 0 ? [] : ['blue'],
    definition: makeDefinition({ target: { ...target, url: `http://${host}/path?query` } }),
    next: i % 4 === 3 ? null : { scheduledFor: dueAt, dueAt },
    createdAt: baseTime + (i % 6) * 1_000,
  });
}

/** Plain comparison: the ids are ASCII. */
const byId = (one: Timer, other: Timer): number => (one.id < other.id ? -1 : 1);

const byOrder: Record<TimerOrder, (one: Timer, other: Timer) => number> = {
  id: byId,
  nextDueAt: (one, other) => one.next!.dueAt - other.next!.dueAt || byId(one, other),
  createdAt: (one, other) => other.createdAt - one.createdAt || byId(other, one),
};

function idsOf(timers: Timer[], filter: TimerFilter, order: TimerOrder): string[] {
  return timers
    .filter((timer) => fitsFilter(timer, filter) && (order !== 'nextDueAt' || timer.next))
    .sort(byOrder[order])
    .map(({ id }) => id);
}

/** All of it, in steps of 40 rows that are looked at and 9 that are answered. */
async function pagesOf(store: Store, filter: TimerFilter & { order: TimerOrder }): Promise<string[]> {
  const query = { ...filter, namespace: 'default' };
  const ids: string[] = [];
  let after: TimerPosition | null = null;
  do {
    const until: TimerPosition | null = await store.timers.reach({ ...query, after, limit: 40 });
    const rows: Timer[] = await store.timers.list({ ...query, after, until, limit: 9 });
    ids.push(...rows.map(({ id }) => id));
    after = rows.length < 9 ? until : positionOf(rows.at(-1)!, filter.order);
  } while (after);
  return ids;
}

function positionOf({ id, next, createdAt }: Timer, order: TimerOrder): TimerPosition {
  return { id, at: { id: 0, nextDueAt: next?.dueAt ?? 0, createdAt }[order] };
}
