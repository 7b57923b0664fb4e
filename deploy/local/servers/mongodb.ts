/**
 * A MongoDB server of our own: a replica set of one on 127.0.0.1. It is asked to shut down by command, since not every
 * build ends in order on SIGTERM, and it is usable when it is primary, not when its port answers.
 */
import { mkdirSync } from 'node:fs';
import { MongoClient, type Db, type Document } from 'mongodb';
import { ChildProcess, type Launch } from '../child-process.js';
import type { Running } from '../supervisor.js';
import { launchBinary, launchContainer, type ServerPlace } from './launch.js';
import { unpackedMongod } from './mongodb-recipe.js';
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

export const mongodbImage = 'mongo:7.0';

/** Reads MONGODB_URL and MONGOD_BINARY from the environment given. */
export async function findMongodb(environment: NodeJS.ProcessEnv): Promise<Way> {
  const { MONGODB_URL: url, MONGOD_BINARY: named } = environment;
  if (url) return { kind: 'url', url };
  if (named && !isExecutable(named))
    return {
      kind: 'missing',
      reason: `MONGOD_BINARY is not a program: ${named}`,
      remedy: 'correct or unset it',
    };
  const file = named ?? onPath('mongod', environment);
  if (file) return { kind: 'program', program: binary(file), from: file };
  const unpacked = unpackedMongod(environment);
  return (
    (await containerOf(mongodbImage)) ??
    (unpacked && { kind: 'program', program: unpacked, from: unpacked.args[0]! }) ?? {
      kind: 'missing',
      reason:
        'no MONGODB_URL, MONGOD_BINARY, mongod on PATH or Docker image; mongodb-memory-server is not used',
      remedy: 'npm run test:servers gets one',
    }
  );
}

export interface MongodbOptions extends ServerPlace {
  program: Program;
  port: number;
}

const startDeadlineMs = 90_000;
const stopDeadlineMs = 20_000;
const replicaSet = 'rs0';

export function mongodbUrl(port: number): string {
  return `mongodb://127.0.0.1:${port}/?replicaSet=${replicaSet}`;
}

/** Resolves when the server is primary. A data folder that was used before keeps its data, whatever its port was then. */
export async function startMongodb(options: MongodbOptions): Promise<Running> {
  const { program, port, logFile, signal } = options;
  mkdirSync(options.dataFolder, { recursive: true });
  const launch =
    program.kind === 'binary' ? onMachine(program, options) : await inContainer(program, options);
  const child = await ChildProcess.start(launch, logFile);
  await child.ready({
    check: () => withAdmin(port, becomePrimary(port)),
    deadlineMs: startDeadlineMs,
    signal,
  });
  return {
    pid: child.pid,
    exited: child.exited,
    signal: (name) => child.signal(name),
    stop: () => child.end(stopDeadlineMs, () => withAdmin(port, shutDown)),
    lastLines: () => child.lastLines(),
  };
}

const size = ['--wiredTigerCacheSizeGB', '0.5', '--oplogSize', '256'];
/**
 * Nothing of ours reads the past. By default it is kept for five minutes, and with it the files of dropped databases: the
 * tests, which drop hundreds, met the limit of open files.
 */
const history = ['--setParameter', 'minSnapshotHistoryWindowInSeconds=0'];

function onMachine(program: BinaryProgram, { dataFolder, port }: MongodbOptions): Launch {
  const place = ['--dbpath', program.path(dataFolder), '--bind_ip', '127.0.0.1', '--port', String(port)];
  return launchBinary(program, [...place, '--replSet', replicaSet, ...size, ...history]);
}

/** The port inside is the port outside: the set's member must reach itself under the address its clients use. */
function inContainer(program: ContainerProgram, { dataFolder, port }: MongodbOptions): Promise<Launch> {
  const args = ['--bind_ip_all', '--port', String(port), '--replSet', replicaSet, ...size, ...history];
  return launchContainer(program, { dataFolder, mount: '/data/db', ports: [port, port], args });
}

async function withAdmin<Result>(port: number, use: (admin: Db) => Promise<Result>): Promise<Result> {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: 1000,
    connectTimeoutMS: 2000,
    socketTimeoutMS: 15_000,
  });
  try {
    return await use(client.db('admin'));
  } finally {
    await client.close();
  }
}

/** Whether the server is primary by now; sets the set up, or moves its one member to the present port, where needed. */
function becomePrimary(port: number): (admin: Db) => Promise<boolean> {
  return async (admin) => {
    const hello = await admin.command({ hello: 1 });
    if (hello['isWritablePrimary'] === true) return true;
    const config = await configuration(admin);
    const member = { _id: 0, host: `127.0.0.1:${port}` };
    if (config === null) await admin.command({ replSetInitiate: { _id: replicaSet, members: [member] } });
    else if (config['members']?.[0]?.host !== member.host) {
      const moved = {
        ...config,
        version: config['version'] + 1,
        members: [{ ...config['members'][0], ...member }],
      };
      await admin.command({ replSetReconfig: moved, force: true });
    }
    return false;
  };
}

interface SetConfiguration extends Document {
  version: number;
  members: readonly { host: string }[];
}

async function configuration(admin: Db): Promise<SetConfiguration | null> {
  try {
    return (await admin.command({ replSetGetConfig: 1 }))['config'] as SetConfiguration;
  } catch (error) {
    if ((error as { codeName?: string }).codeName === 'NotYetInitialized') return null;
    throw error;
  }
}

/** The server ends before it answers, so this rejects when it works. */
async function shutDown(admin: Db): Promise<void> {
  await admin.command({ shutdown: 1, force: true });
}
