/** `executions …`: what happened. */
import type { Command } from '../command.js';
import { executionHeads, executionRow, executionText } from '../execution-view.js';
import { list, listing } from '../listing.js';

const states = [
  'claimed',
  'running',
  'retrying',
  'deferred',
  'awaiting-ack',
  'succeeded',
  'failed',
  'aborted',
  'cancelled',
  'skipped',
] as const;

const listExecutions: Command = {
  name: 'executions list',
  summary: 'List executions, the newest first',
  options: {
    timer: { value: 'ID', help: 'of this timer only' },
    state: { value: 'STATE', choices: states, help: 'in this state only' },
    ...listing,
  },
  examples: ['carillon executions list --timer hello', 'carillon executions list --state failed --json'],
  run(task) {
    const { given, client, world } = task;
    const state = states.find((one) => one === given.text('state'));
    const filter = { timerId: given.text('timer'), state };
    const rows = (limit: number) => client.executions.all({ ...filter, limit }, { signal: world.signal });
    return list(task, { rows, heads: executionHeads, cells: executionRow });
  },
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

export const executionCommands: readonly Command[] = [listExecutions, showExecution];
