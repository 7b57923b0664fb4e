/** The one-process mode as a child of ours: compiled, on a port and a folder of its own, killable and startable again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildProcess } from '../../deploy/local/child-process.js';
import { freePort } from '../../deploy/local/free-port.js';
import { projectRoot } from '../../deploy/local/project-root.js';

export interface Embedded {
  readonly url: string;
  readonly pid: number;
  /** kill -9, then, after `during`, a new process on the same port and data; resolves when that is ready. */
  replace(during?: () => Promise<void>): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const deadlineMs = 30_000;

/** @param variables `CARILLON_*` beside those of this process */
export async function startEmbedded(variables: Readonly<Record<string, string>> = {}): Promise<Embedded> {
  const folder = await mkdtemp(join(tmpdir(), 'carillon-embedded-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const launch = {
    command: process.execPath,
    args: [
      join(projectRoot, 'build/services/standalone/main.js'),
      '--port',
      String(port),
      '--data',
      join(folder, 'data'),
    ],
    environment: { ...process.env, ...variables },
  };
  const start = async (): Promise<ChildProcess> => {
    const started = await ChildProcess.start(launch, join(folder, 'log'));
    await started.ready({ check: () => isReady(url), deadlineMs });
    return started;
  };
  let child = await start();
  return {
    url,
    get pid() {
      return child.pid;
    },
    async replace(during = () => Promise.resolve()) {
      await child.signal('SIGKILL');
      await child.exited;
      await during();
      child = await start();
    },
    async stop() {
      await child.end(deadlineMs);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health/ready`);
  await answer.arrayBuffer();
  return answer.ok;
}
