/** What a measurement is made on: the embedded process, a local stack, or whatever answers at an address. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../../deploy/local/local-stack.js';
import { startEmbedded } from '../support/embedded.js';

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
  if (on === 'embedded') return startOneProcess();
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

async function startOneProcess(): Promise<Subject> {
  const embedded = await startEmbedded({ CARILLON_LOG_LEVEL: 'warn' });
  return {
    name: 'embedded',
    urls: [embedded.url],
    pids: [embedded.pid],
    stop: () => embedded.stop(),
  };
}
