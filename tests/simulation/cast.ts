/** Who plays: the machines, and on each the present life of its process, which may end and begin again at any time. */
import { messageOf } from '../../shared/base/errors.js';
import type { TimeReading } from '../../shared/base/clock.js';
import { SystemClock } from '../../shared/base/clock.js';
import type { WorkMessage } from '../../shared/queue/queue.js';
import type { Store } from '../../shared/store/store.js';
import type { Broker } from './broker.js';
import type { Breakage } from './breakages.js';
import type { SimulatedBus } from './bus.js';
import type { Calls } from './calls.js';
import type { Invariants } from './invariants.js';
import { Life, SimulatedMachine } from './machine.js';
import type { Disk, Means } from './means.js';
import type { Network } from './network.js';
import {
  logOf,
  randomOf,
  startApi,
  startScheduler,
  startWorker,
  type Running,
  type RunningApi,
  type RunningScheduler,
} from './processes.js';
import type { Plot } from './plot.js';
import type { Receiver } from './receiver.js';
import type { SettingsJudge } from './settings.js';
import { doorTo } from './store.js';
import type { World } from './world.js';

export interface Stage {
  world: World;
  network: Network;
  store: Store;
  broker: Broker;
  bus: SimulatedBus;
  calls: Calls;
  receiver: Receiver;
  invariants: Pick<Invariants, 'witness'>;
  judge: SettingsJudge;
  plot: Plot;
  breakage: Breakage | null;
}

type Role = 'scheduler' | 'worker' | 'api';

interface Player {
  role: Role;
  machine: SimulatedMachine;
  life: Life | null;
  running: Running | null;
  lives: number;
  stopping: boolean;
}

const starters = { scheduler: startScheduler, worker: startWorker, api: startApi };
const againMs = 1_000;
/** On a disk that is well. */
export const savingMs = 5;

export class Cast {
  readonly #stage: Stage;
  readonly #players = new Map<string, Player>();
  readonly #schedulers: readonly Player[];
  readonly disk: Disk = { votes: new Map(), slowMs: savingMs };

  constructor(stage: Stage) {
    this.#stage = stage;
    for (const name of stage.plot.names) {
      const role = name.split('-')[0] as Role;
      const machine = new SimulatedMachine(stage.world, name);
      this.#players.set(name, { role, machine, life: null, running: null, lives: 0, stopping: false });
    }
    this.#schedulers = [...this.#players.values()].filter(({ role }) => role === 'scheduler');
  }

  get names(): string[] {
    return [...this.#players.keys()];
  }

  machine(name: string): SimulatedMachine {
    return this.#players.get(name)!.machine;
  }

  /** Begins a life unless one is under way. */
  start(name: string): void {
    const player = this.#players.get(name)!;
    if (player.life) return;
    const life = new Life(player.machine, ++player.lives);
    player.life = life;
    player.machine.thaw();
    this.#stage.world.tell(`${name} begins life ${life.number}`);
    this.#begin(player, life).catch((error: unknown) => {
      if (!life.alive) return;
      this.#stage.world.tell(`${name} could not start: ${messageOf(error)}`);
      this.kill(name);
      this.#stage.world.after(againMs, () => this.start(name));
    });
  }

  async #begin(player: Player, life: Life): Promise<void> {
    const running = await starters[player.role](this.#meansOf(life));
    if (life.alive) player.running = running;
  }

  /** As by kill -9. */
  kill(name: string): void {
    const player = this.#players.get(name)!;
    player.life?.end();
    Object.assign(player, { life: null, running: null, stopping: false });
  }

  /** As by SIGTERM, then again. */
  restart(name: string): void {
    const player = this.#players.get(name)!;
    const { life, running } = player;
    if (!life || !running || player.stopping) return;
    player.stopping = true;
    const over = (): void => {
      if (!life.alive) return;
      this.#stage.world.tell(`${name} has stopped`);
      this.kill(name);
      this.start(name);
    };
    life.hear(() => void running.stop().then(over, over));
  }

  /** The names of the schedulers that live. */
  schedulers(): string[] {
    return this.#schedulers.flatMap(({ machine, running }) => (running ? [machine.name] : []));
  }

  /** Who believes to lead, and which term. */
  leaders(): { name: string; term: number }[] {
    const leaders: { name: string; term: number }[] = [];
    for (const { machine, running } of this.#schedulers) {
      const term = running && (running as RunningScheduler).leads();
      if (term !== null) leaders.push({ name: machine.name, term });
    }
    return leaders;
  }

  /** One of those that would answer now. */
  anyApi(): RunningApi | null {
    const awake = [...this.#players.values()].filter(
      ({ role, life, running }) => role === 'api' && life?.awake && running,
    );
    return awake.length > 0 ? (this.#stage.world.pick(awake).running as RunningApi) : null;
  }

  #meansOf(life: Life): Means {
    const { store, network, broker, bus, calls, receiver, invariants, judge, plot, breakage } = this.#stage;
    const clock = new WatchedClock(life);
    const alter = breakage?.publish ?? ((message: WorkMessage) => message);
    return {
      ...{ life, clock, receiver },
      store: doorTo({
        ...{ store, network, life, broken: breakage?.store ?? {} },
        witness: (landing) => invariants.witness(landing),
      }),
      queue: broker.queueOf(life, alter),
      bus: bus.busOf(life),
      rpc: calls.rpcOf(life, clock),
      adminUrl: calls.addressOf(life),
      random: randomOf(life),
      log: logOf(life),
      ...{ disk: this.disk, plot, judge },
      broken: { leases: breakage?.leases, doubts: breakage?.doubts },
    };
  }
}

/** The real clock on a simulated machine; how good its readings are is written down. */
class WatchedClock extends SystemClock {
  readonly #life: Life;

  constructor(life: Life) {
    super(life);
    this.#life = life;
  }

  override sample(reading: TimeReading): void {
    this.#life.tookReading(reading.receivedAt - reading.sentAt);
    super.sample(reading);
  }
}
