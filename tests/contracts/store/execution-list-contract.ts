/** Contract of lists and counts of executions: every combination of filters, page by page. */
import { describe, expect, it } from 'vitest';
import type { ExecutionPosition } from '../../../shared/store/queries.js';
import type { Store } from '../../../shared/store/store.js';
import { type Execution, executionStates } from '../../../shared/timers/execution.js';
import { type ExecutionFilter, fitsExecutionFilter } from '../../../shared/timers/execution-filter.js';
import { outcomes } from '../../../shared/timers/outcome.js';
import type { Timer } from '../../../shared/timers/timer.js';
import { baseTime, makeExecution, makeTimer } from '../../support/factories.js';
import { useStore, type OpenStore } from './opened-store.js';
import {
  changeOf,
  createRetrying,
  eachOf,
  createRunning,
  readExecution,
  recordOf,
  settlementOf,
} from './steps.js';

const others: ExecutionFilter[] = [
  { timerId: 'a' },
  { host: 'a.example:8080' },
  { outcome: 'failed' as const },
  { scheduledAfter: baseTime + 2_000, scheduledBefore: baseTime + 6_000 },
].reduce<ExecutionFilter[]>((all, one) => [...all, ...all.map((other) => ({ ...other, ...one }))], [{}]);

/** Each state or none, and each of the others given or not: 176 in all. */
const filters = [{}, ...executionStates.map((state) => ({ state }))].flatMap((state) =>
  others.map((other): ExecutionFilter => ({ ...state, ...other })),
);

export function executionListContract(open: OpenStore): void {
  describe('lists of executions', () => {
    const setup = async () => {
      const store = await useStore(open);
      const timers = ['a', 'b'].map((id) => makeTimer({ id }));
      const executions = timers.flatMap(variedExecutions);
      for (const timer of timers) {
        const insert = executions.filter(({ uid }) => uid === timer.uid);
        await store.timers.change(timer, () => ({ change: changeOf(timer, { timer, insert }), reply: null }));
      }
      await createRunning(store, makeTimer({ namespace: 'other' }));
      return { store, executions };
    };

    it('have what fits every combination of filters, the newest first', async () => {
      const { store, executions } = await setup();

      const found = await eachOf(filters, (filter) => pagesOf(store, filter));

      const wanted = filters.map((filter) => idsOf(executions, filter));
      expect(found).toEqual(wanted);
      expect(wanted.filter((ids) => ids.length > 0).length).toBeGreaterThan(88);
    });

    it('are counted like they are listed', async () => {
      const { store, executions } = await setup();

      const counts = await eachOf(filters, (filter) =>
        store.executions.count({ ...filter, namespace: 'default' }),
      );

      const wanted = filters.map((filter) => ({ count: idsOf(executions, filter).length, exact: true }));
      expect(counts).toEqual(wanted);
    });

    it('know what the newest attempt came to', async () => {
      const store = await useStore(open);
      const retrying = await createRetrying(store);
      const lost = await createRunning(store);
      const verdict = { state: 'failed', reason: 'lost' } as const;
      await store.delivery.settle([settlementOf(lost, { ...recordOf(lost), outcome: 'lost', verdict })]);
      const succeeded = await createRunning(store);
      await store.delivery.settle([settlementOf(succeeded)]);
      const running = await createRunning(store);

      const told = [retrying, lost, succeeded, running].map((one) => readExecution(store, one));

      expect((await Promise.all(told)).map(({ outcome }) => outcome)).toEqual([
        'failed',
        'lost',
        'succeeded',
        null,
      ]);
    });
  });
}

/** Two at each instant; every state with every outcome, none included, and two hosts. */
function variedExecutions(timer: Timer): Execution[] {
  return Array.from({ length: 100 }, (_, i) => {
    const at = baseTime + (i >> 1) * 100 + (timer.id === 'a' ? 0 : 1);
    const base = makeExecution({ ...timer, next: { scheduledFor: at, dueAt: at } });
    return {
      ...base,
      id: `${base.id}${i % 2}`,
      state: executionStates[i % executionStates.length]!,
      outcome: [null, ...outcomes][Math.floor(i / 10) % 5]!,
      host: i % 3 === 0 ? 'a.example:8080' : 'b.example',
    };
  });
}

function idsOf(executions: Execution[], filter: ExecutionFilter): string[] {
  return executions
    .filter((execution) => fitsExecutionFilter(execution, filter))
    .sort((one, other) => other.scheduledFor - one.scheduledFor || (one.id < other.id ? 1 : -1))
    .map(({ id }) => id);
}

/** All of it, in steps of 70 rows that are looked at and 40 that are answered. */
async function pagesOf(store: Store, filter: ExecutionFilter): Promise<string[]> {
  const query = { ...filter, namespace: 'default' };
  const ids: string[] = [];
  let before: ExecutionPosition | null = null;
  do {
    const until: ExecutionPosition | null = await store.executions.reach({ ...query, before, limit: 70 });
    const rows: Execution[] = await store.executions.list({ ...query, before, until, limit: 40 });
    ids.push(...rows.map(({ id }) => id));
    before = rows.length < 40 ? until : rows.at(-1)!;
  } while (before);
  return ids;
}
