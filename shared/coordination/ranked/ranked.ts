/**
 * Coordination over the message bus that is there anyway: election and membership by messages, terms, leases and
 * documents in the store. It needs no service of its own and no quorum of voters.
 */
import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Random } from '../../base/random.js';
import type { Bus } from '../../queue/bus.js';
import type { DocumentStore } from '../../store/store.js';
import type { Coordination } from '../coordination.js';
import { DocumentsRegistry } from '../documents-registry.js';
import type { Member } from '../membership.js';
import { termDocument } from '../registry.js';
import { RankedElection, type OnEvent } from './driver.js';
import { Echo } from './echo.js';
import { RankedMembership } from './membership.js';

export interface RankedOptions {
  self: Member;
  /** Of those that stand for election, the highest wins. */
  rank: number;
  bus: Bus;
  documents: DocumentStore;
  leaseMs?: number;
  clock: Clock;
  random: Random;
  /** Told of elections, rivals and failures, for the log. */
  onEvent: OnEvent;
}

/** Below the 3 s that a process row is good for: a successor leads by the time anybody may take over what a dead leader held. */
const defaultLeaseMs = 2_000;

/** Returns at once; what cannot be reached is tried again for as long as it takes. */
export function openRankedCoordination(options: RankedOptions): Coordination {
  const { self, bus, documents, leaseMs = defaultLeaseMs, clock, onEvent } = options;
  const onError = (error: unknown) => onEvent('coordination-failed', { error: messageOf(error) });
  const registry = new DocumentsRegistry({ documents, bus, clock, onError });
  const election = new RankedElection({ ...options, registry, leaseMs });
  const membership = new RankedMembership({ self, bus, clock, lifeMs: leaseMs, onEvent });
  const echo = new Echo({ id: self.id, bus, clock });
  return {
    election,
    membership,
    registry,
    async ping() {
      await Promise.all([registry.read(termDocument), echo.hear()]);
    },
    async close() {
      await Promise.all([election.stop(), membership.stop()]);
      await Promise.all([registry.close(), echo.close()]);
    },
  };
}
