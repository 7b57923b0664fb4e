/** The demonstration in a terminal: redrawn each second, with a line to type commands into. */
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '../local-stack.js';
import { commandHelp, parseCommand } from './commands.js';
import { lookAt } from './look.js';
import type { Stage } from './stage.js';
import { viewOf } from './view.js';

const redrawMs = 1_000;
const linesKept = 4;
const clear = '\u001b[2J\u001b[H';

/** Resolves when somebody says quit, or the signal is aborted. `said` is shown from its end. */
export async function runTerminal(
  { stack, stage, said }: { stack: Stack; stage: Stage; said: string[] },
  signal: AbortSignal,
): Promise<void> {
  const quit = new AbortController();
  const either = AbortSignal.any([signal, quit.signal]);
  const input = createInterface({ input: process.stdin, output: process.stdout, terminal: true });
  input.on('SIGINT', () => quit.abort());
  input.on('close', () => quit.abort());
  input.on('line', (line) => {
    if (line.trim() !== '')
      void obey(stage, line, () => quit.abort()).catch((error: unknown) =>
        said.push((error as Error).message),
      );
  });
  while (!either.aborted) {
    const view = viewOf(await lookAt(stack), stage.condition);
    process.stdout.write(`${clear}${view}\n\n${said.slice(-linesKept).join('\n')}\n\n${commandHelp}\n`);
    input.prompt(true);
    await delay(redrawMs, undefined, { signal: either }).catch(() => undefined);
  }
  input.close();
}

async function obey(stage: Stage, line: string, quit: () => void): Promise<void> {
  const command = parseCommand(line);
  if (command.kind === 'quit') return quit();
  await stage.perform(command);
  if (command.kind === 'settings') await stage.perform({ kind: 'wait', wait: 'settings' });
}
