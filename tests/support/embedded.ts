/** The one-process mode as a user starts it, from what was built, on a free port and a data folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../deploy/local/free-port.js';
import { projectRoot } from '../../deploy/local/project-root.js';

export interface Embedded {
  url: string;
  readonly pid: number;
  /** Ends the process at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Ends it in order and removes its data. */
  stop(): Promise<void>;
}

export async function startEmbedded(): Promise<Embedded> {
  const data = await mkdtemp(join(tmpdir(), 'carillon-embedded-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  let child = await spawnReady(url, data);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    url,
    get pid() {
      return child.pid!;
    },
    kill: () => end('SIGKILL'),
    async restart() {
      child = await spawnReady(url, data);
    },
    async stop() {
      await end('SIGTERM');
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function spawnReady(url: string, data: string): Promise<ChildProcess> {
  const script = join(projectRoot, 'build', 'services', 'standalone', 'main.js');
  const child = spawn(process.execPath, [script, '--port', new URL(url).port, '--data', data], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, CARILLON_LOG_LEVEL: 'warn' },
  });
  while (child.exitCode === null && child.signalCode === null) {
    if (await isReady(url)) return child;
    await pause(100);
  }
  throw new Error('the embedded process ended before it was ready');
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}
