/** What a measurement is made on: the embedded process, a local stack, or whatever answers at an address. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../deploy/local/free-port.js';
import { startStack } from '../../deploy/local/local-stack.js';

export interface Subject {
  name: string;
  /** Addresses of its API. */
  urls: string[];
  /** Its own processes, not the brokers'. */
  pids: number[];
  stop(): Promise<void>;
}

/** @param on `embedded`, `stack`, or an address such as `http://127.0.0.1:3000` */
export async function startSubject(on: string): Promise<Subject> {
  if (on === 'embedded') return startEmbedded();
  if (on === 'stack') return startLocalStack();
  return { name: on, urls: [on], pids: [], stop: () => Promise.resolve() };
}

async function startLocalStack(): Promise<Subject> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'carillon-load-'));
  const stack = await startStack({
    dataFolder,
    apis: 1,
    schedulers: 2,
    workers: 2,
    say: (line) => console.error(line),
  });
  return {
    name: 'stack',
    urls: stack
      .parts()
      .filter(({ role }) => role === 'api')
      .map(({ url }) => url!),
    pids: stack
      .parts()
      .filter(({ role }) => ['api', 'scheduler', 'worker'].includes(role))
      .map(({ pid }) => pid!),
    async stop() {
      await stack.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

async function startEmbedded(): Promise<Subject> {
  const data = await mkdtemp(join(tmpdir(), 'carillon-load-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const script = join(import.meta.dirname, '../../services/standalone/main.js');
  const child = spawn(process.execPath, [script, '--port', new URL(url).port, '--data', data], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, CARILLON_LOG_LEVEL: 'warn' },
  });
  await ready(url, child);
  return {
    name: 'embedded',
    urls: [url],
    pids: [child.pid!],
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    if (
      await fetch(`${url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await pause(100);
  }
  throw new Error('the embedded process ended before it was ready');
}
