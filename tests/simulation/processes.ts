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
import type { Random } from '../../shared/base/random.js';
import { EventSender } from '../../shared/events/sender.js';
import { loadConfig } from '../../shared/config/load.js';
import { Presence } from '../../shared/presence/presence.js';
import { announceSettings, type Announced } from '../../shared/settings/announcement.js';
import type { Settings } from '../../shared/settings/settings.js';
import type { SettingsView } from '../../shared/settings/view.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import { Metrics } from '../../shared/telemetry/metrics.js';
import { dayMs } from '../support/factories.js';
import { seededRandom } from '../support/seeded-random.js';
import { coordinationOf } from './coordination.js';
import type { Life } from './machine.js';
import type { Means } from './means.js';
import { WatchedSettings } from './settings.js';

export interface Running {
  /** As after SIGTERM. */
  stop(): Promise<void>;
}

export interface RunningScheduler extends Running {
  /** The term that it believes to lead; null while it does not. */
  leads(): number | null;
}

export interface RunningApi extends Running {
  desk: Desk;
  /** As soon as may be. */
  announce(settings: Settings): Promise<Announced>;
  /** Whether the routes would take a write now. */
  accepts(): boolean;
}

/** Production makes one for each process; their names and contents matter to nobody here. */
const metrics = new Metrics();
const settledRetentionMs = 30 * dayMs;
const mode = 'production';
const schedulerConfig = loadConfig(schedulerSchema, {});
const workerConfig = loadConfig(workerSchema, {});
const silent = pino({ level: 'silent' });

export async function startScheduler(means: Means): Promise<RunningScheduler> {
  const { life, adminUrl, plot } = means;
  const presence = presenceOf(means, 'scheduler');
  await presence.start();
  const settings = await settingsOf(means, presence);
  const identity = { name: life.name, service: 'scheduler' };
  const coordination = coordinationOf(means, { ...identity, id: presence.incarnation, adminUrl });
  const service = new SchedulerService({
    ...{ ...means, ...coordination, identity, presence, settings, metrics },
    config: {
      ...schedulerConfig,
      schedulerPublishAgainMs: 4_000,
      ...{ settledRetentionMs, changeRetentionMs: 90 * dayMs, serviceLevelRetentionMs: 90 * dayMs },
      ...{ freshnessMs: plot.freshnessMs, mode, ring: plot.ring },
    },
  });
  await service.start();
  return {
    leads: () => {
      const { role, term } = coordination.election.current();
      return role === 'leader' ? term : null;
    },
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
      ...workerConfig,
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
  const { settingsLeadMs: leadMs } = means.plot;
  const desk = {
    timers,
    executions,
    changes,
    writer,
    toucher,
    events,
    clock,
    clocks,
    quota: { limitOf: () => null, isFull: () => false },
    retentionMs: settledRetentionMs,
  };
  return {
    desk,
    announce: (settings) =>
      announceSettings(
        { documents, now: () => clock.now() },
        { settings, leadMs: leadMs!, effectiveFrom: null },
      ),
    accepts: () => presence.holds(),
    async stop() {
      await Promise.all([writer.drain(), toucher.drain()]);
      await presence.stop();
    },
  };
}

function presenceOf({ life, store, clock, log }: Means, service: string): Presence {
  return new Presence({
    processes: store.processes,
    clock,
    log,
    identity: { name: life.name, service, host: life.name, pid: life.number },
    skew: { warnMs: 100, refuseMs: 5_000 },
    isAlive: (pid) => pid === life.number,
  });
}

/** Without verified settings no new work is taken. */
async function settingsOf(means: Means, presence: Presence): Promise<SettingsView> {
  const { store, clock, log, plot, life, judge, broken } = means;
  const { freshnessMs } = plot;
  const settings = new WatchedSettings(
    { documents: store.documents, clock, log, freshnessMs },
    (instant, used) => presence.holds() && judge.onUsed(life, instant, used),
  );
  presence.require(() => settings.verified());
  if (broken.leases) presence.holds = () => settings.verified();
  if (broken.doubts) presence.holds = () => true;
  await settings.start();
  return settings;
}

/** Lines of a process's log go into the log of the world, where that is kept. */
export function logOf(life: Life): Logger {
  if (!life.world.log) return silent;
  const write = (line: string): void => {
    const { level: _level, msg, ...detail } = JSON.parse(line) as Record<string, unknown>;
    life.world.tell(`${life.name} says: ${String(msg)} ${JSON.stringify(detail)}`);
  };
  return pino({ level: 'info', base: null, timestamp: false }, { write });
}

export function randomOf(life: Life): Random {
  return seededRandom(Math.floor(life.world.random.next() * 2 ** 32));
}
