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
import { drawPlot, type Plot } from './plot.js';
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

export interface Request {
  seed: number;
  broken?: BreakageName | null | undefined;
  /** Whether somebody will read what happened. */
  isLogged?: boolean;
}

const warmUpMs = 2_500;
const recoveryMs = 10_000;
/** More than the longest that anything may be put off by. */
const drainMs = 120_000;
const lookMs = 500;

export async function simulate({ seed, broken, isLogged = false }: Request): Promise<Run> {
  const world = new World(seed, { isLogged });
  return world.inhabit(() => play(world, broken ? breakages[broken] : null));
}

async function play(world: World, breakage: Breakage | null): Promise<Run> {
  const plot = drawPlot(world);
  world.tell(`the plot: ${JSON.stringify(plot)}`);
  const scene = await setScene(world, plot, breakage);
  const { cast, users, faults, ledger, invariants } = scene;
  const broken = (): boolean => invariants.violations.length > 0;
  world.onStep = () => checkLeaders(cast, invariants);
  for (const name of plot.names) cast.start(name);
  await world.pass(warmUpMs, broken);
  users.act();
  faults.act(plot.faultsMs);
  await world.pass(plot.faultsMs - world.elapsed, broken);
  if (!broken()) await conclude(scene);
  for (const name of plot.names) cast.kill(name);
  await ledger.store.close();
  return resultOf(scene);
}

async function setScene(world: World, plot: Plot, breakage: Breakage | null): Promise<Scene> {
  const store = await openSqliteStore({ path: ':memory:', wallClock: () => world.now() });
  const ledger = new Ledger(store);
  const invariants = new Invariants(world, ledger, plot);
  const network = new Network(world);
  const receiver = new Receiver();
  receiver.onSent = (sent) => invariants.onSent(sent);
  const [broker, bus] = [new Broker(world, network), new SimulatedBus(world, network)];
  const calls = new Calls(network, breakage?.deaf);
  const { judge } = invariants;
  const stage = { world, network, store, broker, bus, calls, receiver, invariants, judge, plot, breakage };
  const cast = new Cast(stage);
  const users = new Users(world, cast, { ledger, plot });
  const faults = new Faults({ world, network, cast, broker, bus, pause: plot.pause });
  return { world, cast, ledger, invariants, users, faults };
}

function resultOf({ world, ledger, invariants }: Scene): Run {
  const { seed, steps, elapsed: elapsedMs, log } = world;
  const { violations, checks } = invariants;
  const sent = [...ledger.sent.values()].reduce((sum, each) => sum + each.length, 0);
  const timers = ledger.timers.size;
  return { seed, violations, steps, checks, elapsedMs, timers, calls: sent, log: log ?? [] };
}

interface Scene {
  world: World;
  cast: Cast;
  ledger: Ledger;
  invariants: Invariants;
  users: Users;
  faults: Faults;
}

/** The faults end; what users want ends a little later; then everything has to come to its own end, and stay well. */
async function conclude(scene: Scene): Promise<void> {
  const { world, ledger, invariants, users, faults } = scene;
  const broken = (): boolean => invariants.violations.length > 0;
  faults.heal();
  const recovered = world.elapsed + recoveryMs;
  await passWhile(scene, recoveryMs, () => trouble(scene) !== null);
  if (!broken()) checkWell(scene, `${recoveryMs} ms after the last fault`);
  await passWhile(scene, drainMs, () => users.waiting > 0 || world.elapsed < users.actsUntil);
  if (!broken()) users.finish();
  await passWhile(
    scene,
    drainMs,
    async () => users.waiting > 0 || world.elapsed < users.pausedUntil || !(await isQuiet(ledger)),
  );
  await passWhile(scene, Math.max(0, recovered - world.elapsed), () => trouble(scene) !== null);
  if (!broken()) checkWell(scene, 'at the end');
  if (!broken()) await account(ledger, invariants, world.now());
}

/** Lets time go by while it is so, nothing is broken, and there is some left. */
async function passWhile(
  { world, invariants }: Scene,
  mostMs: number,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  const broken = (): boolean => invariants.violations.length > 0;
  const end = world.elapsed + mostMs;
  while (!broken() && world.elapsed < end && (await isSo())) await world.pass(lookMs, broken);
}

/** At any moment at most one process believes that it leads a term. */
function checkLeaders(cast: Cast, invariants: Invariants): void {
  const leaders = cast.leaders();
  const holds = leaders.length < 2 || new Set(leaders.map(({ term }) => term)).size === leaders.length;
  invariants.check('OneLeader', holds, () => `two lead: ${JSON.stringify(leaders)}`);
}

function checkWell(scene: Scene, when: string): void {
  const found = trouble(scene);
  scene.invariants.check('Recovers', found === null, () => `${found}, ${when}`);
}

/** What keeps leader and ring from being settled; null when nothing does. */
function trouble({ world, cast, ledger }: Scene): string | null {
  const leaders = cast.leaders();
  if (leaders.length !== 1) return `${leaders.length} lead`;
  const ring = ledger.rings.at(-1)?.ring ?? [];
  const living = cast.schedulers();
  const shards = Array.from({ length: shardCount }, (_, shard) => ownerAt(ring, shard, world.now()));
  const orphans = shards.filter((owner) => owner === null || !living.includes(owner));
  return orphans.length > 0 ? `${orphans.length} shards are nobody's who lives` : null;
}
