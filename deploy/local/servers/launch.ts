/** From a program to a command line, for a binary and for a container alike. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { Launch } from '../child-process.js';
import { run } from '../command.js';
import type { BinaryProgram, ContainerProgram } from './way.js';

/** What every server needs to be started. */
export interface ServerPlace {
  dataFolder: string;
  logFile: string;
  signal?: AbortSignal | undefined;
}

export function launchBinary(
  program: BinaryProgram,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Launch {
  return {
    command: program.command,
    args: [...program.args, ...args],
    environment: { ...process.env, ...program.environment, ...variables },
  };
}

export interface ContainerOptions {
  /** Where the data folder is mounted. */
  mount: string;
  /** Port on 127.0.0.1 and the port inside. */
  ports: readonly [outside: number, inside: number];
  dataFolder: string;
  options?: readonly string[];
  args?: readonly string[];
}

/** A container in the foreground, under a name of its data folder's, so that one left behind is found and removed first. */
export async function launchContainer(program: ContainerProgram, given: ContainerOptions): Promise<Launch> {
  const { mount, ports, dataFolder, options = [], args = [] } = given;
  const container = 'carillon-' + createHash('sha256').update(dataFolder).digest('hex').slice(0, 12);
  mkdirSync(dataFolder, { recursive: true });
  await run('docker', ['rm', '--force', container]).catch(() => {});
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const place = ['--volume', `${dataFolder}:${mount}`, '--publish', `127.0.0.1:${ports[0]}:${ports[1]}`];
  return {
    command: 'docker',
    args: ['run', '--rm', '--name', container, '--user', user, ...place, ...options, program.image, ...args],
    environment: process.env,
    container,
  };
}
