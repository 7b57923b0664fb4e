/**
 * One member of a ZooKeeper ensemble of our own, which may be its only one. A member is usable when `srvr` names its
 * mode; `ruok` says yes long before there is a quorum.
 */
import { mkdirSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChildProcess, type Launch } from '../child-process.js';
import type { Running } from '../supervisor.js';
import { launchBinary, launchContainer, type ServerPlace } from './launch.js';
import { firstAnswer } from './probe.js';
import {
  binary,
  containerOf,
  onPath,
  type BinaryProgram,
  type ContainerProgram,
  type Program,
  type Way,
} from './way.js';

export const zookeeperImage = 'zookeeper:3.8';

const debianJar = '/usr/share/java/zookeeper.jar';
/** Little data and few clients: three members must not weigh more than what they serve. */
const javaOptions = ['-Xmx96m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const mainClass = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';

/** Reads ZOOKEEPER_SERVERS and ZOOKEEPER_HOME (an unpacked release) from the environment given. */
export async function findZookeeper(environment: NodeJS.ProcessEnv): Promise<Way> {
  const url = environment['ZOOKEEPER_SERVERS'];
  if (url) return { kind: 'url', url };
  const java = onPath('java', environment);
  const classes = classPath(environment['ZOOKEEPER_HOME']);
  if (java && classes)
    return {
      kind: 'program',
      program: binary(java, { args: [...javaOptions, '-cp', classes] }),
      from: classes,
    };
  return (
    (await containerOf(zookeeperImage)) ?? {
      kind: 'missing',
      reason: `no ZOOKEEPER_SERVERS, ${java ? 'ZooKeeper jar' : 'java'} or Docker image`,
      remedy: 'npm run test:servers, or apt-get install libzookeeper-java default-jre-headless',
    }
  );
}

function classPath(home: string | undefined): string | null {
  if (home && existsSync(join(home, 'lib'))) return join(home, 'lib', '*');
  return existsSync(debianJar) ? debianJar : null;
}

export interface ZookeeperMember {
  clientPort: number;
  peerPort: number;
  electionPort: number;
}

export interface ZookeeperOptions extends ServerPlace {
  program: Program;
  /** All members in the order of their numbers. */
  members: readonly ZookeeperMember[];
  /** Which of them this one is; the first is 1. */
  number: number;
}

const startDeadlineMs = 60_000;
const stopDeadlineMs = 10_000;

export function zookeeperUrl({ clientPort }: ZookeeperMember): string {
  return `127.0.0.1:${clientPort}`;
}

/** Resolves when the member serves clients: members of an ensemble are to be started together. */
export async function startZookeeper(options: ZookeeperOptions): Promise<Running> {
  const { program, members, number } = options;
  const member = members[number - 1]!;
  const launch =
    program.kind === 'binary' ? onMachine(program, options) : await inContainer(program, options);
  const child = await ChildProcess.start(launch, options.logFile);
  const check = () => serves(member.clientPort);
  await child.ready({ check, deadlineMs: startDeadlineMs, signal: options.signal });
  return {
    pid: child.pid,
    exited: child.exited,
    signal: (name) => child.signal(name),
    stop: () => child.end(stopDeadlineMs),
    lastLines: () => child.lastLines(),
  };
}

function onMachine(program: BinaryProgram, options: ZookeeperOptions): Launch {
  const { dataFolder, number } = options;
  mkdirSync(dataFolder, { recursive: true });
  const file = join(dataFolder, 'zoo.cfg');
  writeFileSync(file, configuration(options));
  writeFileSync(join(dataFolder, 'myid'), String(number));
  return launchBinary(program, [mainClass, file]);
}

function configuration({ dataFolder, members, number }: ZookeeperOptions): string {
  const lines = [
    'tickTime=500',
    'initLimit=20',
    'syncLimit=10',
    `dataDir=${dataFolder}`,
    `clientPort=${members[number - 1]!.clientPort}`,
    'clientPortAddress=127.0.0.1',
    'admin.enableServer=false',
    '4lw.commands.whitelist=*',
    'maxClientCnxns=0',
  ];
  const peers = members.map((peer, i) => `server.${i + 1}=127.0.0.1:${peer.peerPort}:${peer.electionPort}`);
  return [...lines, ...(members.length > 1 ? peers : []), ''].join('\n');
}

function inContainer(program: ContainerProgram, { dataFolder, members }: ZookeeperOptions): Promise<Launch> {
  if (members.length > 1)
    throw new Error('cannot run an ensemble in containers: it needs java and ZooKeeper here');
  const settings = ['ZOO_TICK_TIME=500', 'ZOO_ADMINSERVER_ENABLED=false', 'ZOO_4LW_COMMANDS_WHITELIST=*'];
  const options = settings.flatMap((setting) => ['--env', setting]);
  return launchContainer(program, {
    dataFolder,
    mount: '/data',
    ports: [members[0]!.clientPort, 2181],
    options,
  });
}

async function serves(port: number): Promise<boolean> {
  return (await firstAnswer(port, 'srvr')).includes('Mode:');
}
