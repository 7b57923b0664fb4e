/** Members that share one set of documents in memory; there is room for one at a time. */
import { MemoryDocuments } from '../../../shared/coordination/single/memory-documents.js';
import { openSingleCoordination } from '../../../shared/coordination/single/single.js';
import type { Contender, CoordinationWorld } from './world.js';
import { makeMember } from './world.js';

const unbreakable = { cut: () => undefined, stall: () => undefined, heal: () => undefined };

export async function openSingleWorld(): Promise<CoordinationWorld> {
  const documents = new MemoryDocuments();
  const contenders: Contender[] = [];
  return {
    async join(name) {
      const self = makeMember(name);
      const contender = {
        self,
        coordination: openSingleCoordination(self, { documents }),
        link: unbreakable,
        freeze: () => undefined,
      };
      contenders.push(contender);
      return contender;
    },
    async close() {
      for (const { coordination } of contenders) await coordination.close();
    },
  };
}
