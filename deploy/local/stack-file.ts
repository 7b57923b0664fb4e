/**
 * `stack.json` in the data folder: who runs where, for people and tests to read while a stack runs. Written whole and
 * renamed into place, so a reader never sees half of it.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Role = 'mongodb' | 'rabbitmq' | 'zookeeper' | 'api' | 'scheduler' | 'worker';

export interface StackPart {
  role: Role;
  /** Role and number, for instance `scheduler-2`. */
  id: string;
  /** Null for a broker that was given by its address: it is not ours. */
  pid: number | null;
  /** Connection address of a broker, public address of an api; null for a part that has none. */
  url: string | null;
  adminUrl: string | null;
}

const name = 'stack.json';

export function writeStackFile(dataFolder: string, parts: readonly StackPart[]): void {
  const file = join(dataFolder, name);
  writeFileSync(file + '.new', JSON.stringify(parts, null, 2) + '\n');
  renameSync(file + '.new', file);
}

/** The parts that were written last; empty when there is no file, or none that can be read. */
export function readStackFile(dataFolder: string): StackPart[] {
  try {
    const parts: unknown = JSON.parse(readFileSync(join(dataFolder, name), 'utf8'));
    return Array.isArray(parts) ? (parts as StackPart[]) : [];
  } catch {
    return [];
  }
}

export function removeStackFile(dataFolder: string): void {
  rmSync(join(dataFolder, name), { force: true });
}
