/** Opens the coordination driver that the configuration names. The only file that knows which there are. */
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Random } from '../base/random.js';
import type { Bus } from '../queue/bus.js';
import type { Rpc } from '../rpc/rpc.js';
import type { DocumentStore } from '../store/store.js';
import type { ProcessStore } from '../store/processes.js';
import type { Logger } from '../telemetry/logger.js';
import type { Coordination } from './coordination.js';
import { Listeners } from './listeners.js';
import type { Member } from './membership.js';
import { openRaftCoordination } from './raft/raft.js';
import { openRankedCoordination } from './ranked/ranked.js';
import { openSingleCoordination } from './single/single.js';
import { openZooKeeperCoordination } from './zookeeper/zookeeper.js';

export type CoordinationOptions =
  | { kind: 'single'; documents: DocumentStore }
  | {
      kind: 'raft';
      documents: DocumentStore;
      processes: ProcessStore;
      bus: Bus;
      rpc: Rpc;
      folder: string;
      electionMs: number;
    }
  | { kind: 'ranked'; documents: DocumentStore; bus: Bus; rank: number }
  | { kind: 'zookeeper'; servers: string; root: string; sessionMs: number };

export interface CoordinationContext {
  self: Member;
  clock: Clock;
  random: Random;
  log: Logger;
}

export interface OpenedCoordination extends Coordination {
  /** Calls `listener` with the name of each rival that this process quelled as a leader. */
  onRival(listener: (rival: string) => void): void;
}

/** Opens it; a coordinator that is away is reached for in the background. */
export async function openCoordination(
  options: CoordinationOptions,
  { self, clock, random, log }: CoordinationContext,
): Promise<OpenedCoordination> {
  const rivals = new Listeners<string>((error) => log.warn({ error: messageOf(error) }, 'rival-failed'));
  const onEvent = (event: string, detail: object): void => {
    if (event.endsWith('-failed')) log.warn(detail, event);
    else log.info(detail, event);
    if (event === 'rival-quelled') rivals.tell((detail as { rival: string }).rival);
  };
  const opened = openDriver(options, { self, clock, random, onEvent });
  return { ...opened, onRival: (listener) => void rivals.add(listener) };
}

type DriverContext = Omit<CoordinationContext, 'log'> & { onEvent(event: string, detail: object): void };

function openDriver(
  options: CoordinationOptions,
  { self, clock, random, onEvent }: DriverContext,
): Coordination {
  if (options.kind === 'single')
    return openSingleCoordination(self, { documents: options.documents, clock, onEvent });
  if (options.kind === 'raft') return openRaftCoordination({ ...options, self, clock, random, onEvent });
  if (options.kind === 'ranked') return openRankedCoordination({ ...options, self, clock, random, onEvent });
  return openZooKeeperCoordination({ ...options, self, clock, random, onEvent });
}
