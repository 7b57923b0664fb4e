/**
 * What a service finds when it is assembled: its configuration, clock, log and metrics, the calls to other processes, and
 * the order in which its parts start and stop. It knows no service.
 */
import type { Static, TObject } from 'typebox';
import { AdminServer, type Self } from '../admin/admin-server.js';
import type { Check } from '../admin/health.js';
import { SystemClock } from '../base/clock.js';
import { CarillonError, messageOf } from '../base/errors.js';
import { systemRandom, type Random } from '../base/random.js';
import type { ClusterConfig } from '../config/cluster.js';
import type { Faults } from '../faults/faults.js';
import { cutRpc } from '../faults/rpc.js';
import { Presence } from '../presence/presence.js';
import { RpcClient } from '../rpc/client.js';
import type { Rpc } from '../rpc/rpc.js';
import { RpcServer } from '../rpc/server.js';
import { isLeadEnough } from '../settings/timeline.js';
import { SettingsView } from '../settings/view.js';
import type { ProcessStore } from '../store/processes.js';
import type { DocumentStore } from '../store/store.js';
import type { Logger } from '../telemetry/logger.js';
import { Metrics } from '../telemetry/metrics.js';

/** Where a process stands in the cluster: its service's name and zeros while nobody says. */
type Standing = Pick<Self, 'role' | 'term' | 'ringVersion'>;

interface Identity {
  name: string;
  service: string;
  host: string;
  pid: number;
}

interface ContextOptions<Schema extends TObject> {
  config: Readonly<Static<Schema>> & ClusterConfig;
  identity: Identity;
  log: Logger;
  faults: Faults | null;
}

export class ProcessContext<Schema extends TObject> {
  readonly config: Readonly<Static<Schema>> & ClusterConfig;
  readonly identity: Identity;
  readonly log: Logger;
  /** Where the fault switch is on; null otherwise, and then nothing asks. */
  readonly faults: Faults | null;
  readonly clock = new SystemClock();
  readonly random: Random = systemRandom;
  readonly metrics = new Metrics();
  /** Asked by /health/ready. */
  readonly checks: Record<string, Check> = {};
  /** Calls to and from our other processes. */
  readonly rpc: Rpc;
  readonly #rpcServer: RpcServer;
  readonly #stops: { what: string; stop(): Promise<void> }[] = [];
  readonly #aborted = new AbortController();
  #presence: Presence | null = null;
  #settings: SettingsView | null = null;
  #standing: () => Partial<Standing> = () => ({});
  adminUrl = '';

  constructor({ config, identity, log, faults }: ContextOptions<Schema>) {
    this.config = config;
    this.identity = identity;
    this.log = log;
    this.faults = faults;
    const { clock, random } = this;
    const secret = config.clusterSecret ?? '';
    const client = new RpcClient({ caller: identity.name, secret, clock, random });
    const server = new RpcServer(secret);
    const rpc: Rpc = {
      call: (...asked) => client.call(...asked),
      serve: (...served) => server.serve(...served),
    };
    this.rpc = faults ? cutRpc(rpc, faults, clock) : rpc;
    this.#rpcServer = server;
    this.onStop('calls to other processes', async () => client.close());
  }

  /** Aborted when the process is told to stop. */
  get signal(): AbortSignal {
    return this.#aborted.signal;
  }

  /** Something that is open now and has to be closed; the last one first. */
  onStop(what: string, stop: () => Promise<void>): void {
    this.#stops.push({ what, stop });
  }

  /** Starts a part, to be stopped before all that were started earlier. */
  async start(what: string, part: { start(): Promise<void>; stop(): Promise<void> }): Promise<void> {
    this.onStop(what, () => part.stop());
    await part.start();
  }

  /** Opens the admin port, on `defaultPort` where the configuration names none. */
  async startAdmin(defaultPort: number): Promise<void> {
    const { config, checks, metrics, clock } = this;
    const admin = new AdminServer({
      host: config.adminHost,
      port: config.adminPort ?? defaultPort,
      checks,
      metrics,
      clock,
      rpc: this.#rpcServer,
      faults: this.faults,
      self: () => this.self(),
    });
    await this.start('admin port', admin);
    this.adminUrl = config.adminUrl ?? admin.url;
  }

  /** Registers this process in the store; the row is renewed until the parts started later have stopped. */
  async startPresence(processes: ProcessStore): Promise<Presence> {
    const { clock, log, identity, config } = this;
    const skew = { warnMs: config.skewWarnMs, refuseMs: config.skewRefuseMs };
    this.#presence = new Presence({ processes, clock, log, identity, skew, isAlive });
    const { faults } = this;
    if (faults) this.#presence.require(() => !faults.dead);
    this.#presence.reportWith(() => ({ adminUrl: this.adminUrl, ...this.#standing() }));
    await this.start('presence', this.#presence);
    return this.#presence;
  }

  /** Follows the settings from now on; without them no new work is taken. Call it after `startPresence`. */
  async startSettings(documents: DocumentStore): Promise<SettingsView> {
    const { clock, log, config } = this;
    const { freshnessMs, settingsLeadMs: leadMs } = config;
    if (!isLeadEnough({ leadMs, freshnessMs }))
      throw new CarillonError(
        'invalid-configuration',
        `CARILLON_SETTINGS_LEAD_MS (${leadMs}) must be more than CARILLON_FRESHNESS_MS (${freshnessMs}) and 4 s`,
      );
    const settings = new SettingsView({ documents, clock, log, freshnessMs });
    this.#settings = settings;
    this.#presence?.require(() => settings.verified());
    this.#presence?.reportWith(() => ({ settingsVersion: settings.newest() }));
    await this.start('settings', settings);
    return settings;
  }

  /** Where the part of /internal/self comes from that is not the same all the time. */
  reportStanding(standing: () => Partial<Standing>): void {
    this.#standing = standing;
  }

  self(): Self {
    const { name, service, pid } = this.identity;
    return {
      id: this.#presence?.incarnation ?? name,
      name,
      service,
      pid,
      role: service,
      term: 0,
      ringVersion: 0,
      settingsVersion: this.#settings?.newest() ?? 0,
      ...this.#standing(),
    };
  }

  /** Stops everything, the last first; goes on after a failure. Answers whether all went well. */
  async stop(): Promise<boolean> {
    this.#aborted.abort();
    let clean = true;
    for (const { what, stop } of this.#stops.splice(0).reverse()) {
      await stop().catch((error: unknown) => {
        clean = false;
        this.log.error({ what, reason: messageOf(error) }, 'could not stop a part cleanly');
      });
    }
    return clean;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
