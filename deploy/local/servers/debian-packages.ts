/**
 * Installing Debian packages whose programs we want and whose services we do not: while it installs, policy-rc.d
 * forbids every start, and what became enabled is disabled. A policy-rc.d that was there already belongs to somebody
 * else and stays as it is.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../command.js';
import { onPath } from './way.js';

/** The words that make a command run as root; null where there is no Debian or no right to install on it. */
export async function installer(): Promise<readonly string[] | null> {
  if (!onPath('apt-get', process.env)) return null;
  if (process.getuid?.() === 0) return [];
  const allowed = await run('sudo', ['-n', 'true']).then(
    () => true,
    () => false,
  );
  return allowed ? ['sudo', '-n'] : null;
}

export interface Installation {
  /** From `installer`. */
  asRoot: readonly string[];
  packages: readonly string[];
  /** System services the packages bring, which are neither to run nor to be enabled. */
  services: readonly string[];
}

/** Rejects with the end of apt-get's complaint. */
export async function installDebianPackages({ asRoot, packages, services }: Installation): Promise<void> {
  const root = (...words: string[]) => {
    const [command, ...args] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', ...words];
    return run(command!, args);
  };
  const install = () => root('apt-get', 'install', '--yes', '--no-install-recommends', ...packages);
  const allowStarts = await forbidStarts(root);
  try {
    await install().catch(() => root('apt-get', 'update').then(install));
    for (const service of services) await root('update-rc.d', service, 'disable');
  } finally {
    await allowStarts();
  }
}

const policyFile = '/usr/sbin/policy-rc.d';
/** The answer of a policy that forbids (Debian's BOOTSCRIPTS interface, exit status 101). */
const policy = '#!/bin/sh\nexit 101\n';

async function forbidStarts(root: (...words: string[]) => Promise<string>): Promise<() => Promise<void>> {
  if (existsSync(policyFile)) return () => Promise.resolve();
  const folder = await mkdtemp(join(tmpdir(), 'carillon-policy-'));
  await writeFile(join(folder, 'policy'), policy);
  await root('install', '-m', '755', join(folder, 'policy'), policyFile);
  await rm(folder, { recursive: true });
  return async () => void (await root('rm', '-f', policyFile));
}
