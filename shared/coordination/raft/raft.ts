/**
 * Coordination among the schedulers themselves, without a service of its own: they elect one by calling each other, and
 * keep their registry in the store. Addresses come from the registry too: each enters itself on a roll.
 */
import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Random } from '../../base/random.js';
import type { Bus } from '../../queue/bus.js';
import type { Rpc } from '../../rpc/rpc.js';
import type { ProcessStore } from '../../store/processes.js';
import type { DocumentStore } from '../../store/store.js';
import type { Coordination } from '../coordination.js';
import { DocumentsRegistry } from '../documents-registry.js';
import type { Member } from '../membership.js';
import { termDocument } from '../registry.js';
import { RaftElection } from './driver.js';
import { RaftMembership } from './membership.js';
import { Registrar } from './registrar.js';
import { membersDocument, Roll, votersDocument } from './roll.js';
import { VoteFile, type Votes } from './vote-file.js';

export interface RaftOptions {
  self: Member;
  documents: DocumentStore;
  /** Where it stands written which processes are gone. */
  processes: Pick<ProcessStore, 'list'>;
  /** Spreads the word of new documents; null: they are found by looking. */
  bus: Bus | null;
  rpc: Rpc;
  /** Holds the file of votes: a place of this process that outlives it. */
  folder: string;
  /** Where votes are kept instead of in that file. */
  votes?: Votes;
  /** The shortest silence of a leader after which another one is elected. */
  electionMs: number;
  clock: Clock;
  random: Random;
  /** Told of elections and failures, for the log. */
  onEvent(event: string, detail: object): void;
}

/** Returns at once; nothing is taken part in before it is started. */
export function openRaftCoordination(options: RaftOptions): Coordination {
  const { self, folder, onEvent } = options;
  const onError = (error: unknown) => onEvent('registry-failed', { error: messageOf(error) });
  const registry = new DocumentsRegistry({ ...options, onError });
  const voters = new Roll(registry, votersDocument);
  const roll = new Roll(registry, membersDocument);
  const { votes = new VoteFile(folder, self.name) } = options;
  const election = new RaftElection({ ...options, registry, voters, votes });
  const membership = new RaftMembership({ ...options, roll });
  const registrar = new Registrar({
    ...options,
    rolls: [voters, roll],
    silent: () => silentAmong([...election.voters(), ...membership.entered()], membership.members()),
    onStruck: () => {
      election.look();
      membership.look();
    },
  });
  registrar.start();
  return {
    election,
    membership,
    registry,
    async ping() {
      await registry.read(termDocument);
    },
    async close() {
      await Promise.all([election.stop(), membership.stop(), registrar.stop()]);
      await registry.close();
    },
  };
}

function silentAmong(entered: readonly string[], alive: readonly Member[]): string[] {
  return entered.filter((name) => !alive.some((member) => member.name === name));
}
