/** Executions of one timer that must not run side by side, and the steps that contract tests take with them. */
import type { Started, Store } from '../../../shared/store/store.js';
import type { Execution } from '../../../shared/timers/execution.js';
import type { AttemptRecord } from '../../../shared/timers/outcome.js';
import type { OverlapPolicy } from '../../../shared/timers/overlap.js';
import type { Timer } from '../../../shared/timers/timer.js';
import { baseTime, makeDefinition, makeExecution, makeTimer } from '../../support/factories.js';
import { changeOf, claimerOf, readExecution, readTimer, runnerOf, settlementOf, startOf } from './steps.js';

export type Limiting = Exclude<OverlapPolicy, 'allowAll'>;
export const limiting: readonly Limiting[] = ['skip', 'bufferOne', 'bufferAll', 'cancelOther'];

/** The timer's own changes, and the changes of each execution, oldest first. */
export interface Cast {
  timer?: Partial<Timer>;
  executions: Partial<Execution>[];
}

export interface Turns {
  timer: Timer;
  /** As they were inserted, oldest first: due a millisecond after each other. */
  executions: Execution[];
  start(execution: Execution, runner?: string): Promise<Started>;
  settle(execution: Execution, record?: Partial<AttemptRecord>): Promise<Set<number>>;
  now(execution: Execution): Promise<Execution>;
  /** Who has the turn and who waits behind it, by their places; -1 for one that is none of them, null for nobody. */
  turn(): Promise<{ busy: number | null; buffered: number | null }>;
  change(timer: Partial<Timer>, update?: Execution[]): Promise<void>;
  /** Has an execution that waits claimed again. */
  reclaim(execution: Execution): Promise<Execution>;
}

/** A timer in the store with claimed executions, or what the cast makes of them. */
export async function createTurns(store: Store, overlap: OverlapPolicy, cast: Cast): Promise<Turns> {
  const next = { scheduledFor: baseTime + 900_000, dueAt: baseTime + 900_000 };
  const timer = makeTimer({ next, definition: makeDefinition({ overlap }), ...cast.timer });
  const executions = cast.executions.map((changes, i) => {
    const instant = baseTime + 1_000 + i;
    return makeExecution({ ...timer, next: { scheduledFor: instant, dueAt: instant } }, changes);
  });
  await store.timers.change(timer, () => ({
    change: changeOf(timer, { timer, insert: executions }),
    reply: null,
  }));
  const now = (execution: Execution) => readExecution(store, execution);
  const placeOf = (id: string | null) => (id === null ? null : executions.findIndex((one) => one.id === id));
  return {
    timer,
    executions,
    now,
    start: async (execution, runner = 'worker-1~aaaa') =>
      store.delivery.start([startOf(execution, { overlap })], runnerOf(runner)),
    settle: async (execution, record = {}) =>
      store.delivery.settle([{ ...settlementOf(await now(execution), record), overlap: true }]),
    async turn() {
      const { busy, buffered } = await readTimer(store, timer);
      return { busy: placeOf(busy), buffered: placeOf(buffered) };
    },
    change: (changes, update = []) =>
      store.timers.change(timer, (current) => ({
        change: changeOf(current!.timer, { timer: { ...current!.timer, ...changes }, update }),
        reply: undefined,
      })),
    async reclaim(execution) {
      const [claimed] = await store.schedule.reclaim([await now(execution)], claimerOf('scheduler-1~aaaa'));
      if (!claimed) throw new Error(`${execution.id} cannot be claimed again`);
      return claimed;
    },
  };
}

/** The answer to a start that was refused to these. */
export function refusedTo(...executions: Pick<Execution, 'id'>[]): Started {
  return { won: new Map(), refused: new Set(executions.map(({ id }) => id)) };
}
