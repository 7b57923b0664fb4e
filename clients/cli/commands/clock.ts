/** `clock …`: the test clock of the namespace, in development mode. */
import type { TestClock } from '../../sdk/generated.js';
import { UsageError, type Command, type Task } from '../command.js';

const showClock: Command = {
  name: 'clock show',
  summary: 'Show the test clock of the namespace',
  run: async (task) => tell(task, await task.client.clock.get({ signal: task.world.signal })),
};

const setClock: Command = {
  name: 'clock set',
  summary: 'Give the namespace a test clock that stands until it is advanced',
  positionals: ['<instant>'],
  examples: ['carillon clock set 2034-01-01T00:00:00Z --namespace tests'],
  run: async (task) => {
    const [now] = task.given.positionals;
    tell(task, await task.client.clock.set(now!, { signal: task.world.signal }));
  },
};

const advanceClock: Command = {
  name: 'clock advance',
  summary: 'Move the test clock on, and wait until all that fell due has ended',
  positionals: ['[duration]'],
  options: { to: { value: 'INSTANT', help: 'where to, instead of how far' } },
  examples: ['carillon clock advance P1D --namespace tests'],
  run: async (task) => {
    const [by] = task.given.positionals;
    const to = task.given.text('to');
    if ((by === undefined) === (to === undefined)) throw new UsageError('either a duration or --to');
    tell(task, await task.client.clock.advance({ by, to }, { signal: task.world.signal }));
  },
};

export const clockCommands: readonly Command[] = [showClock, setClock, advanceClock];

function tell({ world, json }: Task, clock: TestClock): void {
  const { namespace, now, target, moving } = clock;
  const where = moving ? `is at ${now} on its way to ${target}` : `stands at ${now}`;
  world.out(json ? `${JSON.stringify(clock)}\n` : `The clock of ${namespace} ${where}.\n`);
}
