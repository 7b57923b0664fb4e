/**
 * Members that call each other over real sockets, each behind a proxy of its own, with documents in memory. A broken link
 * parts a member from everything: what comes in, what goes out, and the store.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminServer } from '../../../shared/admin/admin-server.js';
import { CarillonError } from '../../../shared/base/errors.js';
import { systemRandom } from '../../../shared/base/random.js';
import { openRaftCoordination } from '../../../shared/coordination/raft/raft.js';
import { MemoryDocuments } from '../../../shared/coordination/single/memory-documents.js';
import { RpcClient } from '../../../shared/rpc/client.js';
import type { Rpc } from '../../../shared/rpc/rpc.js';
import { RpcServer } from '../../../shared/rpc/server.js';
import type { ProcessRow } from '../../../shared/store/processes.js';
import type { DocumentStore } from '../../../shared/store/store.js';
import { Metrics } from '../../../shared/telemetry/metrics.js';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.js';
import { FreezableClock } from './freezable-clock.js';
import type { Contender, CoordinationWorld } from './world.js';
import { makeMember } from './world.js';

export interface RaftContender extends Contender {
  /** It is heard of no more, and its row stands still. */
  die(): void;
}

export interface RaftWorld extends CoordinationWorld {
  documents: DocumentStore;
  join(name: string): Promise<RaftContender>;
}

const secret = 'a secret of the contract';
/** Soon enough to await elections, late enough for a busy machine. */
const electionMs = 500;

/** All that a member reaches, as its link lets it. */
class Reach {
  #state: 'open' | 'cut' | 'stalled' = 'open';
  readonly #giveUp: (() => void)[] = [];
  readonly #proxy: TcpProxy;

  constructor(proxy: TcpProxy) {
    this.#proxy = proxy;
  }

  cut(): void {
    this.#state = 'cut';
    this.#proxy.cut();
  }

  stall(): void {
    this.#state = 'stalled';
    this.#proxy.stall();
  }

  heal(): void {
    this.#state = 'open';
    this.#proxy.heal();
    for (const giveUp of this.#giveUp.splice(0)) giveUp();
  }

  /** What goes out over it and comes back. */
  async pass<Result>(ask: () => Promise<Result>): Promise<Result> {
    const broken = new CarillonError('peer-unavailable', 'the link is broken');
    if (this.#state === 'stalled') await new Promise<void>((resolve) => this.#giveUp.push(resolve));
    else if (this.#state === 'open') return ask();
    throw broken;
  }
}

/** `given` holds the files of votes; a fresh folder unless told. */
export async function openRaftWorld(given?: string): Promise<RaftWorld> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'carillon-raft-')));
  const documents = new MemoryDocuments();
  const living = new Map<string, boolean>();
  let looks = 0;
  const rows = () => [...living].map(([name, alive]) => makeRow(name, alive ? ++looks : 0));
  const ends: (() => Promise<void>)[] = [];
  return {
    documents,
    async join(name) {
      living.set(name, true);
      const { contender, end } = await openContender({ name, folder, documents, list: async () => rows() });
      ends.push(end);
      const die = () => (contender.link.cut(), void living.set(name, false));
      return { ...contender, die };
    },
    async close() {
      await Promise.all(ends.map((end) => end()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Place {
  name: string;
  folder: string;
  documents: DocumentStore;
  list(): Promise<ProcessRow[]>;
}

async function openContender(place: Place): Promise<{ contender: Contender; end: () => Promise<void> }> {
  const clock = new FreezableClock();
  const server = new RpcServer(secret);
  const client = new RpcClient({ caller: place.name, secret, clock, random: systemRandom });
  const admin = await startAdmin(server, clock);
  const proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(admin.url).port) });
  const link = new Reach(proxy);
  const self = { ...makeMember(place.name), adminUrl: `http://127.0.0.1:${proxy.port}` };
  const rpc: Rpc = {
    call: (procedure, call) => link.pass(() => client.call(procedure, call)),
    serve: (procedure, handler) => server.serve(procedure, handler),
  };
  const coordination = openRaftCoordination({
    self,
    documents: documentsOver(link, place.documents),
    processes: { list: () => link.pass(place.list) },
    bus: null,
    rpc,
    folder: place.folder,
    electionMs,
    clock,
    random: systemRandom,
    onEvent: () => undefined,
  });
  const end = async () => {
    link.heal();
    await coordination.close();
    client.close();
    await proxy.close();
    await admin.stop();
  };
  return { contender: { self, coordination, link, freeze: (ms) => clock.freeze(ms) }, end };
}

async function startAdmin(rpc: RpcServer, clock: FreezableClock): Promise<AdminServer> {
  const self = () => Promise.reject(new Error('not asked')) as never;
  const options = { host: '127.0.0.1', port: 0, checks: {}, metrics: new Metrics(), clock, rpc, self };
  const admin = new AdminServer(options);
  await admin.start();
  return admin;
}

function documentsOver(link: Reach, documents: DocumentStore): DocumentStore {
  return {
    read: (name) => link.pass(() => documents.read(name)),
    write: (...write) => link.pass(() => documents.write(...write)),
  };
}

function makeRow(name: string, counter: number): ProcessRow {
  const { id: incarnation, service } = makeMember(name);
  return { incarnation, name, service, host: 'here', pid: 1, counter, gone: false, startedAt: 0, report: {} };
}
