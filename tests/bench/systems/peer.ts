/** The systems of peers/: a front and workers as processes of their own (see peers/process.mjs), one alone for the floor. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { signalProcess } from '../../../deploy/local/process-table.js';
import { projectRoot } from '../../../deploy/local/project-root.js';
import type { ServerName } from '../servers/server.js';
import { callsAtOnce, type Subject, type System } from './system.js';

export const peersFolder = join(projectRoot, 'tests/bench/peers');

export interface PeerDefinition {
  name: string;
  title: string;
  /** The module in peers/. */
  driver: string;
  tuned: boolean;
  need: ServerName | null;
  packages: readonly string[];
  refuses(workload: string): string | null;
}

interface PeerProcess {
  child: ChildProcess;
  /** What it said when it was ready. */
  url: string | null;
  settings: string;
}

const stopDeadlineMs = 5_000;

export function peerSystem(definition: PeerDefinition): System {
  const { driver, tuned, need } = definition;
  return {
    ...definition,
    needs: need ? [need] : [],
    async start({ workers }, servers) {
      const server = need ? await servers.get(need) : null;
      const place = await server?.place();
      const order = { driver, tuned, address: place?.address ?? '', concurrency: callsAtOnce / workers };
      const processes = need
        ? await frontAndWorkers(order, workers)
        : [await startProcess({ ...order, role: 'both' })];
      return subjectOf(processes, {
        serverParts: () => server?.parts() ?? [],
        remove: async () => place?.remove(),
      });
    },
  };
}

/** The front first: it makes the tables that the workers look into. */
async function frontAndWorkers(order: object, workers: number): Promise<PeerProcess[]> {
  const front = await startProcess({ ...order, role: 'front' });
  const others = Array.from({ length: workers }, () => startProcess({ ...order, role: 'worker' }));
  return [front, ...(await Promise.all(others))];
}

async function startProcess(order: object): Promise<PeerProcess> {
  const child = fork(join(peersFolder, 'process.mjs'), [JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = once(child, 'message') as Promise<[Omit<PeerProcess, 'child'>]>;
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${JSON.stringify(order)} ended with ${code} before it was ready`);
  });
  const [said] = await Promise.race([ready, ended]);
  ended.catch(() => {});
  return { child, ...said };
}

interface Surroundings {
  serverParts: Subject['parts'];
  remove(): Promise<unknown>;
}

function subjectOf([front, ...workers]: PeerProcess[], { serverParts, remove }: Surroundings): Subject {
  const named = [
    { name: workers.length > 0 ? 'front' : 'process', child: front!.child },
    ...workers.map(({ child }, i) => ({ name: `worker-${i + 1}`, child })),
  ];
  return {
    url: front!.url!,
    settings: front!.settings,
    parts: () => [
      ...named
        .filter(({ child }) => !hasEnded(child))
        .map(({ name, child }) => ({ name, pid: child.pid!, server: false })),
      ...serverParts(),
    ],
    async kill() {
      const victim = workers[0]!.child;
      signalProcess(victim.pid!, 'SIGKILL');
      await once(victim, 'exit');
      return null;
    },
    async stop() {
      await Promise.all(named.map(({ child }) => end(child)));
      await remove();
    },
  };
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
  await exited;
  clearTimeout(late);
}
