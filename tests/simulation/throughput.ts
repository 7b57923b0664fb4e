/**
 * How scheduling grows with the number of schedulers: so many timers fall due at once, and the time until all of them are
 * claimed and published is told, in simulated time, by production schedulers on a queue that takes everything. Each call
 * takes its way and so much for each row; the store serves all calls side by side, or one at a time. What a machine's
 * cores add or take away it cannot tell.
 */
import { uuidV7 } from '../../shared/base/ids.js';
import { openSqliteStore } from '../../shared/store/sqlite/sqlite-store.js';
import type { Claim, Store } from '../../shared/store/store.js';
import { makeTimer } from '../support/factories.js';
import { Broker } from './broker.js';
import { SimulatedBus } from './bus.js';
import { Calls } from './calls.js';
import { Cast } from './cast.js';
import { Network } from './network.js';
import type { Plot } from './plot.js';
import { Receiver } from './receiver.js';
import { SettingsJudge } from './settings.js';
import type { Landing } from './store.js';
import { World } from './world.js';

export interface Throughput {
  schedulers: number;
  /** From the instant at which all fall due. */
  elapsedMs: number;
  /** The most that one scheduler claimed. */
  largestShare: number;
}

const timers = 20_000;
const rowMs = 0.2;
const settlingMs = 10_000;
const stepMs = 10;
const limitMs = 120_000;

export async function measure(
  schedulers: number,
  serves: 'side by side' | 'one at a time',
): Promise<Throughput> {
  const world = new World(1, { isLogged: false });
  return world.inhabit(async () => {
    const store = await openSqliteStore({ path: ':memory:', wallClock: () => world.now() });
    const service = new StoreService(world, serves);
    const cast = castOf({ world, store, service, schedulers });
    for (const name of cast.names) cast.start(name);
    await world.pass(settlingMs);
    await createAll(store, world);
    const begun = world.elapsed;
    while (service.claimed() < timers && world.elapsed < begun + limitMs) await world.pass(stepMs);
    const elapsedMs = world.elapsed - begun;
    for (const name of cast.names) cast.kill(name);
    await store.close();
    return { schedulers, elapsedMs, largestShare: Math.max(...service.claimedBy.values()) };
  });
}

/** What a call takes at the store, and how many timers each process has claimed. */
class StoreService {
  readonly claimedBy = new Map<string, number>();
  readonly #world: World;
  readonly #isSerial: boolean;
  #freeAt = 0;

  constructor(world: World, serves: 'side by side' | 'one at a time') {
    this.#world = world;
    this.#isSerial = serves === 'one at a time';
  }

  claimed(): number {
    return [...this.claimedBy.values()].reduce((sum, each) => sum + each, 0);
  }

  async witness({ what, args, result, by }: Landing): Promise<void> {
    const { elapsed } = this.#world;
    const begins = this.#isSerial ? Math.max(elapsed, this.#freeAt) : elapsed;
    this.#freeAt = begins + rowMs * (1 + rowsOf(result) + (what === 'schedule.claim' ? rowsOf(args[0]) : 0));
    const waitMs = this.#freeAt - elapsed;
    await new Promise<void>((resolve) => this.#world.after(Math.ceil(waitMs), resolve));
    if (what !== 'schedule.claim' || result === 'conflict') return;
    const claims = args[0] as Claim[];
    this.claimedBy.set(by.name, (this.claimedBy.get(by.name) ?? 0) + claims.length);
  }
}

function rowsOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

interface Parts {
  world: World;
  store: Store;
  service: StoreService;
  schedulers: number;
}

function castOf({ world, store, service, schedulers }: Parts): Cast {
  const plot: Plot = {
    names: Array.from({ length: schedulers }, (_, i) => `scheduler-${i + 1}`),
    ...{ coordination: 'raft', ring: 'shared', pause: [0, 0], settingsLeadMs: null },
    ...{ faultsMs: 0, actingMs: 0, freshnessMs: 10_000 },
  };
  const network = new Network(world);
  return new Cast({
    ...{ world, network, store, plot, breakage: null },
    broker: new Broker(world, network, Infinity),
    bus: new SimulatedBus(world, network),
    calls: new Calls(network),
    receiver: new Receiver(),
    invariants: service,
    judge: new SettingsJudge(world, () => undefined, plot.freshnessMs),
  });
}

async function createAll(store: Store, world: World): Promise<void> {
  const dueAt = world.now();
  const next = { scheduledFor: dueAt, dueAt };
  const made = Array.from({ length: timers }, (_, i) =>
    makeTimer({ id: `t${i}`, uid: uuidV7(dueAt), next, createdAt: dueAt, changedAt: dueAt }),
  );
  for (let i = 0; i < timers; i += 1_000) await store.timers.create(made.slice(i, i + 1_000));
}
