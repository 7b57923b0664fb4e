/**
 * PostgreSQL from its Debian package, fully durable (fsync and synchronous_commit on), with the memory and log sizes
 * that its own documents recommend to raise. It refuses to run as root, and then runs as `postgres` or `nobody`. A
 * database for each system.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ChildProcess } from '../../../deploy/local/child-process.js';
import { run } from '../../../deploy/local/command.js';
import { freePort } from '../../../deploy/local/free-port.js';
import type { Finding, Place, Server } from './server.js';

const packages = '/usr/lib/postgresql';
const deadlineMs = 60_000;
const owner = 'bench';
export const postgresqlSettings: Readonly<Record<string, string>> = {
  shared_buffers: '512MB',
  max_wal_size: '4GB',
  max_connections: '300',
};

export async function findPostgresql(): Promise<Finding> {
  const versions = existsSync(packages) ? readdirSync(packages).sort((a, b) => Number(b) - Number(a)) : [];
  const programs = versions
    .map((version) => join(packages, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
  if (!programs) return { missing: `no PostgreSQL in ${packages} (apt-get install postgresql)` };
  const user = await ordinaryUser();
  if (user === undefined)
    return { missing: 'PostgreSQL refuses root, and there is no user postgres or nobody' };
  return { start: (folder) => startPostgresql({ programs, user }, folder) };
}

interface User {
  id: number;
  group: number;
}

/** Whom the server runs as; null for ourselves, undefined when we are root and there is nobody else. */
async function ordinaryUser(): Promise<User | null | undefined> {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const numbers = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name]).catch(() => null)));
    if (numbers[0] && numbers[1]) return { id: Number(numbers[0]), group: Number(numbers[1]) };
  }
  return undefined;
}

interface Installation {
  programs: string;
  user: User | null;
}

async function startPostgresql({ programs, user }: Installation, folder: string): Promise<Server> {
  const data = join(folder, 'postgresql');
  await mkdir(data, { recursive: true });
  if (user) {
    await chmod(folder, 0o755);
    await chown(data, user.id, user.group);
  }
  const words = (name: string, ...args: string[]): string[] => [
    ...asUser(user),
    join(programs, name),
    ...args,
  ];
  const [first, ...rest] = words('initdb', '-D', data, '-U', owner, '-A', 'trust', '-E', 'UTF8', '--no-sync');
  await run(first!, rest, { folder: data });
  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...postgresqlSettings };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [command, ...args] = words('postgres', '-D', data, '-p', String(port), ...flags);
  const child = await ChildProcess.start(
    { command: command!, args, environment: process.env },
    join(folder, 'postgresql.log'),
  );
  const client = (name: string, ...more: string[]): Promise<string> =>
    run(join(programs, name), ['-h', '127.0.0.1', '-p', String(port), '-U', owner, ...more]);
  await child.ready({
    check: () =>
      client('pg_isready', '-d', 'postgres').then(
        () => true,
        () => false,
      ),
    deadlineMs,
  });
  return {
    parts: () => [{ name: 'postgresql', pid: child.pid, server: true }],
    version: (await run(join(programs, 'postgres'), ['--version'])).trim().split(' ')[2]!,
    place: () => database(client, port),
    stop: () => child.end(deadlineMs, () => child.signal('SIGINT')),
  };
}

async function database(
  client: (name: string, ...more: string[]) => Promise<string>,
  port: number,
): Promise<Place> {
  const name = `bench_${randomUUID().slice(0, 8)}`;
  await client('createdb', name);
  return {
    address: `postgresql://${owner}@127.0.0.1:${port}/${name}`,
    remove: async () => void (await client('dropdb', '--force', name)),
  };
}

/** The kernel forgets the wish to die with us when the user changes, so it is said again after that. */
function asUser(user: User | null): string[] {
  if (!user) return [];
  const identity = ['--reuid', String(user.id), '--regid', String(user.group), '--clear-groups'];
  return ['setpriv', ...identity, '--pdeathsig', 'KILL', '--'];
}
