/** A stack that changes its size while it runs: with stand-ins for the services, since these tests are about processes. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { openStackDoor } from '../../deploy/local/stack-door.js';
import { commandOf } from '../../deploy/local/process-table.js';
import { readStackFile } from '../../deploy/local/stack-file.js';
import type { StackOptions } from '../../deploy/local/local-stack.js';
import { startTestStack, type Stack } from '../support/stack.js';

const script = join(import.meta.dirname, '../support/fake-service.mjs');
const command = join(import.meta.dirname, '../../build/deploy/local/stack-size.js');
const scripts = { api: script, scheduler: script, worker: script };

async function setup(options: Partial<StackOptions> = {}): Promise<Stack> {
  const stack = await startTestStack({ scripts, brokers: [], ...options });
  onTestFinished(() => stack.stop());
  return stack;
}

async function setupWithDoor(): Promise<{ stack: Stack; resize(...words: string[]): Promise<string> }> {
  const stack = await setup();
  const close = await openStackDoor(stack);
  onTestFinished(close);
  return { stack, resize: (...words) => resize(...words, '--data', stack.dataFolder) };
}

/** What the command says; rejects with its complaint. */
async function resize(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...words]);
  return stdout.trim();
}

function ids(stack: Stack): string[] {
  return stack.parts().map(({ id }) => id);
}

test('one more of a role takes the next number and is named in stack.json', async () => {
  const stack = await setup();
  const [scheduler, worker, further] = await Promise.all([
    stack.add('scheduler'),
    stack.add('worker'),
    stack.add('worker'),
  ]);
  expect([scheduler.id, worker.id, further.id]).toEqual(['scheduler-3', 'worker-3', 'worker-4']);
  expect(commandOf(further.pid!)).toContain(script);
  expect(readStackFile(stack.dataFolder)).toEqual(stack.parts());
});

test('one that is removed has ended, is named no more, and does not come back', async () => {
  const stack = await setup();
  const { pid } = stack.parts().find(({ id }) => id === 'worker-1')!;
  await stack.remove('worker-1');
  expect(commandOf(pid!)).toBeNull();
  expect(ids(stack)).toEqual(['api-1', 'scheduler-1', 'scheduler-2', 'worker-2']);
  expect(readStackFile(stack.dataFolder)).toEqual(stack.parts());
  expect((await stack.add('worker')).id).toBe('worker-3');
});

test('one that is added is started again when it dies, and ends with the stack', async () => {
  const stack = await setup();
  const { id, pid } = await stack.add('scheduler');
  await stack.kill(id, 'SIGKILL');
  const replaced = await stack.replaced(id);
  expect(replaced.pid).not.toBe(pid);
  await stack.stop();
  expect(commandOf(replaced.pid!)).toBeNull();
});

test('one that does not become ready leaves nothing behind', async () => {
  const environment = (id: string) => ({ FAKE_SERVICE: id === 'worker-3' ? 'dies' : '' });
  const stack = await setup({ environment });
  const before = stack.parts();
  await expect(stack.add('worker')).rejects.toThrow('worker-3 cannot live like this');
  expect(stack.parts()).toEqual(before);
  expect(readStackFile(stack.dataFolder)).toEqual(before);
});

test('the last of a role, what is no service, and a second one beside a single scheduler are refused', async () => {
  const stack = await setup({ coordination: 'single' });
  expect(ids(stack)).toEqual(['api-1', 'scheduler-1', 'worker-1', 'worker-2']);
  await expect(stack.remove('api-1')).rejects.toThrow('api-1 is the last api of this stack');
  await expect(stack.remove('mongodb-1')).rejects.toThrow('no service of this stack is called mongodb-1');
  await expect(stack.add('scheduler')).rejects.toThrow('exactly one scheduler');
  await expect(setup({ coordination: 'single', schedulers: 2 })).rejects.toThrow('exactly one scheduler');
});

test('a stack that was stopped takes no further ones', async () => {
  const stack = await setup();
  await stack.stop();
  await expect(stack.add('worker')).rejects.toThrow('the stack is being stopped');
});

test('the commands change the size of the stack on their data folder', async () => {
  const { stack, resize } = await setupWithDoor();
  expect(await resize('add', 'scheduler')).toMatch(/^scheduler-3 was added, at http:\/\/127\.0\.0\.1:\d+$/);
  expect(await resize('remove', 'scheduler-1')).toBe('scheduler-1 was removed');
  expect(ids(stack)).toEqual(['api-1', 'scheduler-2', 'worker-1', 'worker-2', 'scheduler-3']);
});

test('the commands say what is wrong', async () => {
  const { stack, resize: resizeThis } = await setupWithDoor();
  await expect(resizeThis('remove', 'scheduler-9')).rejects.toThrow('no service of this stack is called');
  await expect(resizeThis('remove')).rejects.toThrow('say which one to remove');
  await expect(resizeThis('add', 'broker')).rejects.toThrow('must be one of api, scheduler, worker');
  await expect(resizeThis('add', 'worker', 'worker')).rejects.toThrow('one at a time');
  await expect(resize('add', 'worker', '--data', '/nowhere')).rejects.toThrow('no stack is up on /nowhere');
  const shut = await setup();
  await expect(resize('add', 'worker', '--data', shut.dataFolder)).rejects.toThrow('no stack is up on');
  expect(ids(stack)).toHaveLength(5);
});
