/**
 * Changes that are asked for side by side go to the store together. Whoever changes a timer takes it for the store itself,
 * so each operation on one timer is one on many as well.
 */
import { Batcher } from '../../../shared/base/batcher.js';
import type { Decision, TimerStore } from '../../../shared/store/store.js';
import type { Current } from '../../../shared/timers/change.js';
import type { TimerKey } from '../../../shared/timers/timer.js';

/** What a store takes at once; on SQLite nothing else runs meanwhile. */
const maxGroup = 100;
const groupsAtOnce = 2;

interface Asked {
  key: TimerKey;
  decide: (current: Current | null) => Decision<unknown>;
}

export class ChangeGroup implements Pick<TimerStore, 'change'> {
  readonly #batcher: Batcher<Asked, unknown>;

  constructor(timers: Pick<TimerStore, 'changeMany'>) {
    this.#batcher = new Batcher({
      run: (asked) => write(timers, asked),
      maxItems: maxGroup,
      concurrency: groupsAtOnce,
    });
  }

  /** As of a store; no timer is to be asked for twice. */
  change<Reply>(key: TimerKey, decide: (current: Current | null) => Decision<Reply>): Promise<Reply> {
    return this.#batcher.add({ key, decide }) as Promise<Reply>;
  }
}

function write(timers: Pick<TimerStore, 'changeMany'>, asked: Asked[]): Promise<unknown[]> {
  const deciders = new Map(asked.map(({ key, decide }) => [key.id, decide]));
  return timers.changeMany(
    asked.map(({ key }) => key),
    (current, { id }) => deciders.get(id)!(current),
  );
}
