/** `timers …`: find, show and change those that are there. */
import type { CountTimersBodyFilter, Timer } from '../../sdk/generated.js';
import type { Command, Options, Task } from '../command.js';
import { executionText } from '../execution-view.js';
import { count, list, listing } from '../listing.js';
import { timerHeads, timerRow, timerText } from '../timer-view.js';

const states = ['active', 'paused', 'completed', 'cancelled'] as const;

const orders = ['id', 'nextDueAt', 'createdAt'] as const;

const filters: Options = {
  state: { value: 'STATE', choices: states, help: 'in this state only' },
  tag: { value: 'TAG', help: 'with this tag only' },
  host: { value: 'HOST', help: 'whose target is at this host (and port) only' },
  prefix: { value: 'TEXT', help: 'with ids that begin like this only' },
  'due-before': { value: 'INSTANT', help: 'next due before it only' },
  'due-after': { value: 'INSTANT', help: 'next due after it only' },
  'created-before': { value: 'INSTANT', help: 'created before it only' },
  'created-after': { value: 'INSTANT', help: 'created after it only' },
};

function filterOf({ given }: Task): CountTimersBodyFilter {
  return {
    state: states.find((state) => state === given.text('state')),
    tag: given.text('tag'),
    host: given.text('host'),
    idPrefix: given.text('prefix'),
    dueBefore: given.text('due-before'),
    dueAfter: given.text('due-after'),
    createdBefore: given.text('created-before'),
    createdAfter: given.text('created-after'),
  };
}

const listTimers: Command = {
  name: 'timers list',
  summary: 'List timers',
  options: {
    ...filters,
    order: { value: 'ORDER', choices: orders, help: 'unless given, the one that serves the filters' },
    ...listing,
  },
  examples: [
    'carillon timers list --state active --tag reminder',
    'carillon timers list --order nextDueAt --limit 10',
    'carillon timers list --all --json | wc -l',
  ],
  run(task) {
    const { given, client, world } = task;
    const order = orders.find((one) => one === given.text('order'));
    const filter = { ...filterOf(task), order };
    const rows = (limit: number) => client.timers.all({ ...filter, limit }, { signal: world.signal });
    return list(task, { rows, heads: timerHeads, cells: timerRow });
  },
};

const countTimers: Command = {
  name: 'timers count',
  summary: 'Count timers',
  options: filters,
  examples: ['carillon timers count --state paused'],
  run: async (task) =>
    count(task, await task.client.timers.count(filterOf(task), { signal: task.world.signal })),
};

const generation: Options = {
  generation: { value: 'N', help: 'only if it still is of this generation' },
};

interface Change {
  verb: string;
  summary: string;
  options?: Options;
  change(task: Task, id: string): Promise<Timer>;
}

const changes: Change[] = [
  {
    verb: 'show',
    summary: 'Show a timer',
    change: ({ client, world: { signal } }, id) => client.timers.get(id, { signal }),
  },
  {
    verb: 'cancel',
    summary: 'Cancel a timer: nothing of it starts any more',
    options: generation,
    change: (task, id) => task.client.timers.cancel(id, changing(task)),
  },
  {
    verb: 'pause',
    summary: 'Pause a timer until it is resumed',
    options: {
      reason: { value: 'TEXT', help: 'in your words; kept and shown' },
      until: { value: 'WHEN', help: 'ends by itself: an instant, or a duration from now' },
      ...generation,
    },
    change: (task, id) => {
      const pause = { reason: task.given.text('reason'), until: task.given.text('until') };
      return task.client.timers.pause(id, pause, changing(task));
    },
  },
  {
    verb: 'resume',
    summary: 'Resume a paused timer, from its next occurrence on',
    options: generation,
    change: (task, id) => task.client.timers.resume(id, changing(task)),
  },
  {
    verb: 'touch',
    summary: 'Put a watchdog off: due its delay from now',
    change: ({ client, world: { signal } }, id) => client.timers.touch(id, { signal }),
  },
];

const runTimer: Command = {
  name: 'timers run',
  summary: 'Run a timer now, beside its schedule',
  positionals: ['<id>'],
  options: { 'idempotency-key': { value: 'KEY', help: 'the same when the same wish is sent again' } },
  async run({ given, client, world, json }) {
    const key = given.text('idempotency-key');
    const options = { signal: world.signal, ...(key !== undefined && { idempotencyKey: key }) };
    const execution = await client.timers.run(given.positionals[0]!, options);
    world.out(json ? `${JSON.stringify(execution, null, 2)}\n` : `${executionText(execution)}\n`);
  },
};

export const timerCommands: readonly Command[] = [
  listTimers,
  countTimers,
  ...changes.map(changeCommand),
  runTimer,
];

function changeCommand({ verb, summary, options = {}, change }: Change): Command {
  return {
    name: `timers ${verb}`,
    summary,
    positionals: ['<id>'],
    options,
    async run(task) {
      const timer = await change(task, task.given.positionals[0]!);
      task.world.out(task.json ? `${JSON.stringify(timer, null, 2)}\n` : `${timerText(timer)}\n`);
    },
  };
}

function changing({ given, world: { signal } }: Task): { signal: AbortSignal; generation?: number } {
  const wanted = given.count('generation');
  return { signal, ...(wanted !== undefined && { generation: wanted }) };
}
