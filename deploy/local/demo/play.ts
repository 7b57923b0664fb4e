/** The demonstration without a terminal: a story from beginning to end, told line by line, events of the cluster between. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '../local-stack.js';
import type { Command } from './commands.js';
import { lookAt } from './look.js';
import type { Stage } from './stage.js';
import { lineOf } from './view.js';

const lookEveryMs = 500;

/** Rejects where a command does, or when it is interrupted. */
export async function playStory(
  { stack, stage, say }: { stack: Stack; stage: Stage; say: (line: string) => void },
  story: readonly Command[],
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const telling = tellEvents(stack, say, over.signal);
  try {
    for (const command of story) {
      if (command.kind === 'quit') break;
      signal.throwIfAborted();
      await stage.perform(command);
    }
  } finally {
    over.abort();
    await telling;
  }
}

async function tellEvents(stack: Stack, say: (line: string) => void, over: AbortSignal): Promise<void> {
  const told = new Set<string>();
  for (let last = false; !last;) {
    last = over.aborted;
    const lines = (await lookAt(stack)).cluster?.events.map(lineOf).reverse() ?? [];
    for (const line of lines.filter((one) => !told.has(one))) say(line);
    lines.forEach((line) => told.add(line));
    if (!last) await delay(lookEveryMs, undefined, { signal: over }).catch(() => undefined);
  }
}
