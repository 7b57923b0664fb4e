/**
 * A RabbitMQ server of our own, apart from any other on the machine: its own ports, port mapper (epmd), node database,
 * cookie and configuration, nothing of /etc. The Erlang machine itself is our child, not a shell around it, so that a
 * signal reaches the broker.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChildProcess, type Launch } from '../child-process.js';
import type { Running } from '../supervisor.js';
import { launchBinary, launchContainer, type ServerPlace } from './launch.js';
import { firstAnswer } from './probe.js';
import {
  binary,
  containerOf,
  isExecutable,
  onPath,
  type BinaryProgram,
  type ContainerProgram,
  type Program,
  type Way,
} from './way.js';

export const rabbitmqImage = 'rabbitmq:3.13';

/** Debian's start script without its change of user, which stands in PATH. */
const debianBinary = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** Reads RABBITMQ_URL from the environment given. */
export async function findRabbitmq(environment: NodeJS.ProcessEnv): Promise<Way> {
  const url = environment['RABBITMQ_URL'];
  if (url) return { kind: 'url', url };
  const file = isExecutable(debianBinary) ? debianBinary : onPath('rabbitmq-server', environment);
  const portMapper = onPath('epmd', environment);
  if (file && portMapper) return { kind: 'program', program: binary(file), from: file };
  return (
    (await containerOf(rabbitmqImage)) ?? {
      kind: 'missing',
      reason: 'no RABBITMQ_URL, rabbitmq-server with epmd, or Docker image',
      remedy: 'npm run test:servers, or apt-get install rabbitmq-server',
    }
  );
}

export interface RabbitmqOptions extends ServerPlace {
  program: Program;
  port: number;
  /** Ports of Erlang's distribution and its port mapper. */
  distributionPort: number;
  epmdPort: number;
}

const startDeadlineMs = 90_000;
const stopDeadlineMs = 20_000;

export function rabbitmqUrl(port: number): string {
  return `amqp://127.0.0.1:${port}`;
}

/** Resolves when the broker greets a client; its listener opens last, when the queues are recovered. */
export async function startRabbitmq(options: RabbitmqOptions): Promise<Running> {
  const epmd = options.program.kind === 'binary' ? await startPortMapper(options) : null;
  try {
    const child = await startBroker(options);
    const exited = child.exited.then(async (reason) => {
      await epmd?.end(stopDeadlineMs);
      return reason;
    });
    return {
      pid: child.pid,
      exited,
      signal: (name) => child.signal(name),
      stop: () => child.end(stopDeadlineMs).then(async () => void (await exited)),
      lastLines: () => child.lastLines(),
    };
  } catch (error) {
    await epmd?.end(stopDeadlineMs);
    throw error;
  }
}

async function startBroker(options: RabbitmqOptions): Promise<ChildProcess> {
  const { program, port, logFile, signal } = options;
  const launch =
    program.kind === 'binary' ? onMachine(program, options) : await inContainer(program, options);
  const child = await ChildProcess.start(launch, logFile);
  await child.ready({ check: () => greets(port), deadlineMs: startDeadlineMs, signal });
  return child;
}

/** In the foreground, since the broker would leave a daemon of its own behind. */
async function startPortMapper({ epmdPort, logFile }: RabbitmqOptions): Promise<ChildProcess> {
  const program = binary(onPath('epmd', process.env) ?? 'epmd');
  const launch = launchBinary(program, ['-port', String(epmdPort), '-address', '127.0.0.1']);
  return ChildProcess.start(launch, logFile);
}

function onMachine(program: BinaryProgram, options: RabbitmqOptions): Launch {
  const { dataFolder, port, distributionPort, epmdPort } = options;
  mkdirSync(dataFolder, { recursive: true });
  const file = (name: string) => join(dataFolder, name);
  writeFileSync(file('enabled_plugins'), '[].\n');
  writeFileSync(file('rabbitmq.conf'), configuration(port));
  return launchBinary(program, [], {
    HOME: dataFolder,
    RABBITMQ_NODENAME: 'carillon@localhost',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: file('mnesia'),
    RABBITMQ_LOG_BASE: file('log'),
    RABBITMQ_CONFIG_FILE: file('rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_PORT: String(epmdPort),
    // The start script then becomes the Erlang machine instead of waiting for it.
    RUNNING_UNDER_SYSTEMD: 'true',
  });
}

/** Limits are absolute: the relative ones are of the machine, which we share. */
function configuration(port: number): string {
  return [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    'disk_free_limit.absolute = 50MB',
    'vm_memory_high_watermark.absolute = 1GB',
    '',
  ].join('\n');
}

function inContainer(program: ContainerProgram, { dataFolder, port }: RabbitmqOptions): Promise<Launch> {
  const options = ['--hostname', 'carillon'];
  return launchContainer(program, { dataFolder, mount: '/var/lib/rabbitmq', ports: [port, 5672], options });
}

const startFrame = 1;

/** Whether a client that says the protocol's name is answered with a method frame (AMQP 0-9-1, 4.2.2). */
async function greets(port: number): Promise<boolean> {
  return (await firstAnswer(port, 'AMQP\0\0\x09\x01'))[0] === startFrame;
}
