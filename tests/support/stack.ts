/** A thin door to deploy/local: end-to-end tests start stacks of their own through it, never on servers given by URL. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, type Stack, type StackOptions } from '../../deploy/local/local-stack.js';

export type { Stack } from '../../deploy/local/local-stack.js';

/** A stack in the folder given, which is emptied first, or in one of its own, which is removed when it stops. */
export async function startTestStack(options: Partial<StackOptions> = {}): Promise<Stack> {
  if (options.dataFolder !== undefined) {
    await rm(options.dataFolder, { recursive: true, force: true });
    return startStack({ ...options, dataFolder: options.dataFolder });
  }
  const dataFolder = await mkdtemp(join(tmpdir(), 'carillon-stack-'));
  const remove = () => rm(dataFolder, { recursive: true, force: true });
  const stack = await startStack({ ...options, dataFolder }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const end = stack.stop.bind(stack);
  const stop = () => end().then(remove);
  return Object.assign(stack, { stop });
}
