/**
 * Coordination without a coordinator, for one process that leads itself. It cannot have a second member and refuses one.
 * With a store behind it, terms and documents outlive the process; without one they are in memory.
 */
import { SystemClock, type Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { DocumentStore } from '../../store/store.js';
import type { Coordination } from '../coordination.js';
import { DocumentsRegistry } from '../documents-registry.js';
import type { Member } from '../membership.js';
import { termDocument } from '../registry.js';
import { SingleElection } from './election.js';
import { MemoryDocuments } from './memory-documents.js';
import { SingleMembership } from './membership.js';
import { Seat } from './seat.js';

export interface SingleOptions {
  /** Where the registry lives; in memory unless told. */
  documents?: DocumentStore;
  clock?: Clock;
  /** Told of failures, for the log. */
  onEvent?(event: string, detail: object): void;
}

export function openSingleCoordination(self: Member, options: SingleOptions = {}): Coordination {
  const { documents = new MemoryDocuments(), clock = new SystemClock(), onEvent } = options;
  const onError = (error: unknown) => onEvent?.('coordination-failed', { error: messageOf(error) });
  const seat = new Seat(documents, self);
  const registry = new DocumentsRegistry({ documents, clock, onError });
  const election = new SingleElection({ self, seat, registry, clock, onError });
  const membership = new SingleMembership({ self, seat, onError });
  return {
    election,
    membership,
    registry,
    async ping() {
      await registry.read(termDocument);
    },
    async close() {
      await Promise.all([election.stop(), membership.stop()]);
      await registry.close();
      seat.release();
    },
  };
}
