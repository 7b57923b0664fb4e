/** What lies between simulated members, all of it in ticks and from one seed: a bus with faults, and who reaches what. */
import type { Random } from '../../../shared/base/random.js';
import type { Envelope } from '../../../shared/coordination/ranked/messages.js';

export interface Weather {
  /** Share of messages that nobody, or only some, get; each way for itself. */
  loss: number;
  duplication: number;
  /** Greatest delay of a message, and of each way to the registry and back; at least one. */
  delay: number;
}

export const calm: Weather = { loss: 0, duplication: 0, delay: 1 };

/** A thing that happens at an instant; those of one instant in the order of their arrival. */
interface Pending {
  at: number;
  run: () => void;
}

export class Network {
  now = 0;
  weather: Weather = calm;
  readonly #random: Random;
  #pending: Pending[] = [];
  /** While it is split: the island that each member is on. Who is on none reaches nobody, itself included. */
  #islands = new Map<string, string>();
  #isSplit = false;
  readonly #stalled = new Set<string>();
  readonly #held: (() => void)[] = [];
  readonly #withoutRegistry = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Splits the bus: each group hears itself alone, those in no group hear nobody. */
  split(...groups: string[][]): void {
    this.#islands = new Map(groups.flatMap((group, i) => group.map((name) => [name, String(i)] as const)));
    this.#isSplit = true;
  }

  /** What the member sends and should get is held back, and comes when it heals. */
  stall(member: string): void {
    this.#stalled.add(member);
  }

  takeRegistryFrom(member: string): void {
    this.#withoutRegistry.add(member);
  }

  reachesRegistry(member: string): boolean {
    return !this.#withoutRegistry.has(member);
  }

  /** Everybody reaches everything again. */
  heal(): void {
    this.#isSplit = false;
    this.#withoutRegistry.clear();
    this.#stalled.clear();
    for (const run of this.#held.splice(0)) this.later(1, run);
  }

  /** Carries an envelope to one member, as the weather is. */
  carry(envelope: Envelope, to: string, deliver: () => void): void {
    const from = nameOf(envelope.from);
    if (this.#stalled.has(from) || this.#stalled.has(to)) return void this.#held.push(deliver);
    if (!this.#reaches(from, to) || this.chance(this.weather.loss)) return;
    this.later(this.delay(), deliver);
    if (this.chance(this.weather.duplication)) this.later(this.delay(), deliver);
  }

  later(ticks: number, run: () => void): void {
    this.#pending.push({ at: this.now + ticks, run });
  }

  delay(): number {
    return 1 + Math.floor(this.#random.next() * this.weather.delay);
  }

  chance(share: number): boolean {
    return share > 0 && this.#random.next() < share;
  }

  /** Moves time on by one tick; what falls due happens. */
  tick(): void {
    this.now++;
    const due = this.#pending.filter(({ at }) => at <= this.now);
    this.#pending = this.#pending.filter(({ at }) => at > this.now);
    for (const { run } of due) run();
  }

  #reaches(from: string, to: string): boolean {
    if (!this.#isSplit) return true;
    const island = this.#islands.get(from);
    return island !== undefined && island === this.#islands.get(to);
  }
}

/** The name in an incarnation's id, such as `a` in `a~2`. */
function nameOf(id: string): string {
  return id.split('~')[0]!;
}
