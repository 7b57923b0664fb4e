/** Changes of executions that are still claimed under the terms that their message told: who comes late changes nothing. */
import type { UpdateFilter } from 'mongodb';
import { groupBy } from '../../base/grouping.js';
import type { Start } from '../store.js';
import type { GroupUpdate } from './batches.js';
import type { ExecutionRow } from './rows.js';

export type Terms = Pick<Start, 'id' | 'generation' | 'claim' | 'attempt'>;

/** Those that change alike go together. */
export function updatesOfClaimed<Wish extends Terms>(
  wishes: Wish[],
  updateOf: (wish: Wish) => UpdateFilter<ExecutionRow>,
): GroupUpdate<ExecutionRow>[] {
  const keyOf = (wish: Wish): string =>
    JSON.stringify([wish.generation, wish.claim, wish.attempt, updateOf(wish)]);
  return [...groupBy(wishes, keyOf).values()].map((group) => {
    const { generation, claim, attempt } = group[0]!;
    const _id = { $in: group.map(({ id }) => id) };
    return {
      filter: { _id, state: 'claimed', generation, claim, attempt },
      update: updateOf(group[0]!),
    };
  });
}
