/** `timers watch`: what becomes of a timer, line by line, until it is closed. */
import type { Execution } from '../../sdk/generated.js';
import type { Command, Task } from '../command.js';
import { executionHeads, executionRow } from '../execution-view.js';

const lookAgainMs = 1_000;
const newest = 100;
const ended = ['succeeded', 'failed', 'aborted', 'cancelled', 'skipped'];

export const watchTimer: Command = {
  name: 'timers watch',
  summary: 'Follow the executions of a timer until it is closed; exit code 1 when one has failed',
  positionals: ['<id>'],
  examples: ['carillon timers watch hello && echo "all went well"'],
  async run(task) {
    const { given, client, world } = task;
    const id = given.positionals[0]!;
    const calling = { signal: world.signal };
    const shown = new Map<string, string>();
    if (!task.json) world.out(`${line(executionHeads)}\n`);
    for (;;) {
      // The timer first: what it has done by the time it is closed is in the list that is read afterwards.
      const timer = await client.timers.get(id, calling);
      const { data } = await client.executions.list({ timerId: id, limit: newest }, calling);
      for (const execution of data.reverse()) show(task, execution, shown);
      const isClosed = timer.state === 'completed' || timer.state === 'cancelled';
      if (isClosed && data.every(({ state }) => ended.includes(state)))
        return [...shown.values()].some((text) => text.includes('"failed"')) ? 1 : 0;
      await world.wait(lookAgainMs, world.signal);
    }
  },
};

/** Writes an execution that is new or has changed. */
function show({ world, json }: Task, execution: Execution, shown: Map<string, string>): void {
  const { id, state, reason, attempts } = execution;
  const standing = JSON.stringify([state, reason, attempts.length]);
  if (shown.get(id) === standing) return;
  shown.set(id, standing);
  world.out(`${json ? JSON.stringify(execution) : line(executionRow(execution))}\n`);
}

/** Cells of usual width: nobody knows the widest while the rows still come. */
function line(cells: readonly string[]): string {
  const widths = [52, 20, 24, 12, 8, 8, 8];
  return cells
    .map((cell, i) => cell.padEnd(widths[i]!))
    .join('  ')
    .trimEnd();
}
