/**
 * The shell around every service: reads the configuration, starts the parts in order, stops them in the opposite order
 * at the first signal, and exits non-zero when a part fails to start, when stopping takes too long, or at a second
 * signal. It knows no service.
 */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import Type, { type Static, type TObject } from 'typebox';
import { messageOf } from '../base/errors.js';
import { clusterSchema, type ClusterConfig } from '../config/cluster.js';
import { loadConfig, type Environment } from '../config/load.js';
import { openFaultSwitch } from '../faults/fault-switch.js';
import { createLogger } from '../telemetry/logger.js';
import { ProcessContext } from './context.js';
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

/** Runs one service until a signal comes. Never rejects: a failure to start is logged and ends the process with 1. */
export async function runProcess<Schema extends TObject>(options: ProcessOptions<Schema>): Promise<void> {
  const context = await createContext(options);
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

async function createContext<Schema extends TObject>({
  service,
  schema,
  overrides,
}: ProcessOptions<Schema>): Promise<ProcessContext<Schema> | null> {
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
    const log = createLogger({ level: config.logLevel, service, name: identity.name });
    if (config.faults === 'off') return new ProcessContext<Schema>({ config, identity, log, faults: null });
    const { faults, addresses, close } = await openFaultSwitch(config, identity.name);
    const gated = Object.freeze({ ...config, ...addresses }) as typeof config;
    const context = new ProcessContext<Schema>({ config: gated, identity, log, faults });
    context.onStop('fault gates', async () => close());
    return context;
  } catch (error) {
    process.stderr.write(`${service}: ${messageOf(error)}\n`);
    process.exitCode = 1;
    return null;
  }
}
