import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { commandOf } from '../../deploy/local/process-table.js';
import { readStackFile } from '../../deploy/local/stack-file.js';
import { startStack, type StackOptions } from '../../deploy/local/local-stack.js';
import { eventually } from '../support/eventually.js';
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

test('a part is told its name, ports and whatever it is given beside', async () => {
  const environment = (id: string) => ({ CARILLON_LOG_LEVEL: id === 'api-1' ? 'debug' : 'warn' });
  const { stack } = await setup({ workers: 0, schedulers: 1, environment });
  const told = await Promise.all(
    stack.parts().map(async ({ adminUrl }) => {
      const { variables } = (await (await fetch(adminUrl!)).json()) as { variables: Record<string, string> };
      return [variables['CARILLON_NAME'], variables['CARILLON_LOG_LEVEL'], variables['CARILLON_API_PORT']];
    }),
  );
  const apiPort = new URL(stack.parts()[0]!.url!).port;
  expect(told).toEqual([
    ['api-1', 'debug', apiPort],
    ['scheduler-1', 'warn', undefined],
  ]);
});

test('with restarts off a killed part stays down until they are turned on', async () => {
  const { stack, said } = await setup();
  stack.restarts(false, 'worker-1');
  const pid = pidOf(stack, 'worker-1');
  await stack.kill('worker-1', 'SIGKILL');
  await stack.kill('worker-2', 'SIGKILL');
  await stack.replaced('worker-2');
  expect(said.join('\n')).not.toContain('worker-1 was started again');
  expect(commandOf(pid)).toBe(null);
  stack.restarts(true, 'worker-1');
  expect((await stack.replaced('worker-1')).pid).not.toBe(pid);
});

test('a part that dies while it starts fails the start with its last words, and nothing stays', async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'carillon-stack-'));
  onTestFinished(() => rmSync(dataFolder, { recursive: true }));
  const environment = (id: string) => ({ FAKE_SERVICE: id === 'worker-2' ? 'dies' : '' });
  await expect(startStack({ dataFolder, scripts, brokers: [], environment })).rejects.toThrow(
    /worker-2 ended with exit code 3\s+worker-2 cannot live like this/,
  );
  expect(existsSync(join(dataFolder, 'stack.json'))).toBe(false);
});

test('when the process that started them is killed with -9, the parts go with it', async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'carillon-stack-'));
  const library = join(import.meta.dirname, '../../build/deploy/local/local-stack.js');
  const options = { dataFolder, scripts, brokers: [], workers: 4 };
  const program = `import { startStack } from ${JSON.stringify(library)}; await startStack(${JSON.stringify(options)});`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
  onTestFinished(() => {
    parent.kill('SIGKILL');
    rmSync(dataFolder, { recursive: true });
  });
  await eventually('all parts are up', () => readStackFile(dataFolder).length === 7);
  const pids = readStackFile(dataFolder).map(({ pid }) => pid!);
  parent.kill('SIGKILL');
  await eventually('no part is left', () => pids.every((pid) => commandOf(pid) === null));
});

test('what MongoDB holds outlives the stack, though its port does not', { timeout: 120_000 }, async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'carillon-stack-'));
  onTestFinished(() => rmSync(dataFolder, { recursive: true }));
  const options = { dataFolder, brokers: ['mongodb'] as const, apis: 0, schedulers: 0, workers: 0 };
  const first = await startStack(options);
  started.push(first);
  await using(first, (client) => client.db('kept').collection('things').insertOne({ n: 1 }));
  await first.stop();
  const second = await startStack(options);
  started.push(second);
  expect(second.addresses.mongodb).not.toBe(first.addresses.mongodb);
  expect(await using(second, (client) => client.db('kept').collection('things').countDocuments())).toBe(1);
});

async function using<Result>(stack: Stack, use: (client: MongoClient) => Promise<Result>): Promise<Result> {
  const client = new MongoClient(stack.addresses.mongodb!, { serverSelectionTimeoutMS: 10_000 });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

test('one of three ZooKeepers is killed and joins the others again', { timeout: 120_000 }, async () => {
  const { stack } = await setup({
    apis: 0,
    schedulers: 0,
    workers: 0,
    brokers: ['zookeeper'],
    zookeepers: 3,
  });
  expect(stack.addresses.zookeeper!.split(',')).toHaveLength(3);
  const before = stack.parts();
  await stack.kill('zookeeper-2', 'SIGKILL');
  const member = await stack.replaced('zookeeper-2');
  expect(stack.parts()).toEqual([before[0], member, before[2]]);
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
