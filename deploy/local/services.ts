/** Our own processes as parts of a stack: the compiled main of each service, configured by its environment alone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ChildProcess } from './child-process.js';
import { freePort, isPortFree } from './free-port.js';
import { projectRoot } from './project-root.js';
import type { PartDefinition, Running } from './supervisor.js';

export type ServiceRole = 'api' | 'scheduler' | 'worker';

export const serviceRoles: readonly ServiceRole[] = ['api', 'scheduler', 'worker'];

export interface ServiceOptions {
  role: ServiceRole;
  /** Which one of its role; the first is 1. */
  number: number;
  /** Script to run in the service's stead; the service's own compiled main unless told. */
  script?: string | undefined;
  /** Port of the first api, the others follow it; free ones if unset. */
  apiPort?: number | undefined;
  /** Variables for the part of this id and admin address, beside its name and ports, which cannot be overridden. */
  environment(id: string, adminUrl: string): Record<string, string>;
  logFile(id: string): string;
}

const startDeadlineMs = 60_000;
const stopDeadlineMs = 15_000;

/** One process of ours; rejects when it is not built or a port that was asked for is in use. */
export async function servicePart(options: ServiceOptions): Promise<PartDefinition> {
  const { role, number, script = compiledMain(role), logFile, environment } = options;
  if (!existsSync(script)) throw new Error(`${script} is not there; npm run build makes it`);
  const id = `${role}-${number}`;
  const adminPort = await freePort();
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const apiPort = role === 'api' ? await apiPortOf(options) : null;
  const variables = {
    CARILLON_NAME: id,
    CARILLON_ADMIN_PORT: String(adminPort),
    ...(apiPort === null ? {} : { CARILLON_API_PORT: String(apiPort) }),
  };
  const start = async (signal: AbortSignal): Promise<Running> => {
    const launch = {
      command: process.execPath,
      args: [script],
      environment: { ...process.env, ...environment(id, adminUrl), ...variables },
    };
    const child = await ChildProcess.start(launch, logFile(id));
    await child.ready({ check: () => isReady(adminUrl), deadlineMs: startDeadlineMs, signal });
    return {
      pid: child.pid,
      exited: child.exited,
      signal: (name) => child.signal(name),
      stop: () => child.end(stopDeadlineMs),
      lastLines: () => child.lastLines(),
    };
  };
  return { role, id, url: apiPort === null ? null : `http://127.0.0.1:${apiPort}`, adminUrl, start };
}

/** What a service's command line bears. */
export function compiledMain(role: ServiceRole): string {
  return join(projectRoot, 'build', 'services', role, 'main.js');
}

async function apiPortOf({ apiPort, number }: ServiceOptions): Promise<number> {
  if (apiPort === undefined) return freePort();
  const port = apiPort + number - 1;
  if (!(await isPortFree(port))) throw new Error(`port ${port} is in use; choose another with --port`);
  return port;
}

async function isReady(adminUrl: string): Promise<boolean> {
  const answer = await fetch(`${adminUrl}/health/ready`, { signal: AbortSignal.timeout(5000) });
  await answer.arrayBuffer();
  return answer.status === 200;
}
