/**
 * The scheduler: claims what falls due in its shards and publishes each execution at its instant. Any number of them
 * run; who owns which shards is the shard host's word. Stopping gives back what is held, so that nobody waits for it.
 */
import type { Clock } from '../../shared/base/clock.js';
import { messageOf } from '../../shared/base/errors.js';
import type { Lifecycle } from '../../shared/base/lifecycle.js';
import type { Random } from '../../shared/base/random.js';
import type { ClusterConfig } from '../../shared/config/cluster.js';
import type { Election } from '../../shared/coordination/election.js';
import { Observer } from '../../shared/presence/observer.js';
import type { Presence } from '../../shared/presence/presence.js';
import type { Bus, Subscription } from '../../shared/queue/bus.js';
import type { WorkQueue } from '../../shared/queue/queue.js';
import type { Store } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import type { Metrics } from '../../shared/telemetry/metrics.js';
import { testShard } from '../../shared/timers/timer.js';
import type { SchedulerConfig } from './config.js';
import { DefinitionCache } from './definition-cache.js';
import { Dispatcher } from './dispatcher.js';
import { schedulerMetrics } from './metrics.js';
import { Publisher } from './publisher.js';
import { Rescuer } from './rescuer.js';
import { Resumer } from './resumer.js';
import { ShardHost } from './shard-host.js';
import { Steward } from './steward.js';
import { TestClocks } from './test-clock.js';

export interface SchedulerDependencies {
  store: Pick<Store, 'timers' | 'schedule' | 'delivery' | 'processes' | 'documents'>;
  queue: WorkQueue;
  bus: Bus;
  election: Election;
  presence: Presence;
  clock: Clock;
  random: Random;
  metrics: Metrics;
  log: Logger;
  config: SchedulerConfig & Pick<ClusterConfig, 'settledRetentionMs' | 'mode'>;
}

export class SchedulerService implements Lifecycle {
  readonly #dependencies: SchedulerDependencies;
  readonly #publisher: Publisher;
  readonly #dispatcher: Dispatcher;
  readonly #rescuer: Rescuer;
  readonly #resumer: Resumer;
  /** None in production. */
  readonly #testClocks: TestClocks | null;
  readonly #steward: Steward;
  readonly #shardHost: ShardHost;
  #nudges: Subscription | null = null;

  constructor(dependencies: SchedulerDependencies) {
    this.#dependencies = dependencies;
    const { store, queue, election, presence, clock, config } = dependencies;
    const metrics = schedulerMetrics(dependencies.metrics);
    const common = {
      ...dependencies,
      metrics,
      schedule: store.schedule,
      timers: store.timers,
      definitions: new DefinitionCache(store.delivery),
      settledRetentionMs: config.settledRetentionMs,
      shards: () => this.#shardHost.shards(),
    };
    this.#publisher = new Publisher({ ...common, queue, leadMs: config.schedulerPublishLeadMs });
    this.#dispatcher = new Dispatcher({ ...common, publisher: this.#publisher });
    this.#resumer = new Resumer({ ...common, onResumed: () => this.#dispatcher.nudge() });
    this.#testClocks =
      config.mode === 'production'
        ? null
        : new TestClocks({
            ...common,
            documents: store.documents,
            publisher: this.#publisher,
            owns: () => this.#movesTestClocks(),
          });
    this.#rescuer = new Rescuer({
      ...common,
      shards: () => (this.#movesTestClocks() ? [...common.shards(), testShard] : common.shards()),
      delivery: store.delivery,
      processes: store.processes,
      observer: new Observer(store.processes, clock),
      publisher: this.#publisher,
      onRetry: () => this.#dispatcher.nudge(),
    });
    this.#steward = new Steward({
      ...common,
      leads: () => this.#shardHost.shards().length > 0,
    });
    this.#shardHost = new ShardHost({ ...common, election, onTaken: () => this.#dispatcher.nudge() });
    presence.onGone(() => this.#publisher.drop());
  }

  async start(): Promise<void> {
    const { bus } = this.#dependencies;
    this.#nudges = await bus.subscribe('nudge.*', (topic, payload) => this.#onNudge(topic, payload));
    await Promise.all(this.#loops().map((loop) => loop.start()));
  }

  /** Claims nothing more, lets the broker answer what was sent, and hands back the rest. */
  async stop(): Promise<void> {
    await this.#nudges?.stop();
    await Promise.all(this.#loops().map((loop) => loop.stop()));
    const left = await this.#publisher.stop();
    if (left.length > 0) await this.#handBack(left);
  }

  async #handBack(left: Parameters<Store['schedule']['handBack']>[0]): Promise<void> {
    const { store, presence, clock, log } = this.#dependencies;
    await store.schedule
      .handBack(left, presence.incarnation, clock.now())
      .then(() => log.info({ executions: left.length }, 'handed back what was held'))
      .catch((error: unknown) =>
        log.warn(
          { executions: left.length, reason: messageOf(error) },
          'could not hand back what was held; it is rescued later',
        ),
      );
  }

  #loops(): Lifecycle[] {
    const testClocks = this.#testClocks ? [this.#testClocks] : [];
    return [this.#dispatcher, this.#rescuer, this.#resumer, this.#steward, ...testClocks];
  }

  /** One scheduler does: who looks after the first shard. */
  #movesTestClocks(): boolean {
    return this.#testClocks !== null && this.#shardHost.owns(0);
  }

  #onNudge(topic: string, payload: unknown): void {
    const shard = Number(topic.split('.')[1]);
    if (!this.#shardHost.owns(shard)) return this.#testClocks?.nudge();
    const { dueAt, claimed } = payload as { dueAt?: unknown; claimed?: unknown };
    this.#dispatcher.nudge(typeof dueAt === 'number' ? dueAt : undefined);
    if (claimed === true) this.#rescuer.nudge();
  }
}
