/**
 * What goes wrong, drawn from the seed: which kinds at all, when, to whom, for how long. After the last instant given
 * everything is well again and stays so.
 */
import type { Broker } from './broker.js';
import type { SimulatedBus } from './bus.js';
import { savingMs, type Cast } from './cast.js';
import { calm, type Network } from './network.js';
import type { World } from './world.js';

export interface FaultsOptions {
  world: World;
  network: Network;
  cast: Cast;
  broker: Broker;
  bus: SimulatedBus;
  /** The shortest and the longest time from one fault to the next, milliseconds. */
  pause: readonly [number, number];
}

const brokerPatienceMs = 2_000;
const noMischief = { doubled: 0, reordered: 0, forgotten: 0 };

export class Faults {
  readonly #options: FaultsOptions;
  readonly #kinds: (() => void)[];
  #over = false;

  constructor(options: FaultsOptions) {
    const { world } = options;
    this.#options = options;
    const kinds = [
      () => this.#crash(),
      () => this.#restart(),
      () => this.#freeze(),
      () => this.#cutOff(),
      () => this.#storeAway(),
      () => this.#slowStore(),
      () => this.#lossyLink(),
      () => this.#jump(),
      () => this.#brokerMischief(),
      () => this.#busMischief(),
      () => this.#cutPeers(),
      () => this.#slowLink(),
      () => this.#slowDisk(),
      () => this.#loseConfirms(),
    ];
    // Few kinds at a time find what all kinds together drown.
    const share = world.pick([0.2, 0.4, 0.7, 1]);
    const drawn = kinds.filter(() => world.chance(share));
    this.#kinds = drawn.length > 0 ? drawn : [world.pick(kinds)];
  }

  /** One fault after the other, until then; then all is healed. */
  act(untilMs: number): void {
    const { world } = this.#options;
    if (this.#over) return;
    if (world.elapsed >= untilMs) return;
    world.pick(this.#kinds)();
    world.after(world.between(...this.#options.pause), () => this.act(untilMs));
  }

  heal(): void {
    const { world, network, cast, broker, bus } = this.#options;
    this.#over = true;
    world.tell('all faults are over');
    network.heal();
    Object.assign(broker.mischief, noMischief);
    Object.assign(bus.mischief, { lost: 0, doubled: 0 });
    cast.disk.slowMs = savingMs;
    for (const name of cast.names) {
      const machine = cast.machine(name);
      machine.wallAheadMs = 0;
      machine.thaw();
      cast.start(name);
      broker.reconnect(name);
    }
  }

  /** Ends something after a while, unless all has ended by then. */
  #for(ms: number, end: () => void): void {
    this.#options.world.after(ms, () => this.#over || end());
  }

  #anybody(): string {
    return this.#options.world.pick(this.#options.cast.names);
  }

  #crash(): void {
    const { world, cast } = this.#options;
    const name = this.#anybody();
    world.tell(`FAULT ${name} crashes`);
    cast.kill(name);
    this.#for(world.between(100, 6_000), () => cast.start(name));
  }

  #restart(): void {
    const name = this.#anybody();
    this.#options.world.tell(`FAULT ${name} is told to stop`);
    this.#options.cast.restart(name);
  }

  #freeze(): void {
    const { world, cast, broker } = this.#options;
    const name = this.#anybody();
    const machine = cast.machine(name);
    const ms = world.between(300, 9_000);
    world.tell(`FAULT ${name} freezes for ${ms} ms`);
    machine.freeze();
    if (ms > brokerPatienceMs) this.#for(brokerPatienceMs, () => broker.reconnect(name));
    this.#for(ms, () => {
      world.tell(`${name} thaws`);
      machine.thaw();
    });
  }

  #cutOff(): void {
    const { world } = this.#options;
    const name = this.#anybody();
    this.#cut(name, world.pick(['store', 'broker']), world.between(200, 9_000));
  }

  /** Some of the schedulers on the one side, the others on the other. */
  #cutPeers(): void {
    const { world, cast } = this.#options;
    const schedulers = cast.names.filter((name) => name.startsWith('scheduler'));
    const here = schedulers.filter(() => world.chance(0.5));
    const ms = world.between(500, 8_000);
    for (const one of here)
      for (const other of schedulers) if (!here.includes(other)) this.#cut(one, other, ms);
  }

  #cut(name: string, to: string, ms: number): void {
    const { world, network, broker } = this.#options;
    const link = network.link(name, to);
    const state = world.pick(['cut', 'cut', 'refusing'] as const);
    world.tell(`FAULT ${name} is cut off from ${to} (${state}) for ${ms} ms`);
    link.state = state;
    if (to === 'broker' && ms > brokerPatienceMs) this.#for(brokerPatienceMs, () => broker.reconnect(name));
    this.#for(ms, () => {
      link.state = 'open';
      if (to === 'broker') broker.reconnect(name);
    });
  }

  #storeAway(): void {
    const { world, cast } = this.#options;
    const ms = world.between(200, 6_000);
    for (const name of cast.names) this.#cut(name, 'store', ms);
  }

  #slowStore(): void {
    const { world, network, cast } = this.#options;
    const slowMs = world.pick([60, 300, 1_000]);
    const ms = world.between(500, 8_000);
    world.tell(`FAULT the store takes up to ${slowMs} ms each way for ${ms} ms`);
    for (const name of cast.names) {
      const link = network.link(name, 'store');
      link.slowMs = slowMs;
      this.#for(ms, () => void (link.slowMs = calm.slowMs));
    }
  }

  #lossyLink(): void {
    const { world, network } = this.#options;
    const link = network.link(this.#anybody(), world.pick(['store', 'broker']));
    world.tell('FAULT a link loses requests and replies');
    Object.assign(link, { lostRequests: 0.15, lostReplies: 0.25 });
    this.#for(world.between(500, 10_000), () => Object.assign(link, { lostRequests: 0, lostReplies: 0 }));
  }

  /** Of anybody to anything, so that messages overtake each other. */
  #slowLink(): void {
    const { world, network, cast } = this.#options;
    const link = network.link(this.#anybody(), world.pick(['store', 'broker', ...cast.schedulers()]));
    const slowMs = world.pick([60, 300, 1_500]);
    world.tell(`FAULT a link takes up to ${slowMs} ms each way`);
    link.slowMs = slowMs;
    this.#for(world.between(500, 8_000), () => void (link.slowMs = calm.slowMs));
  }

  #slowDisk(): void {
    const { world, cast } = this.#options;
    const slowMs = world.pick([50, 500, 2_000]);
    world.tell(`FAULT disks take up to ${slowMs} ms to save`);
    cast.disk.slowMs = slowMs;
    this.#for(world.between(500, 8_000), () => void (cast.disk.slowMs = savingMs));
  }

  /** What a scheduler publishes arrives, and it does not learn of it. */
  #loseConfirms(): void {
    const { world, network, cast } = this.#options;
    const [name = this.#anybody()] = cast.schedulers();
    world.tell(`FAULT the broker's confirms to ${name} are lost`);
    const link = network.link(name, 'broker');
    link.lostReplies = 0.8;
    this.#for(world.between(500, 6_000), () => void (link.lostReplies = 0));
  }

  #jump(): void {
    const { world, cast } = this.#options;
    const name = this.#anybody();
    const ms = world.pick([-1, 1]) * world.pick([60, 400, 3_000, 8_000]);
    world.tell(`FAULT the wall clock of ${name} jumps by ${ms} ms`);
    cast.machine(name).wallAheadMs += ms;
  }

  #brokerMischief(): void {
    const { world, broker } = this.#options;
    world.tell('FAULT the broker doubles, reorders, forgets');
    Object.assign(broker.mischief, { doubled: 0.2, reordered: 0.5, forgotten: world.pick([0, 0.05]) });
    this.#for(world.between(1_000, 8_000), () => Object.assign(broker.mischief, noMischief));
  }

  #busMischief(): void {
    const { world, bus } = this.#options;
    world.tell('FAULT the bus loses and doubles');
    Object.assign(bus.mischief, { lost: 0.5, doubled: 0.2 });
    this.#for(world.between(1_000, 8_000), () => Object.assign(bus.mischief, { lost: 0, doubled: 0 }));
  }
}
