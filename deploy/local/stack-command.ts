/** A stack in the foreground of a terminal: started, shown, kept until Ctrl-C, ended. */
import { watchInterruption } from '../../shared/process/interruption.js';
import { startStack, type Stack, type StackOptions } from './local-stack.js';
import { openStackDoor } from './stack-door.js';
import type { StackPart } from './stack-file.js';
import { textTable } from './text-table.js';

/** Resolves with the exit code when everything it started has ended. */
export async function runStack(options: StackOptions, greeting: (stack: Stack) => string): Promise<number> {
  let stack: Stack | null = null;
  const { signal, requested } = watchInterruption(() => {
    console.error('killing everything');
    void stack?.abandon().finally(() => process.exit(1));
  });
  try {
    stack = await startStack({ ...options, say: (line) => console.log(line), signal });
  } catch (error) {
    if (signal.aborted) return 0;
    console.error((error as Error).message);
    return 1;
  }
  const closeDoor = await openStackDoor(stack);
  console.log(`${partsTable(stack.parts())}\n\n${greeting(stack)}`);
  await requested;
  closeDoor();
  console.log('stopping');
  await stack.stop();
  return 0;
}

function partsTable(parts: readonly StackPart[]): string {
  const row = ({ role, id, pid, url, adminUrl }: StackPart) => [
    role,
    id,
    pid === null ? 'given' : String(pid),
    url ?? '-',
    adminUrl ?? '-',
  ];
  return textTable([['role', 'id', 'pid', 'address', 'admin address'], ...parts.map(row)]);
}
