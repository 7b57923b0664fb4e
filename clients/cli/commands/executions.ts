/** `executions …`: what happened. */
import type { CountExecutionsBodyFilter, Execution } from '../../sdk/generated.js';
import type { Command, Options, Task } from '../command.js';
import { executionHeads, executionRow, executionText } from '../execution-view.js';
import { count, list, listing } from '../listing.js';

/** Every state, or the type says which is missing. */
const states = Object.keys({
  claimed: true,
  running: true,
  retrying: true,
  deferred: true,
  'awaiting-ack': true,
  succeeded: true,
  failed: true,
  aborted: true,
  cancelled: true,
  skipped: true,
} satisfies Record<Execution['state'], true>) as Execution['state'][];

const outcomes = ['succeeded', 'failed', 'lost', 'aborted'] as const;

const filters: Options = {
  timer: { value: 'ID', help: 'of this timer only' },
  state: { value: 'STATE', choices: states, help: 'in this state only' },
  host: { value: 'HOST', help: 'whose target is at this host (and port) only' },
  outcome: { value: 'OUTCOME', choices: outcomes, help: 'whose newest attempt came to this only' },
  before: { value: 'INSTANT', help: 'with a nominal time before it only' },
  after: { value: 'INSTANT', help: 'with a nominal time after it only' },
};

function filterOf({ given }: Task): CountExecutionsBodyFilter {
  return {
    timerId: given.text('timer'),
    state: states.find((one) => one === given.text('state')),
    host: given.text('host'),
    outcome: outcomes.find((one) => one === given.text('outcome')),
    scheduledBefore: given.text('before'),
    scheduledAfter: given.text('after'),
  };
}

const listExecutions: Command = {
  name: 'executions list',
  summary: 'List executions, the newest first',
  options: { ...filters, ...listing },
  examples: ['carillon executions list --timer hello', 'carillon executions list --state failed --json'],
  run(task) {
    const { client, world } = task;
    const filter = filterOf(task);
    const rows = (limit: number) => client.executions.all({ ...filter, limit }, { signal: world.signal });
    return list(task, { rows, heads: executionHeads, cells: executionRow });
  },
};

const countExecutions: Command = {
  name: 'executions count',
  summary: 'Count executions',
  options: filters,
  examples: ['carillon executions count --state failed --after 2030-01-01T00:00:00Z'],
  run: async (task) =>
    count(task, await task.client.executions.count(filterOf(task), { signal: task.world.signal })),
};

const showExecution: Command = {
  name: 'executions show',
  summary: 'Show an execution with each attempt',
  positionals: ['<id>'],
  async run({ given, client, world, json }) {
    const execution = await client.executions.get(given.positionals[0]!, { signal: world.signal });
    world.out(json ? `${JSON.stringify(execution, null, 2)}\n` : `${executionText(execution)}\n`);
  },
};

export const executionCommands: readonly Command[] = [listExecutions, countExecutions, showExecution];
