import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commandOf, signalProcess } from '../../../../deploy/local/process-table.js';
import { readStackFile, writeStackFile, type StackPart } from '../../../../deploy/local/stack-file.js';
import { lockDataFolder, unlockDataFolder } from '../../../../deploy/local/stack-lock.js';

function setup(): string {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function bystander(word: string): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', word], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child.pid!;
}

function part(pid: number): StackPart {
  return { role: 'worker', id: 'worker-1', pid, url: null, adminUrl: null };
}

test('a second stack on the same folder is refused, with the process that holds it', async () => {
  const folder = setup();
  await lockDataFolder(folder, []);
  await expect(lockDataFolder(folder, [])).rejects.toThrow(`process ${process.pid}`);
  unlockDataFolder(folder);
  await expect(lockDataFolder(folder, [])).resolves.toEqual([]);
});

test('what a killed stack left running is ended', async () => {
  const folder = setup();
  const pid = await bystander(folder);
  writeStackFile(folder, [part(pid)]);
  const [line] = await lockDataFolder(folder, []);
  expect(line).toContain(`worker-1 (process ${pid})`);
  expect(commandOf(pid)).toBeNull();
  expect(readStackFile(folder)).toEqual([]);
});

test('a number in an old stack.json that now belongs to another program is left alone', async () => {
  const folder = setup();
  const pid = await bystander('unrelated');
  writeStackFile(folder, [part(pid)]);
  await expect(lockDataFolder(folder, ['/no/such/script.js'])).resolves.toEqual([]);
  expect(commandOf(pid)).toContain('unrelated');
});

test('a lock whose process number was given to another program does not hold', async () => {
  const folder = setup();
  const pid = await bystander('unrelated');
  writeFileSync(join(folder, 'stack.lock'), JSON.stringify({ pid, command: 'node stack.js' }));
  await expect(lockDataFolder(folder, [])).resolves.toEqual([]);
});

test('numbers that mean whole groups are never signalled', () => {
  for (const pid of [0, 1, -1, NaN, Number('')])
    expect(() => signalProcess(pid, 'SIGCONT')).toThrow('not a process');
});
