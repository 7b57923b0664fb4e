/**
 * The cast: schedulers, workers and instances of the API, put together as their main.ts does it, from the production
 * classes, on simulated machines. Here they begin, stop and begin again; what they do is their own.
 */
import { pino } from 'pino';
import { NamespaceClocks } from '../../services/api/clocks/namespace-clocks.js';
import type { Desk } from '../../services/api/timers/desk.js';
import { TimerWriter } from '../../services/api/timers/timer-writer.js';
import { Toucher } from '../../services/api/timers/toucher.js';
import { schedulerSchema } from '../../services/scheduler/config.js';
import { SchedulerService } from '../../services/scheduler/service.js';
import { workerSchema } from '../../services/worker/config.js';
import { WorkerService } from '../../services/worker/service.js';
import { type SystemClock } from '../../shared/base/clock.js';
import type { Random } from '../../shared/base/random.js';
import { EventSender } from '../../shared/events/sender.js';
import { loadConfig } from '../../shared/config/load.js';
import { openRaftCoordination } from '../../shared/coordination/raft/raft.js';
import type { Vote } from '../../shared/coordination/raft/state.js';
import type { Votes } from '../../shared/coordination/raft/vote-file.js';
import { Presence } from '../../shared/presence/presence.js';
import type { Bus } from '../../shared/queue/bus.js';
import type { WorkQueue } from '../../shared/queue/queue.js';
import type { Rpc } from '../../shared/rpc/rpc.js';
import { SettingsView } from '../../shared/settings/view.js';
import type { Store } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import { Metrics } from '../../shared/telemetry/metrics.js';
import { dayMs } from '../support/factories.js';
import { seededRandom } from '../support/seeded-random.js';
import type { Receiver } from './receiver.js';
import { type Life } from './machine.js';

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
  /** The machine's disk, for what must outlive the process. */
  disk: Map<string, Vote>;
  /** A guard that is left out. */
  broken: 'leases' | null;
}

export interface Running {
  /** As after SIGTERM. */
  stop(): Promise<void>;
}

export interface RunningScheduler extends Running {
  standing(): ReturnType<SchedulerService['standing']>;
}

export interface RunningApi extends Running {
  desk: Desk;
  /** Whether the routes would take a write now. */
  accepts(): boolean;
}

/** Production makes one for each process; their names and contents matter to nobody here. */
const metrics = new Metrics();
const settledRetentionMs = 30 * dayMs;
const freshnessMs = 10_000;
const electionMs = 500;
const mode = 'production';

export async function startScheduler(means: Means): Promise<RunningScheduler> {
  const { life, store, bus, rpc, adminUrl } = means;
  const presence = presenceOf(means, 'scheduler');
  await presence.start();
  const settings = await settingsOf(means, presence);
  const identity = { name: life.name, service: 'scheduler' };
  const coordination = openRaftCoordination({
    ...{ ...means, bus, rpc, electionMs },
    self: { ...identity, id: presence.incarnation, adminUrl },
    documents: store.documents,
    processes: store.processes,
    folder: 'unused',
    votes: votesOn(means),
    onEvent: (event, detail) => means.log.info(detail, event),
  });
  const service = new SchedulerService({
    ...{ ...means, ...coordination, identity, presence, settings, metrics },
    config: {
      ...loadConfig(schedulerSchema, {}),
      schedulerPublishAgainMs: 4_000,
      ...{ settledRetentionMs, changeRetentionMs: 90 * dayMs, freshnessMs, mode, ring: 'shared' },
    },
  });
  await service.start();
  return {
    standing: () => service.standing(),
    async stop() {
      await service.stop();
      await coordination.close();
      await settings.stop();
      await presence.stop();
    },
  };
}

export async function startWorker(means: Means): Promise<Running> {
  const presence = presenceOf(means, 'worker');
  await presence.start();
  const settings = await settingsOf(means, presence);
  const service = new WorkerService({
    ...{ ...means, presence, settings, metrics },
    http: means.receiver.clientOf(means.life, means.clock),
    config: {
      ...loadConfig(workerSchema, {}),
      ...{ workerConcurrency: 12, workerStartBatch: 4, workerDrainMs: 3_000, settledRetentionMs, mode },
    },
  });
  await service.start();
  return {
    async stop() {
      await service.stop();
      await settings.stop();
      await presence.stop();
    },
  };
}

export async function startApi(means: Means): Promise<RunningApi> {
  const { store, bus, clock, log } = means;
  const { timers, executions, changes, documents } = store;
  const presence = presenceOf(means, 'api');
  await presence.start();
  const waitingLimit = 1_000;
  const events = new EventSender({ bus, clock });
  const writer = new TimerWriter({ timers, bus, events, clock, metrics, waitingLimit });
  const toucher = new Toucher({ timers, writer, events, clock, waitingLimit });
  const clocks = new NamespaceClocks({ documents, clock, log, mode });
  const desk = {
    timers,
    executions,
    changes,
    writer,
    toucher,
    events,
    clock,
    clocks,
    retentionMs: settledRetentionMs,
  };
  return {
    desk,
    accepts: () => presence.holds(),
    async stop() {
      await Promise.all([writer.drain(), toucher.drain()]);
      await presence.stop();
    },
  };
}

function presenceOf({ life, store, clock, log, broken }: Means, service: string): Presence {
  const presence = new Presence({
    processes: store.processes,
    clock,
    log,
    identity: { name: life.name, service, host: life.name, pid: life.number },
    skew: { warnMs: 100, refuseMs: 5_000 },
    isAlive: (pid) => pid === life.number,
  });
  if (broken === 'leases') presence.holds = () => true;
  return presence;
}

/** Without verified settings no new work is taken. */
async function settingsOf({ store, clock, log }: Means, presence: Presence): Promise<SettingsView> {
  const settings = new SettingsView({ documents: store.documents, clock, log, freshnessMs });
  presence.require(() => settings.verified());
  await settings.start();
  return settings;
}

/** A disk that takes its time; what was not saved when the process dies is lost. */
function votesOn({ life, disk }: Means): Votes {
  let unsaved: Vote | null = null;
  return {
    read: async () => disk.get(life.name) ?? { term: 0, votedFor: null },
    save: (vote) => void (unsaved = vote),
    saved: async () => {
      while (unsaved) {
        const vote: Vote = unsaved;
        await new Promise<void>((resolve) => life.after(life.world.between(1, 5), resolve));
        disk.set(life.name, { term: vote.term, votedFor: vote.votedFor });
        if (unsaved === vote) unsaved = null;
      }
    },
  };
}

/** Lines of a process's log go into the log of the world. */
export function logOf(life: Life): Logger {
  const write = (line: string): void => {
    const { level: _level, msg, ...detail } = JSON.parse(line) as Record<string, unknown>;
    life.world.tell(`${life.name} says: ${String(msg)} ${JSON.stringify(detail)}`);
  };
  return pino({ level: 'info', base: null, timestamp: false }, { write });
}

export function randomOf(life: Life): Random {
  return seededRandom(Math.floor(life.world.random.next() * 2 ** 32));
}
