/**
 * One stack per data folder. The lock names the process that holds it and its command line; a lock whose process is
 * gone, or whose number now belongs to somebody else, is what a killed stack left behind, and what that stack started
 * is ended before the folder is taken over.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandOf, signalProcess } from './process-table.js';
import { readStackFile, removeStackFile } from './stack-file.js';

interface Holder {
  pid: number;
  command: string;
}

/** Takes the folder; rejects while a living stack holds it. Answers one line for each process left behind. */
export async function lockDataFolder(dataFolder: string, traces: readonly string[]): Promise<string[]> {
  mkdirSync(dataFolder, { recursive: true });
  const holder = readHolder(dataFolder);
  if (holder && commandOf(holder.pid) === holder.command)
    throw new Error(`a stack already runs on ${dataFolder} (process ${holder.pid})`);
  const report = await endLeftovers(dataFolder, [dataFolder, dataFolder.replaceAll('/', '\\'), ...traces]);
  const mine: Holder = { pid: process.pid, command: commandOf(process.pid) ?? '' };
  writeFileSync(lockFile(dataFolder), JSON.stringify(mine));
  return report;
}

export function unlockDataFolder(dataFolder: string): void {
  removeStackFile(dataFolder);
  rmSync(lockFile(dataFolder), { force: true });
}

function lockFile(dataFolder: string): string {
  return join(dataFolder, 'stack.lock');
}

function readHolder(dataFolder: string): Holder | null {
  try {
    return JSON.parse(readFileSync(lockFile(dataFolder), 'utf8')) as Holder;
  } catch {
    return null;
  }
}

/** Ends the processes of an old stack.json whose command line still bears one of `traces`. */
async function endLeftovers(dataFolder: string, traces: readonly string[]): Promise<string[]> {
  const report: string[] = [];
  for (const { id, pid } of readStackFile(dataFolder)) {
    const command = pid === null ? null : commandOf(pid);
    if (pid === null || command === null || !traces.some((trace) => command.includes(trace))) continue;
    signalProcess(pid, 'SIGKILL');
    while (commandOf(pid) === command) await delay(20);
    report.push(`${id} (process ${pid}) was left over from a stack that was killed: ended`);
  }
  removeStackFile(dataFolder);
  return report;
}
