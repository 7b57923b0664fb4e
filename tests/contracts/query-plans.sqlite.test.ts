/** No question of the API makes SQLite scan a table or sort: asked of the planner for every combination of filters. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Database } from '../../shared/store/sqlite/database.js';
import { openSqliteStore } from '../../shared/store/sqlite/sqlite-store.js';
import type { Store } from '../../shared/store/store.js';
import { acceptedExecutionQueries, acceptedTimerQueries } from '../support/accepted-queries.js';
import { baseTime } from '../support/factories.js';

const place = { id: 'a', at: baseTime + 1_000 };
const end = { id: 'b', at: baseTime + 1_000 };

async function setup(): Promise<{ store: Store; plans: Map<string, string> }> {
  const store = await openSqliteStore({ path: ':memory:' });
  onTestFinished(() => store.close());
  return { store, plans: watchPlans() };
}

/** The plan of each statement that is asked for from now on, by its text. */
function watchPlans(): Map<string, string> {
  const plans = new Map<string, string>();
  const { sql } = Database.prototype;
  const spy = vi.spyOn(Database.prototype, 'sql').mockImplementation(function (this: Database, text) {
    const isNew = text.startsWith('SELECT') && !plans.has(text);
    if (isNew) plans.set(text, planOf(sql.call(this, `EXPLAIN QUERY PLAN ${text}`).all()));
    return sql.call(this, text);
  });
  onTestFinished(() => spy.mockRestore());
  return plans;
}

function planOf(steps: unknown[]): string {
  return (steps as { detail: string }[]).map(({ detail }) => detail).join('; ');
}

/** What a plan says where it reads more than it has to: a whole table or index, or rows in an order to be made. */
const wasteful = /SCAN|TEMP B-TREE|AUTOMATIC/;

function wastefulOf(plans: Map<string, string>): [string, string][] {
  return [...plans].filter(([, plan]) => wasteful.test(plan));
}

describe('the plans of SQLite', () => {
  it('walk an index for every list and count of timers', async () => {
    const { store, plans } = await setup();
    const queries = acceptedTimerQueries();

    for (const query of queries) {
      await store.timers.list(query);
      await store.timers.list({ ...query, after: place, until: end });
      await store.timers.reach({ ...query, after: place });
      await store.timers.count(query);
    }

    expect(queries.length).toBeGreaterThan(500);
    expect(plans.size).toBeGreaterThan(500);
    expect(wastefulOf(plans)).toEqual([]);
  });

  it('walk an index for every list and count of executions', async () => {
    const { store, plans } = await setup();
    const queries = acceptedExecutionQueries();
    const [before, until] = [place, end].map(({ at, id }) => ({ scheduledFor: at, id }));

    for (const query of queries) {
      await store.executions.list(query);
      await store.executions.list({ ...query, before: before!, until: until! });
      await store.executions.reach({ ...query, before: before! });
      await store.executions.count(query);
    }

    expect(queries.length).toBeGreaterThan(150);
    expect(plans.size).toBeGreaterThan(150);
    expect(wastefulOf(plans)).toEqual([]);
  });

  it('are seen to be wasteful where they are', async () => {
    const plans = watchPlans();
    const db = new Database(':memory:');
    onTestFinished(() => db.close());
    db.exec('CREATE TABLE songs (title TEXT)');

    db.sql('SELECT title FROM songs ORDER BY title');

    expect(wastefulOf(plans)).toHaveLength(1);
  });
});
