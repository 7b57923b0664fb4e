/**
 * The worker: takes executions from the queue, makes their calls and stores what became of them. Any number of them
 * run. Stopping takes nothing more, gives back what is not started, and waits for calls under way and their results;
 * what is not done by the deadline is left to the rescuer.
 */
import { setMaxListeners } from 'node:events';
import type { Clock } from '../../shared/base/clock.js';
import type { Lifecycle } from '../../shared/base/lifecycle.js';
import type { Random } from '../../shared/base/random.js';
import type { ClusterConfig } from '../../shared/config/cluster.js';
import { Definitions } from '../../shared/definitions/definitions.js';
import { EventSender } from '../../shared/events/sender.js';
import type { Presence } from '../../shared/presence/presence.js';
import type { Bus } from '../../shared/queue/bus.js';
import type { WorkQueue } from '../../shared/queue/queue.js';
import { ServiceLevelRecorder } from '../../shared/service-levels/recorder.js';
import type { SettingsSource } from '../../shared/settings/settings.js';
import type { ProcessReport } from '../../shared/store/processes.js';
import type { Store } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import type { Metrics } from '../../shared/telemetry/metrics.js';
import { retentionOf, type RetentionConfig } from '../../shared/timers/retention.js';
import { Aborter } from './aborter.js';
import type { WorkerConfig } from './config.js';
import { Consumer } from './consumer.js';
import { createAddressGuard } from './delivery/address-guard.js';
import { Deferrer } from './deferrer.js';
import { Deliverer } from './delivery/deliver.js';
import { createHttpClient, type HttpClient } from './delivery/http-client.js';
import { workerMetrics } from './metrics.js';
import { Settler } from './settler.js';
import { Slots } from './slots.js';
import { Starter } from './starter.js';

export interface WorkerDependencies {
  store: Pick<Store, 'delivery' | 'serviceLevels'>;
  queue: Pick<WorkQueue, 'consume'>;
  bus: Pick<Bus, 'publish' | 'subscribe'>;
  presence: Pick<Presence, 'incarnation' | 'holds' | 'reportWith'>;
  settings: SettingsSource;
  clock: Clock;
  random: Random;
  metrics: Metrics;
  log: Logger;
  config: WorkerConfig & Pick<ClusterConfig, 'mode'> & RetentionConfig;
  /** What makes the calls; one over the real network unless given. */
  http?: HttpClient;
}

export class WorkerService implements Lifecycle {
  readonly #dependencies: WorkerDependencies;
  readonly #http: HttpClient;
  readonly #events: EventSender;
  readonly #recorder: ServiceLevelRecorder;
  readonly #aborter: Aborter;
  readonly #consumer: Consumer;
  readonly #deadline = new AbortController();
  #starting: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;
  #reported: { at: number; started: number };

  /** Throws `invalid-configuration` when a private target is listed wrongly. */
  constructor(dependencies: WorkerDependencies) {
    this.#dependencies = dependencies;
    // One listener for each that waits, and all slots may wait.
    setMaxListeners(0, this.#deadline.signal);
    const { store, clock, config, settings } = dependencies;
    const slots = new Slots(
      config.workerConcurrency,
      () => settings.at(clock.now()).workerConcurrency ?? config.workerConcurrency,
    );
    const metrics = workerMetrics(dependencies.metrics, {
      slotsUsed: () => slots.used,
      unstarted: () => this.#consumer.unstarted,
    });
    this.#http = dependencies.http ?? httpClientOf(clock, config);
    const retention = retentionOf(config);
    this.#events = new EventSender(dependencies);
    this.#recorder = new ServiceLevelRecorder({ ...dependencies, serviceLevels: store.serviceLevels });
    const common = {
      ...dependencies,
      events: this.#events,
      recorder: this.#recorder,
      store: store.delivery,
      metrics,
      slots,
      retention,
      signal: this.#deadline.signal,
    };
    this.#aborter = new Aborter(common);
    this.#consumer = new Consumer({
      ...common,
      definitions: new Definitions(store.delivery),
      starter: new Starter({ ...common, startBatch: config.workerStartBatch }),
      deferrer: new Deferrer({ ...common, startBatch: config.workerStartBatch }),
      deliverer: new Deliverer({ ...common, http: this.#http, aborter: this.#aborter }),
      settler: new Settler({ ...common, onDue: (shards) => this.#nudge(shards) }),
      startBatch: config.workerStartBatch,
    });
    this.#reported = { at: clock.monotonic(), started: 0 };
    dependencies.presence.reportWith(() => this.#report());
  }

  start(): Promise<void> {
    return (this.#starting ??= this.#start());
  }

  async #start(): Promise<void> {
    this.#aborter.start();
    this.#recorder.start();
    await this.#events.start();
    await this.#consumer.start();
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    const { clock, config, log } = this.#dependencies;
    await this.#starting?.catch(() => undefined);
    await this.#consumer.stop();
    const late = new Promise<void>((resolve) => {
      this.#deadline.signal.addEventListener('abort', () => resolve());
    });
    const cancel = clock.after(config.workerDrainMs, () => this.#deadline.abort());
    await Promise.race([this.#consumer.drained(), late]);
    cancel();
    if (this.#consumer.size > 0)
      log.warn(
        { executions: this.#consumer.size },
        'stopping before all was done; the rest is left to be rescued',
      );
    await Promise.all([this.#aborter.stop(), this.#recorder.stop(), this.#events.stop()]);
    await this.#http.close();
  }

  /** What waited for an execution that has ended here need not wait for the next look. */
  #nudge(shards: ReadonlySet<number>): void {
    for (const shard of shards) this.#dependencies.bus.publish(`nudge.${shard}`, {});
  }

  #report(): ProcessReport {
    const at = this.#dependencies.clock.monotonic();
    const started = this.#consumer.startedInAll;
    const seconds = Math.max(0.001, (at - this.#reported.at) / 1_000);
    const startedPerSecond = Math.round((started - this.#reported.started) / seconds);
    this.#reported = { at, started };
    return { unstarted: this.#consumer.unstarted, startedPerSecond };
  }
}

function httpClientOf(clock: Clock, config: WorkerDependencies['config']): HttpClient {
  return createHttpClient({
    clock,
    guard: createAddressGuard(config.mode, config.workerAllowedPrivateTargets),
    connections: config.workerConcurrency,
    keptBytes: config.workerResponseBytes,
    limitBytes: config.workerResponseLimitBytes,
  });
}
