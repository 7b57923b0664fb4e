/**
 * Which tests run and which cannot, from the names of the files alone (pure). A folder of tests/ is a suite, split by
 * the servers its files need: `x.mongodb.test.ts` needs one MongoDB, given or ours; everything under tests/e2e and
 * tests/chaos kills what it uses, so it needs all three brokers as servers of our own.
 */
import type { BrokerRole, Way } from './servers/way.js';

export interface Suite {
  /** Folder and the servers it needs, for instance `contracts (mongodb)`. */
  name: string;
  files: string[];
  /** Servers the tests are given by address. */
  needs: readonly BrokerRole[];
  /** Starts servers of its own: never given any, one file at a time, after all others. */
  ownServers: boolean;
  /** Why it cannot run here and what would help; null when it can. */
  hindrance: string | null;
}

export interface Servers {
  /** How each can be had, addresses given to us included. */
  any: Readonly<Record<BrokerRole, Way>>;
  /** The same without them. */
  own: Readonly<Record<BrokerRole, Way>>;
}

const roles: readonly BrokerRole[] = ['mongodb', 'rabbitmq', 'zookeeper'];
const notSuites = ['support', 'load', 'bench'];
const ownServersSuites = ['e2e', 'chaos'];
const firstSuites = ['unit', 'house'];

/** @param files paths under tests/, for instance `contracts/store.mongodb.test.ts` */
export function planSuites(files: readonly string[], servers: Servers): Suite[] {
  const suites = new Map<string, Suite>();
  for (const file of files.filter(isTest)) {
    const fresh = suiteOf(file, servers);
    const suite = suites.get(fresh.name) ?? fresh;
    suites.set(suite.name, suite);
    suite.files.push(`tests/${file}`);
  }
  return [...suites.values()].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function isTest(file: string): boolean {
  return file.endsWith('.test.ts') && file.includes('/') && !notSuites.includes(folderOf(file));
}

function suiteOf(file: string, servers: Servers): Suite {
  const folder = folderOf(file);
  const ownServers = ownServersSuites.includes(folder);
  const needs = ownServers ? [] : roles.filter((role) => file.includes(`.${role}.`));
  const wanted = ownServers ? roles.map((role) => servers.own[role]) : needs.map((role) => servers.any[role]);
  const missing = wanted.flatMap((way) => (way.kind === 'missing' ? [`${way.reason} (${way.remedy})`] : []));
  return {
    name: needs.length > 0 ? `${folder} (${needs.join(', ')})` : folder,
    files: [],
    needs,
    ownServers,
    hindrance: missing.length > 0 ? missing.join('; ') : null,
  };
}

function folderOf(file: string): string {
  return file.split('/')[0]!;
}

/** Quick ones first, then those that wait for servers, then those that start their own. */
function rank({ name, needs, ownServers }: Suite): number {
  if (ownServers) return 4;
  if (needs.length > 0) return 3;
  return firstSuites.includes(name) ? firstSuites.indexOf(name) : 2;
}
