/** How a simulated scheduler elects: the production drivers, put together as `open.ts` does it, on the simulated ways. */
import type { Coordination } from '../../shared/coordination/coordination.js';
import type { Member } from '../../shared/coordination/membership.js';
import { openRaftCoordination } from '../../shared/coordination/raft/raft.js';
import type { Vote } from '../../shared/coordination/raft/state.js';
import type { Votes } from '../../shared/coordination/raft/vote-file.js';
import { openRankedCoordination } from '../../shared/coordination/ranked/ranked.js';
import { openSingleCoordination } from '../../shared/coordination/single/single.js';
import type { Means } from './means.js';

const electionMs = 500;

export function coordinationOf(means: Means, self: Member): Coordination {
  const { log, plot, store } = means;
  const { documents, processes } = store;
  const onEvent = (event: string, detail: object): void => log.info(detail, event);
  switch (plot.coordination) {
    case 'single':
      return openSingleCoordination(self, { documents, clock: means.clock, onEvent });
    case 'ranked':
      return openRankedCoordination({ ...means, self, documents, onEvent, rank: rankOf(self.name) });
    case 'raft':
      return openRaftCoordination({
        ...{ ...means, self, documents, processes, electionMs, onEvent },
        folder: 'unused',
        votes: votesOn(means),
      });
  }
}

/** Two of three are equal, so that ties happen. */
function rankOf(name: string): number {
  return name.endsWith('1') ? 60 : 50;
}

/** A disk that takes its time; what was not saved when the process dies is lost. */
function votesOn({ life, disk }: Means): Votes {
  let unsaved: Vote | null = null;
  return {
    read: async () => disk.votes.get(life.name) ?? { term: 0, votedFor: null },
    save: (vote) => void (unsaved = vote),
    saved: async () => {
      while (unsaved) {
        const vote: Vote = unsaved;
        await new Promise<void>((resolve) => life.after(life.world.between(1, disk.slowMs), resolve));
        disk.votes.set(life.name, { term: vote.term, votedFor: vote.votedFor });
        if (unsaved === vote) unsaved = null;
      }
    },
  };
}
