/** A list, or a number, on its way out: as a table, or with `--json` one object a line while they come. */
import type { Count } from '../sdk/generated.js';
import type { Given, Options, Task } from './command.js';
import { UsageError } from './command.js';
import { textTable } from './text-table.js';

const usual = 50;
/** The largest page that the API gives. */
const largestPage = 1_000;

export const listing: Options = {
  limit: { value: 'N', help: `how many at most; ${usual} unless given` },
  all: { help: 'all there are' },
};

export interface Listing<Row> {
  /** @param pageSize how many to ask for at once */
  rows(pageSize: number): AsyncIterable<Row>;
  heads: readonly string[];
  cells(row: Row): readonly string[];
}

/** Writes up to `--limit` rows, and says when there are more. */
export async function list<Row>(task: Task, { rows, heads, cells }: Listing<Row>): Promise<void> {
  const limit = limitOf(task.given);
  const shown: (readonly string[])[] = [];
  let count = 0;
  for await (const row of rows(Math.min(limit + 1, largestPage))) {
    if (++count > limit) break;
    if (task.json) task.world.out(`${JSON.stringify(row)}\n`);
    else shown.push(cells(row));
  }
  if (!task.json) task.world.out(shown.length > 0 ? `${textTable([heads, ...shown])}\n` : 'None.\n');
  if (count > limit) task.world.complain(`There are more: --limit ${limit * 10} or --all.\n`);
}

/** Writes a number, and says when there may be more. */
export function count(task: Task, answer: Count): void {
  if (task.json) return task.world.out(`${JSON.stringify(answer)}\n`);
  task.world.out(`${answer.exact ? '' : 'at least '}${answer.count}\n`);
}

function limitOf(given: Given): number {
  const limit = given.count('limit');
  if (limit === 0) throw new UsageError('--limit is at least 1');
  return given.is('all') ? Infinity : (limit ?? usual);
}
