/**
 * What processes have used, read from /proc with all their descendants, dead ones included once they are reaped. A
 * server that is helped by a process outside its own tree (the MongoDB recipe's) names what they share: a variable.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface Part {
  name: string;
  pid: number;
  /** A database or broker, not a process of the system itself. */
  server: boolean;
}

interface ProcessEntry {
  pid: number;
  parent: number;
  name: string;
  /** With those of reaped children. */
  cpuSeconds: number;
}

/** Linux counts in hundredths of a second here, whatever its own clock ticks. */
const ticksPerSecond = 100;
const sharedVariable = 'WINEPREFIX=';

/** One line of /proc/PID/stat; the name stands in parentheses and may hold any character. */
export function entryOf(stat: string): ProcessEntry {
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return {
    pid: Number(stat.slice(0, stat.indexOf(' '))),
    parent: Number(fields[1]),
    name: stat.slice(stat.indexOf('(') + 1, end),
    cpuSeconds: ticks / ticksPerSecond,
  };
}

/** This process and all below it. */
export function treeOf(root: number, entries: readonly ProcessEntry[]): ProcessEntry[] {
  const own = entries.filter(({ pid }) => pid === root);
  const below = entries.filter(({ parent }) => parent === root);
  return [...own, ...below.flatMap(({ pid }) => treeOf(pid, entries))];
}

/** CPU seconds that each part has used in its life, by its name. */
export function cpuSecondsOf(parts: readonly Part[]): Map<string, number> {
  const entries = processTable();
  return new Map(
    parts.map((part) => [
      part.name,
      withHelpers(part, entries).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    ]),
  );
}

/** What all parts hold now, MB; shared pages are divided among those who share them. */
export function memoryMbOf(parts: readonly Part[]): number {
  const entries = processTable();
  const pids = new Set(parts.flatMap((part) => withHelpers(part, entries)).map(({ pid }) => pid));
  return [...pids].reduce((sum, pid) => sum + memoryKbOf(pid), 0) / 1_024;
}

function withHelpers({ pid, server }: Part, entries: readonly ProcessEntry[]): ProcessEntry[] {
  const tree = treeOf(pid, entries);
  const shared = server ? variableOf(pid) : null;
  if (shared === null) return tree;
  const helpers = entries.filter(
    ({ name, pid: other }) => name.startsWith('wineserver') && variableOf(other) === shared,
  );
  return [...tree, ...helpers.filter((helper) => !tree.includes(helper))];
}

function variableOf(pid: number): string | null {
  const variables = read(`/proc/${pid}/environ`)?.split('\0') ?? [];
  return variables.find((variable) => variable.startsWith(sharedVariable)) ?? null;
}

function memoryKbOf(pid: number): number {
  const pss = /^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '');
  const rss = /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`) ?? '');
  return Number((pss ?? rss)?.[1] ?? 0);
}

function processTable(): ProcessEntry[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => read(`/proc/${pid}/stat`) ?? [])
    .map(entryOf);
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
