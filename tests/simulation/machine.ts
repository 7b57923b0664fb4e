/**
 * A simulated machine and the lives of the process on it. The machine has a monotonic clock with a rate of its own and a
 * wall clock that may be wrong or be set; the process may freeze and thaw, or die and begin another life. What reaches a
 * frozen process waits, in order; what reaches a dead one is lost.
 */
import type { Cancel, Machine } from '../../shared/base/clock.js';
import type { World } from './world.js';

/** As long as a clock goes by one. */
const readingLifeMs = 60_000;

export class SimulatedMachine {
  readonly world: World;
  readonly name: string;
  /** What the wall clock is ahead of true time, milliseconds. */
  wallAheadMs: number;
  #frozen = false;
  readonly #rate: number;
  readonly #begun: number;
  readonly #waiting: (() => void)[] = [];

  constructor(world: World, name: string) {
    this.world = world;
    this.name = name;
    this.#rate = 1 + world.between(-50, 50) / 1e6;
    this.#begun = world.between(1, 1_000_000);
    this.wallAheadMs = world.between(-40, 40);
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  monotonic(): number {
    return this.#begun + this.world.elapsed * this.#rate;
  }

  wall(): number {
    return this.world.now() + this.wallAheadMs;
  }

  freeze(): void {
    this.#frozen = true;
  }

  /** Runs what came meanwhile, one after the other. */
  thaw(): void {
    this.#frozen = false;
    for (const run of this.#waiting.splice(0)) this.world.after(0, () => this.hear(run));
  }

  /** Runs it now, or when it thaws. */
  hear(run: () => void): void {
    if (this.#frozen) this.#waiting.push(run);
    else run();
  }
}

/** One life of the process on a machine: from its start to its death. */
export class Life implements Machine {
  readonly machine: SimulatedMachine;
  /** Numbers the lives on one machine. */
  readonly number: number;
  alive = true;
  readonly #onEnd: (() => void)[] = [];
  #roundTrips: { at: number; ms: number }[] = [];

  constructor(machine: SimulatedMachine, number: number) {
    this.machine = machine;
    this.number = number;
  }

  get name(): string {
    return this.machine.name;
  }

  get world(): World {
    return this.machine.world;
  }

  /** Neither dead nor frozen. */
  get awake(): boolean {
    return this.alive && !this.machine.frozen;
  }

  monotonic(): number {
    return this.machine.monotonic();
  }

  wall(): number {
    return this.machine.wall();
  }

  after(delayMs: number, run: () => void): Cancel {
    let cancelled = false;
    const cancel = this.world.after(delayMs, () => this.hear(() => cancelled || run()));
    return () => {
      cancelled = true;
      cancel();
    };
  }

  /** To be told how long each reading of the store's clock took. */
  tookReading(ms: number): void {
    const at = this.world.elapsed;
    this.#roundTrips = this.#roundTrips.filter((trip) => at - trip.at < readingLifeMs);
    this.#roundTrips.push({ at, ms });
  }

  /** Of the readings that the clock may still go by. */
  longestRoundTripMs(): number {
    return Math.max(0, ...this.#roundTrips.map(({ ms }) => ms));
  }

  hear(run: () => void): void {
    if (this.alive) this.machine.hear(() => this.alive && run());
  }

  /** Its memory and timers are gone; what it has sent may still arrive. */
  end(): void {
    this.alive = false;
    for (const onEnd of this.#onEnd.splice(0)) onEnd();
  }

  onEnd(run: () => void): void {
    this.#onEnd.push(run);
  }
}
