/** What a coordination driver opens: the three ports over one connection to whatever coordinates. */
import type { Election } from './election.js';
import type { Membership } from './membership.js';
import type { Registry } from './registry.js';

export interface Coordination {
  election: Election;
  membership: Membership;
  registry: Registry;
  /** Resolves when the coordinator answers; rejects with `coordination-unavailable` within two seconds otherwise. */
  ping(): Promise<void>;
  /** Resigns, withdraws the announcement and disconnects. Safe to call twice. */
  close(): Promise<void>;
}
