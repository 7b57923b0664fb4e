/**
 * Coordination by ZooKeeper: one guarded session that carries election, membership and registry. Everything lies under
 * one root: `election` (the line of candidates), `members`, `registry` (one node a document).
 */
import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { Coordination } from '../coordination.js';
import type { Member } from '../membership.js';
import { ZooKeeperElection } from './election.js';
import { ZooKeeperMembership } from './membership.js';
import { ZooKeeperRegistry } from './registry.js';
import type { OnEvent } from './session.js';
import { Session } from './session.js';

export interface ZooKeeperOptions {
  /** `host:port`, separated by commas. */
  servers: string;
  root?: string;
  self: Member;
  /** Session time to ask for; the server's bounds apply (with its usual tick of 2 s it grants 4 s at least). */
  sessionMs?: number;
  clock: Clock;
  random: Random;
  /** Told of connections, losses, elections and failures, for the log. */
  onEvent: OnEvent;
}

/**
 * Below the 3 s that a process row is good for, so that a successor leads by the time anybody may take over what a dead
 * leader held; and four probes, 333 ms apart, must fail before a leader doubts itself: a pause of the collector is no reason.
 */
const defaultSessionMs = 2_000;

/** Returns at once; connecting goes on in the background, for as long as it takes. */
export function openZooKeeperCoordination(options: ZooKeeperOptions): Coordination {
  const { root = '/carillon', sessionMs = defaultSessionMs, self, clock, onEvent } = options;
  const folders = { election: `${root}/election`, members: `${root}/members`, registry: `${root}/registry` };
  const session = new Session({ ...options, sessionMs, folders: Object.values(folders) });
  const shared = { self, session, recheckMs: sessionMs, clock, onEvent };
  const registry = new ZooKeeperRegistry({ ...shared, folder: folders.registry });
  const election = new ZooKeeperElection({ ...shared, registry, folder: folders.election });
  const membership = new ZooKeeperMembership({ ...shared, folder: folders.members });
  return {
    election,
    membership,
    registry,
    async ping() {
      await session.run('ping', (connection) => connection.exists('/'));
    },
    async close() {
      await Promise.all([election.stop(), membership.stop()]);
      registry.close();
      await session.close();
    },
  };
}
