/**
 * One run, whole, from one seed: the cast starts, users act, things go wrong, all is healed, and in the end everything
 * must have come to what was promised. Stops at the first violation.
 */
import { ownerAt } from '../../shared/ring/ring.js';
import { shardCount } from '../../shared/timers/timer.js';
import { openSqliteStore } from '../../shared/store/sqlite/sqlite-store.js';
import { account, isQuiet } from './account.js';
import { breakages, type Breakage, type BreakageName } from './breakages.js';
import { Broker } from './broker.js';
import { SimulatedBus } from './bus.js';
import { Calls } from './calls.js';
import { Cast } from './cast.js';
import { Faults } from './faults.js';
import { Invariants, type Violation } from './invariants.js';
import { Ledger } from './ledger.js';
import { Network } from './network.js';
import { Receiver } from './receiver.js';
import { Users } from './users.js';
import { World } from './world.js';

export interface Run {
  seed: number;
  violations: readonly Violation[];
  steps: number;
  checks: number;
  /** Simulated. */
  elapsedMs: number;
  /** Timers created, requests that left for the target. */
  timers: number;
  calls: number;
  log: readonly string[];
}

const names = [
  ...['scheduler-1', 'scheduler-2', 'scheduler-3'],
  ...['worker-1', 'worker-2', 'worker-3'],
  ...['api-1', 'api-2'],
];
const warmUpMs = 4_000;
const faultsMs = 26_000;
const actingMs = 30_000;
const recoveryMs = 10_000;
/** More than the longest that anything may be put off by. */
const drainMs = 120_000;
const quietCheckMs = 2_000;

export async function simulate(seed: number, broken: BreakageName | null = null): Promise<Run> {
  const world = new World(seed);
  return world.inhabit(() => play(world, broken && breakages[broken]));
}

async function play(world: World, breakage: Breakage | null): Promise<Run> {
  const store = await openSqliteStore({ path: ':memory:', wallClock: () => world.now() });
  const ledger = new Ledger(store);
  const invariants = new Invariants(world, ledger);
  const network = new Network(world);
  const receiver = new Receiver();
  receiver.onSent = (sent) => invariants.onSent(sent);
  const [broker, bus, calls] = [
    new Broker(world, network),
    new SimulatedBus(world, network),
    new Calls(network, breakage?.deaf),
  ];
  const stage = { world, network, store, broker, bus, calls, receiver, invariants, breakage };
  const cast = new Cast(stage, names);
  const users = new Users(world, cast, ledger);
  const faults = new Faults({ world, network, cast, broker, bus });
  world.onStep = () => checkLeaders(cast, invariants);
  const broken = (): boolean => invariants.violations.length > 0;

  for (const name of names) cast.start(name);
  await world.pass(warmUpMs, broken);
  users.act(actingMs);
  faults.act(faultsMs);
  await world.pass(faultsMs - warmUpMs, broken);
  if (!broken()) await conclude({ world, cast, ledger, invariants, users, faults });
  for (const name of names) cast.kill(name);
  await store.close();
  const { seed, steps, elapsed: elapsedMs, log } = world;
  const { violations, checks } = invariants;
  const sent = [...ledger.sent.values()].reduce((sum, each) => sum + each.length, 0);
  return { seed, violations, steps, checks, elapsedMs, timers: ledger.timers.size, calls: sent, log };
}

interface Scene {
  world: World;
  cast: Cast;
  ledger: Ledger;
  invariants: Invariants;
  users: Users;
  faults: Faults;
}

/** The faults end; what users want ends a little later; then everything has to come to its own end. */
async function conclude({ world, cast, ledger, invariants, users, faults }: Scene): Promise<void> {
  const broken = (): boolean => invariants.violations.length > 0;
  faults.heal();
  await world.pass(recoveryMs, broken);
  if (!broken()) checkRecovered(world, cast, { ledger, invariants });
  if (!broken()) users.finish();
  for (let waited = 0; waited < drainMs && !broken(); waited += quietCheckMs) {
    await world.pass(quietCheckMs, broken);
    if (users.waiting === 0 && (await isQuiet(ledger))) break;
  }
  if (!broken()) await account(ledger, invariants, world.now());
}

/** At any moment at most one process believes that it leads a term. */
function checkLeaders(cast: Cast, invariants: Invariants): void {
  const leaders = cast.schedulers().flatMap(({ name, running }) => {
    const { role, term } = running.standing();
    return role === 'leader' ? [{ name, term }] : [];
  });
  const terms = new Set(leaders.map(({ term }) => term));
  invariants.check('OneLeader', terms.size === leaders.length, () => `two lead: ${JSON.stringify(leaders)}`);
}

function checkRecovered(
  world: World,
  cast: Cast,
  { ledger, invariants }: { ledger: Ledger; invariants: Invariants },
): void {
  const schedulers = cast.schedulers();
  const leaders = schedulers.filter(({ running }) => running.standing().role === 'leader');
  invariants.check(
    'Recovers',
    leaders.length === 1,
    () => `${leaders.length} lead, ${recoveryMs} ms after the last fault`,
  );
  const ring = ledger.rings.at(-1)?.ring ?? [];
  const living = new Set(schedulers.map(({ name }) => name));
  const orphans = Array.from({ length: shardCount }, (_, shard) => ownerAt(ring, shard, world.now())).filter(
    (owner) => owner === null || !living.has(owner),
  );
  invariants.check('Recovers', orphans.length === 0, () => `${orphans.length} shards are nobody's who lives`);
}
