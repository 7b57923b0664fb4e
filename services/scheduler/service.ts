/**
 * The scheduler: claims what falls due in its shards and publishes each execution at its instant. Any number of them
 * run; who owns which shards is the ring's word. Stopping begins with leaving the ring, while everything still works, so
 * that nothing waits for the successors; what is held is published at its instant, and what is left then is given back.
 */
import { sleep, type Clock } from '../../shared/base/clock.js';
import { messageOf } from '../../shared/base/errors.js';
import type { Lifecycle } from '../../shared/base/lifecycle.js';
import type { Random } from '../../shared/base/random.js';
import type { ClusterEventKind } from '../../shared/cluster/chronicle.js';
import type { ClusterConfig } from '../../shared/config/cluster.js';
import type { Election, Leadership } from '../../shared/coordination/election.js';
import type { Member, Membership } from '../../shared/coordination/membership.js';
import type { Registry } from '../../shared/coordination/registry.js';
import { Definitions } from '../../shared/definitions/definitions.js';
import { EventSender } from '../../shared/events/sender.js';
import { Observer } from '../../shared/presence/observer.js';
import type { Presence } from '../../shared/presence/presence.js';
import type { Bus, Subscription } from '../../shared/queue/bus.js';
import type { WorkQueue } from '../../shared/queue/queue.js';
import type { Rpc } from '../../shared/rpc/rpc.js';
import type { HandoverEvent } from '../../shared/ring/handover.js';
import { ServiceLevelRecorder } from '../../shared/service-levels/recorder.js';
import type { SettingsSource } from '../../shared/settings/settings.js';
import type { ProcessReport } from '../../shared/store/processes.js';
import type { Store } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import type { Metrics } from '../../shared/telemetry/metrics.js';
import { retentionOf, type RetentionConfig } from '../../shared/timers/retention.js';
import { testShard } from '../../shared/timers/timer.js';
import { Chronicler } from './chronicler.js';
import type { SchedulerConfig } from './config.js';
import { Dispatcher } from './dispatcher.js';
import { schedulerMetrics, type SchedulerMetrics } from './metrics.js';
import { Publisher } from './publisher.js';
import { Rescuer } from './rescuer.js';
import { Resumer } from './resumer.js';
import { serveRingCalls } from './ring-calls.js';
import { RingKeeper } from './ring-keeper.js';
import { RingView } from './ring-view.js';
import { ShardHost } from './shard-host.js';
import { Steward } from './steward.js';
import { TestClocks } from './test-clock.js';

/** How long a process that stops waits for the others to take its shards. */
const leaveMs = 3_000;
const pollMs = 20;

/** The steps of a handover that the chronicle tells. */
const toldSteps: Partial<Record<HandoverEvent, ClusterEventKind>> = {
  begun: 'handover-begun',
  finished: 'handover-finished',
  'rolled back': 'handover-rolled-back',
};

export interface SchedulerDependencies {
  store: Pick<
    Store,
    'timers' | 'schedule' | 'delivery' | 'processes' | 'documents' | 'changes' | 'serviceLevels'
  >;
  queue: WorkQueue;
  bus: Bus;
  election: Election;
  membership: Membership;
  registry: Registry;
  rpc: Rpc;
  identity: Pick<Member, 'name' | 'service'>;
  presence: Presence;
  settings: SettingsSource;
  /** Calls `listener` with the name of each rival that this process quelled as a leader. */
  onRival?(listener: (rival: string) => void): void;
  clock: Clock;
  random: Random;
  metrics: Metrics;
  log: Logger;
  config: SchedulerConfig &
    RetentionConfig &
    Pick<ClusterConfig, 'serviceLevelRetentionMs' | 'changeRetentionMs' | 'mode' | 'ring' | 'freshnessMs'>;
}

export class SchedulerService implements Lifecycle {
  readonly #dependencies: SchedulerDependencies;
  readonly #events: EventSender;
  readonly #recorder: ServiceLevelRecorder;
  readonly #publisher: Publisher;
  readonly #dispatcher: Dispatcher;
  readonly #rescuer: Rescuer;
  readonly #resumer: Resumer;
  /** None in production. */
  readonly #testClocks: TestClocks | null;
  readonly #steward: Steward;
  readonly #view: RingView;
  readonly #host: ShardHost;
  readonly #keeper: RingKeeper;
  readonly #chronicler: Chronicler;
  #nudges: Subscription | null = null;
  #endCalls: () => void = () => undefined;

  constructor(dependencies: SchedulerDependencies) {
    this.#dependencies = dependencies;
    const { store, queue, election, clock, config, identity } = dependencies;
    const metrics = schedulerMetrics(dependencies.metrics);
    this.#view = new RingView(dependencies);
    this.#host = new ShardHost({
      ...identity,
      view: this.#view,
      clock,
      metrics,
      onTaken: () => this.#onTaken(),
    });
    const events = (this.#events = new EventSender(dependencies));
    this.#recorder = new ServiceLevelRecorder({ ...dependencies, ...store });
    const common = {
      ...dependencies,
      events,
      recorder: this.#recorder,
      metrics,
      ...{ view: this.#view, host: this.#host },
      ...store,
      definitions: new Definitions(store.delivery),
      ...{ ...config, retention: retentionOf(config) },
    };
    this.#publisher = new Publisher({ ...common, queue, leadMs: config.schedulerPublishLeadMs });
    this.#dispatcher = new Dispatcher({ ...common, publisher: this.#publisher });
    this.#resumer = new Resumer({ ...common, onResumed: () => this.#dispatcher.nudge() });
    this.#testClocks =
      config.mode === 'production'
        ? null
        : new TestClocks({
            ...common,
            publisher: this.#publisher,
            owns: () => this.#movesTestClocks(),
          });
    this.#rescuer = new Rescuer({
      ...common,
      besides: () => (this.#movesTestClocks() ? [testShard] : []),
      observer: new Observer(store.processes, clock),
      publisher: this.#publisher,
      onRetry: () => this.#dispatcher.nudge(),
    });
    const leads = (): boolean => election.current().role === 'leader';
    this.#steward = new Steward({ ...common, ...store, leads });
    this.#chronicler = new Chronicler({ ...common, ...store, name: identity.name });
    const onStep = (step: HandoverEvent, ringVersion: number) => this.#onStep(step, ringVersion);
    this.#keeper = new RingKeeper({ ...common, self: identity, shape: config.ring, onStep });
    this.#listen(metrics);
  }

  #listen(metrics: SchedulerMetrics): void {
    const { election, presence, settings, onRival } = this.#dependencies;
    election.onChange((leadership) => this.#onElection(leadership, metrics));
    presence.onGone(() => this.#publisher.drop());
    presence.reportWith(() => this.#report());
    settings.onChange(() => this.#dispatcher.nudge());
    onRival?.((member) => this.#chronicler.tell({ kind: 'rival-quelled', member }));
  }

  /** Joins the others last, when it can answer them. */
  async start(): Promise<void> {
    const { bus, rpc, membership, election, identity } = this.#dependencies;
    this.#nudges = await bus.subscribe('nudge.*', (topic, payload) => this.#onNudge(topic, payload));
    await this.#events.start();
    this.#endCalls = serveRingCalls(rpc, { name: identity.name, view: this.#view, host: this.#host });
    await Promise.all(this.#loops().map(async (loop) => loop.start()));
    await membership.start();
    await election.start();
  }

  /** Where it stands: as the election has it, and the newest version of the ring that it knows, 0 before any. */
  standing(): Pick<Leadership, 'role' | 'term'> & { ringVersion: number } {
    const { role, term } = this.#dependencies.election.current();
    return { role, term, ringVersion: this.#view.version() };
  }

  #report(): ProcessReport {
    const ring = { versions: this.#view.ring(), phase: this.#keeper.phase() };
    return { position: this.#host.position(), ring };
  }

  #onStep(step: HandoverEvent, ringVersion: number): void {
    const kind = toldSteps[step];
    if (kind) this.#chronicler.tell({ kind, ringVersion });
  }

  /** Leaves the ring, claims nothing more, lets the broker answer what was sent, and hands back the rest. */
  async stop(): Promise<void> {
    await this.#leave();
    this.#endCalls();
    await this.#nudges?.stop();
    await Promise.all(this.#loops().map((loop) => loop.stop()));
    const left = await this.#publisher.stop();
    await this.#events.stop();
    if (left.length > 0) await this.#handBack(left);
  }

  #loops(): Lifecycle[] {
    const testClocks = this.#testClocks ? [this.#testClocks] : [];
    const own = [this.#dispatcher, this.#rescuer, this.#resumer, this.#steward, ...testClocks];
    return [this.#recorder, this.#view, this.#keeper, this.#chronicler, ...own];
  }

  /** Goes on working until the others have taken the shards over and what was claimed before is published. */
  async #leave(): Promise<void> {
    const { election, membership, identity } = this.#dependencies;
    const others = membership
      .members()
      .some(({ name, service }) => service === identity.service && name !== identity.name);
    if (!others || this.#host.holdings().length === 0) return;
    await membership.stop();
    await election.stop();
    await this.#until(() => this.#host.holdings().length === 0, leaveMs);
    await this.#until(() => this.#publisher.size === 0, this.#dispatcher.lookAheadMs());
  }

  async #until(isSo: () => boolean, limitMs: number): Promise<void> {
    const { clock } = this.#dependencies;
    const end = clock.monotonic() + limitMs;
    while (!isSo() && clock.monotonic() < end) await sleep(clock, pollMs);
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

  /** One scheduler does: who looks after the first shard. */
  #movesTestClocks(): boolean {
    return this.#testClocks !== null && this.#host.shards().includes(0);
  }

  #onTaken(): void {
    this.#dispatcher.nudge();
    this.#rescuer.nudge();
    this.#testClocks?.nudge();
  }

  #onNudge(topic: string, payload: unknown): void {
    const shard = Number(topic.split('.')[1]);
    const { dueAt, claimed } = payload as { dueAt?: unknown; claimed?: unknown };
    if (Number.isNaN(shard) || shard === testShard) return this.#testClocks?.nudge();
    const instant = typeof dueAt === 'number' ? dueAt : this.#dependencies.clock.now();
    if (!this.#host.owns(shard, instant)) return;
    this.#dispatcher.nudge(instant);
    if (claimed === true) this.#rescuer.nudge();
  }

  #onElection({ role, term, leader }: Leadership, metrics: SchedulerMetrics): void {
    metrics.leader.set(role === 'leader' ? 1 : 0);
    this.#dependencies.log.info({ role, term, leader }, 'the election changed');
  }
}
