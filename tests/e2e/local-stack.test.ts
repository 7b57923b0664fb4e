import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { commandOf } from '../../deploy/local/process-table.js';
import { readStackFile } from '../../deploy/local/stack-file.js';
import type { StackOptions } from '../../deploy/local/local-stack.js';
import { startTestStack, type Stack } from '../support/stack.js';

const script = join(import.meta.dirname, '../support/fake-service.mjs');
const scripts = { api: script, scheduler: script, worker: script };

let started: Stack[] = [];
afterEach(async () => {
  await Promise.all(started.map((stack) => stack.stop()));
  started = [];
});

/** Stand-ins for the services, so that these tests are about processes alone; no broker unless asked for. */
async function setup(options: Partial<StackOptions> = {}): Promise<{ stack: Stack; said: string[] }> {
  const said: string[] = [];
  const stack = await startTestStack({ scripts, brokers: [], say: (line) => said.push(line), ...options });
  started.push(stack);
  return { stack, said };
}

function pidOf(stack: Stack, id: string): number {
  return stack.parts().find((part) => part.id === id)!.pid!;
}

test('every part is up, named in stack.json, and gone after stop', async () => {
  const { stack } = await setup({ apis: 2, schedulers: 1, workers: 1 });
  const parts = stack.parts();
  expect(readStackFile(stack.dataFolder)).toEqual(parts);
  expect(parts.map(({ id }) => id)).toEqual(['api-1', 'api-2', 'scheduler-1', 'worker-1']);
  expect(parts.every(({ pid }) => commandOf(pid!)?.includes(script))).toBe(true);
  await stack.stop();
  expect(parts.map(({ pid }) => commandOf(pid!))).toEqual([null, null, null, null]);
  expect(existsSync(stack.dataFolder)).toBe(false);
});

test('a killed part comes back on its port under a new number, and the others keep theirs', async () => {
  const { stack, said } = await setup();
  const before = stack.parts();
  await stack.kill('worker-1', 'SIGKILL');
  const worker = await stack.replaced('worker-1');
  expect(worker.pid).not.toBe(before.find(({ id }) => id === 'worker-1')!.pid);
  const after = readStackFile(stack.dataFolder);
  expect(after).toEqual(before.map((part) => (part.id === 'worker-1' ? worker : part)));
  expect(said.join('\n')).toContain(`worker-1 was started again (pid ${worker.pid})`);
});

for (const id of ['mongodb-1', 'rabbitmq-1', 'zookeeper-1'])
  test(`${id} comes back on its port and data after kill -9`, { timeout: 120_000 }, async () => {
    const { stack } = await setup({
      apis: 0,
      schedulers: 0,
      workers: 0,
      brokers: [id.split('-')[0] as never],
    });
    const pid = pidOf(stack, id);
    await stack.kill(id, 'SIGKILL');
    const part = await stack.replaced(id);
    expect(part.pid).not.toBe(pid);
    await stack.stop();
    expect(commandOf(part.pid!)).toBe(null);
  });
