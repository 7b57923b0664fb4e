/**
 * A system under measurement: something that takes timers at an address by Carillon's own routes, and the processes
 * behind it. Carillon, its peers and the floor all look like this, so a workload cannot tell them apart.
 */
import type { Part } from '../process-usage.js';
import type { ServerName } from '../servers/server.js';
import type { Servers } from '../servers/servers.js';

/** Calls under way at once, over all workers of a system. */
export const callsAtOnce = 100;

export interface Shape {
  workers: number;
  /** Heeded where a system has schedulers apart from its workers. */
  schedulers: number;
}

export interface Subject {
  /** Where timers are created. */
  url: string;
  /** With what it runs, for a person to read. */
  settings: string;
  /** Its processes, servers included, as they are now. */
  parts(): Part[];
  /**
   * kill -9 of one. Resolves when it is dead, for a system of one process with the instant (epoch milliseconds) when
   * another in its place was ready; nothing is put in the place of one of several.
   */
  kill(role: 'worker' | 'scheduler'): Promise<number | null>;
  stop(): Promise<void>;
}

export interface System {
  /** As given to `--systems`. */
  name: string;
  title: string;
  needs: readonly ServerName[];
  /** Those of peers/package.json that it needs. */
  packages: readonly string[];
  /** Why a workload makes no sense for it; null when it does. */
  refuses(workload: string): string | null;
  start(shape: Shape, servers: Servers): Promise<Subject>;
}
