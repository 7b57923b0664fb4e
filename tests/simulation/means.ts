/** What one life of a process has to work with: the ports that it is given, and what the simulation has besides. */
import type { SystemClock } from '../../shared/base/clock.js';
import type { Random } from '../../shared/base/random.js';
import type { Vote } from '../../shared/coordination/raft/state.js';
import type { Bus } from '../../shared/queue/bus.js';
import type { WorkQueue } from '../../shared/queue/queue.js';
import type { Rpc } from '../../shared/rpc/rpc.js';
import type { Store } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import type { Life } from './machine.js';
import type { Plot } from './plot.js';
import type { Receiver } from './receiver.js';
import type { SettingsJudge } from './settings.js';

/** One life of a process with all that it reaches. */
export interface Means {
  life: Life;
  clock: SystemClock;
  store: Store;
  queue: WorkQueue;
  bus: Bus;
  rpc: Rpc;
  adminUrl: string;
  random: Random;
  log: Logger;
  receiver: Receiver;
  disk: Disk;
  plot: Plot;
  judge: SettingsJudge;
  /** Guards that are left out. */
  broken: { leases?: boolean | undefined; doubts?: boolean | undefined };
}

/** The machines' disks, for what must outlive a process. */
export interface Disk {
  readonly votes: Map<string, Vote>;
  /** The longest that saving takes. */
  slowMs: number;
}
