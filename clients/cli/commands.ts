/** The table of all commands, in the order in which help shows them. */
import type { Command } from './command.js';
import { UsageError } from './command.js';
import { clockCommands } from './commands/clock.js';
import { cluster } from './commands/cluster.js';
import { executionCommands } from './commands/executions.js';
import { forecast } from './commands/forecast.js';
import { slo } from './commands/slo.js';
import { keyCommands } from './commands/keys.js';
import { settingsCommands } from './commands/settings.js';
import { start } from './commands/start.js';
import { createTimer, previewTimer } from './commands/timer-creation.js';
import { tail } from './commands/tail.js';
import { timerCommands } from './commands/timers.js';
import { watchTimer } from './commands/watch.js';
import { completionScript, shells } from './completion.js';

const completion: Command = {
  name: 'completion',
  summary: 'Write a script that completes commands and options in bash or zsh',
  positionals: ['<shell>'],
  offline: true,
  examples: ['eval "$(carillon completion bash)"'],
  async run({ given, world }) {
    const shell = shells.find((name) => name === given.positionals[0]);
    if (!shell) throw new UsageError(`completion is there for ${shells.join(' and ')}`);
    world.out(completionScript(shell, commands));
  },
};

export const commands: readonly Command[] = [
  start,
  createTimer,
  ...timerCommands,
  previewTimer,
  watchTimer,
  ...executionCommands,
  tail,
  slo,
  forecast,
  ...clockCommands,
  ...keyCommands,
  cluster,
  ...settingsCommands,
  completion,
];
