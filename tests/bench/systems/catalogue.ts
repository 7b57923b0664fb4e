/** Every system the bench knows, in the order of its tables, and what stands in the way of one on this machine. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerName } from '../servers/server.js';
import type { Servers } from '../servers/servers.js';
import { carillonSystems } from './carillon.js';
import { peersFolder, peerSystem, type PeerDefinition } from './peer.js';
import type { System } from './system.js';

const workerIsScheduler = (workload: string): string | null =>
  workload === 'crash-scheduler' ? 'its workers are its schedulers: see crash-worker' : null;

const keepsNothing = (workload: string): string | null =>
  /^(?:crash|workers)-/.test(workload) ? 'one process that keeps nothing' : null;

const onlyAccepts = (workload: string): string | null =>
  workload.startsWith('accept-') ? null : 'it only accepts';

const alone = { tuned: false, need: null, packages: [] };

const definitions: readonly PeerDefinition[] = [
  { ...alone, name: 'bare', title: 'a bare Fastify route', driver: 'bare', refuses: onlyAccepts },
  { ...alone, name: 'floor', title: 'the floor', driver: 'floor', refuses: keepsNothing },
  ...both('bullmq', 'BullMQ', 'redis', ['bullmq', 'ioredis']),
  ...both('pg-boss', 'pg-boss', 'postgresql', ['pg-boss']),
  ...both('graphile-worker', 'graphile-worker', 'postgresql', ['graphile-worker']),
  ...both('agenda', 'Agenda', 'mongodb', ['agenda', '@agendajs/mongo-backend', 'mongodb']),
];

function both(driver: string, title: string, need: ServerName, packages: string[]): PeerDefinition[] {
  const shared = { driver, need, packages, refuses: workerIsScheduler };
  return [
    { ...shared, name: driver, title: `${title}, stock`, tuned: false },
    { ...shared, name: `${driver}-tuned`, title: `${title}, tuned`, tuned: true },
  ];
}

const systems: readonly System[] = [
  ...definitions.slice(0, 2).map(peerSystem),
  ...carillonSystems,
  ...definitions.slice(2).map(peerSystem),
];

export const systemNames: readonly string[] = systems.map(({ name }) => name);

/** The systems of these names, in the order of the tables. */
export function systemsOf(names: readonly string[]): System[] {
  return systems.filter(({ name }) => names.includes(name));
}

/** Whether any of these needs packages that are not installed. */
export function lackPackages(wanted: readonly System[]): boolean {
  return wanted.some(({ packages }) => packages.some((name) => !isInstalled(name)));
}

/** Why this system cannot run here; null when it can. */
export async function lackOf({ needs, packages }: System, servers: Servers): Promise<string | null> {
  const absent = packages.find((name) => !isInstalled(name));
  if (absent) return `the package ${absent} is not installed (npm ci in tests/bench/peers)`;
  for (const name of needs) {
    const lack = await servers.lack(name);
    if (lack) return `${name}: ${lack}`;
  }
  return null;
}

/** Versions of the peers' packages, all pinned. */
export async function packageVersions(): Promise<Record<string, string>> {
  const text = await readFile(join(peersFolder, 'package.json'), 'utf8');
  const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> };
  return Object.fromEntries(Object.entries(dependencies).map(([name, version]) => [`npm ${name}`, version]));
}

function isInstalled(name: string): boolean {
  return existsSync(join(peersFolder, 'node_modules', name));
}
