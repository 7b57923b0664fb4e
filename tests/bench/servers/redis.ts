/**
 * Redis as BullMQ wants it: an append-only file synced every second, nothing ever evicted. One database, emptied for
 * each system.
 */
import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { ChildProcess } from '../../../deploy/local/child-process.js';
import { run } from '../../../deploy/local/command.js';
import { freePort } from '../../../deploy/local/free-port.js';
import { firstAnswer } from '../../../deploy/local/servers/probe.js';
import { onPath } from '../../../deploy/local/servers/way.js';
import type { Finding, Server } from './server.js';

const deadlineMs = 20_000;

export async function findRedis(): Promise<Finding> {
  const server = onPath('redis-server', process.env);
  const client = onPath('redis-cli', process.env);
  if (!server || !client) return { missing: 'no redis-server and redis-cli (apt-get install redis-server)' };
  return { start: (folder) => startRedis({ server, client }, folder) };
}

async function startRedis(programs: { server: string; client: string }, folder: string): Promise<Server> {
  const port = await freePort();
  const data = join(folder, 'redis');
  await mkdir(data, { recursive: true });
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', data, '--save', ''];
  const durability = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'];
  const launch = { command: programs.server, args: [...place, ...durability], environment: process.env };
  const child = await ChildProcess.start(launch, join(folder, 'redis.log'));
  const answers = async (): Promise<boolean> =>
    (await firstAnswer(port, 'PING\r\n')).toString().startsWith('+PONG');
  await child.ready({ check: answers, deadlineMs });
  return {
    parts: () => [{ name: 'redis', pid: child.pid, server: true }],
    version: /v=(\S+)/.exec(await run(programs.server, ['--version']))?.[1] ?? 'unknown',
    async place() {
      await run(programs.client, ['-p', String(port), 'flushall']);
      return { address: `redis://127.0.0.1:${port}`, remove: () => Promise.resolve() };
    },
    stop: () => child.end(deadlineMs),
  };
}
