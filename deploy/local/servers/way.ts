/** How a broker can be had on this machine, and the looking around that finds out. Nothing here installs anything. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from '../command.js';

export type BrokerRole = 'mongodb' | 'rabbitmq' | 'zookeeper';

/** What starts a server: a program on this machine, or an image the Docker engine has already. */
export type Program = BinaryProgram | ContainerProgram;

export interface BinaryProgram {
  kind: 'binary';
  command: string;
  /** Arguments that come before the server's own. */
  args: readonly string[];
  /** Variables it needs beside those of this process. */
  environment: Readonly<Record<string, string>>;
  /** The form in which this program takes a path. */
  path(path: string): string;
}

export interface ContainerProgram {
  kind: 'container';
  image: string;
}

export type Way =
  | { kind: 'url'; url: string }
  | { kind: 'program'; program: Program; from: string }
  | { kind: 'missing'; reason: string; remedy: string };

export function binary(command: string, changes: Partial<BinaryProgram> = {}): BinaryProgram {
  return { kind: 'binary', command, args: [], environment: {}, path: (path) => path, ...changes };
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first file of this name in the folders of PATH, also looking where Debian puts server programs. */
export function onPath(name: string, environment: NodeJS.ProcessEnv): string | null {
  const folders = [...(environment['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

/** Whether a Docker engine answers here. */
export function dockerAnswers(): Promise<boolean> {
  return succeeds('docker', ['info']);
}

/** The image as a way, when an engine answers and has it already. */
export async function containerOf(image: string): Promise<Way | null> {
  const have = (await dockerAnswers()) && (await succeeds('docker', ['image', 'inspect', image]));
  return have
    ? { kind: 'program', program: { kind: 'container', image }, from: `Docker image ${image}` }
    : null;
}

const patienceMs = 10_000;

function succeeds(command: string, args: string[]): Promise<boolean> {
  return run(command, args, { limitMs: patienceMs }).then(
    () => true,
    () => false,
  );
}
