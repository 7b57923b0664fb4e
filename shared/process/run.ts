/**
 * The shell around every service: reads the configuration, starts the parts in order, stops them in the opposite order
 * at the first signal, and exits non-zero when a part fails to start, when stopping takes too long, or at a second
 * signal. It knows no service.
 */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import Type, { type Static, type TObject } from 'typebox';
import { AdminServer, type Self } from '../admin/admin-server.js';
import type { Check } from '../admin/health.js';
import { SystemClock } from '../base/clock.js';
import { CarillonError, messageOf } from '../base/errors.js';
import { systemRandom, type Random } from '../base/random.js';
import { clusterSchema, type ClusterConfig } from '../config/cluster.js';
import { loadConfig, type Environment } from '../config/load.js';
import { Presence } from '../presence/presence.js';
import { RpcClient } from '../rpc/client.js';
import type { Rpc } from '../rpc/rpc.js';
import { RpcServer } from '../rpc/server.js';
import { isLeadEnough } from '../settings/timeline.js';
import { SettingsView } from '../settings/view.js';
import type { ProcessStore } from '../store/processes.js';
import type { DocumentStore } from '../store/store.js';
import { createLogger, type Logger } from '../telemetry/logger.js';
import { Metrics } from '../telemetry/metrics.js';
import { watchInterruption } from './interruption.js';

/** The names of all services, whose variables may stand in one environment. */
const services = ['api', 'scheduler', 'worker', 'standalone'];
const stopDeadlineMs = 20_000;

export interface ProcessOptions<Schema extends TObject> {
  service: string;
  schema: Schema;
  /** Where the admin port is if the configuration does not say. */
  adminPort: number;
  /** Values that win over the environment, by variable, such as those of command-line arguments. */
  overrides?: Environment;
  /** Opens and starts the parts through the context, in order. */
  assemble(context: ProcessContext<Schema>): Promise<void>;
}

/** Where a process stands in the cluster: its service's name and zeros while nobody says. */
type Standing = Pick<Self, 'role' | 'term' | 'ringVersion'>;

export class ProcessContext<Schema extends TObject> {
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

  constructor(
    readonly config: Readonly<Static<Schema>> & ClusterConfig,
    readonly identity: { name: string; service: string; host: string; pid: number },
    readonly log: Logger,
  ) {
    const secret = config.clusterSecret ?? '';
    const client = new RpcClient({ caller: identity.name, secret, clock: this.clock, random: this.random });
    const server = new RpcServer(secret);
    this.rpc = { call: (...asked) => client.call(...asked), serve: (...served) => server.serve(...served) };
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

/** Runs one service until a signal comes. Never rejects: a failure to start is logged and ends the process with 1. */
export async function runProcess<Schema extends TObject>(options: ProcessOptions<Schema>): Promise<void> {
  const context = createContext(options);
  if (!context) return;
  const { log } = context;
  const { requested } = watchInterruption(() => {
    log.error('a second signal; ending at once');
    process.exit(1);
  });
  void requested.then(() => end(context, { failed: false }));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an error that nobody caught; stopping');
    void end(context, { failed: true });
  });
  try {
    context.checks['start'] = () => Promise.reject(new Error('still starting'));
    await context.startAdmin(options.adminPort);
    await options.assemble(context);
    delete context.checks['start'];
    log.info({ admin: context.adminUrl }, 'ready');
  } catch (error) {
    if (context.signal.aborted) return;
    log.fatal({ reason: messageOf(error) }, 'could not start');
    await end(context, { failed: true });
  }
}

/** Stops all parts and ends the process: 0 when everything went well and in time. */
async function end<Schema extends TObject>(
  context: ProcessContext<Schema>,
  { failed }: { failed: boolean },
): Promise<void> {
  const { log, clock } = context;
  if (context.signal.aborted) return;
  clock.after(stopDeadlineMs, () => {
    log.error(`stopping took more than ${stopDeadlineMs} ms; ending at once`);
    process.exit(1);
  });
  log.info('stopping');
  const clean = await context.stop();
  log.info('stopped');
  process.exit(failed || !clean ? 1 : 0);
}

function createContext<Schema extends TObject>({
  service,
  schema,
  overrides,
}: ProcessOptions<Schema>): ProcessContext<Schema> | null {
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
    const whole = Type.Object({ ...clusterSchema.properties, ...schema.properties });
    const others = services.filter((other) => other !== service);
    const config = loadConfig(whole, { ...process.env, ...overrides }, others) as Readonly<Static<Schema>> &
      ClusterConfig;
    const identity = {
      name: config.name ?? `${service}-${hostname()}`,
      service,
      host: hostname(),
      pid: process.pid,
    };
    return new ProcessContext<Schema>(
      config,
      identity,
      createLogger({ level: config.logLevel, service, name: identity.name }),
    );
  } catch (error) {
    process.stderr.write(`${service}: ${messageOf(error)}\n`);
    process.exitCode = 1;
    return null;
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
