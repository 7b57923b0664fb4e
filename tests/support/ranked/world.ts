/**
 * A whole ranked election in one process: the production core of each member, on a simulated bus and registry, moved on
 * tick by tick, everything from one seed. After each step it is looked at whether two believe that they lead.
 */
import type { Random } from '../../../shared/base/random.js';
import { step, type Event } from '../../../shared/coordination/ranked/core.js';
import { Inbox, type Envelope, type Message } from '../../../shared/coordination/ranked/messages.js';
import type { Question } from '../../../shared/coordination/ranked/questions.js';
import { initialState, leads, timingOf, type State } from '../../../shared/coordination/ranked/state.js';
import type { Context } from '../../../shared/coordination/ranked/turn.js';
import { seededRandom } from '../seeded-random.js';
import { Network } from './network.js';
import { SimulatedRegistry } from './simulated-registry.js';

export const timing = timingOf(40);
/** After so long a question to the registry is given up. */
const deadline = 40;

/** Told of what happens, by whoever writes the story down. */
export interface Witness {
  told(member: SimulatedMember, event: string, detail: object): void;
  sent(member: SimulatedMember, message: Message): void;
  stepped(member: SimulatedMember, before: State): void;
}

export class SimulatedMember {
  readonly context: Context;
  state: State;
  frozen = false;
  crashed = false;
  #sent = 0;
  readonly #inbox = new Inbox();
  readonly #world: RankedWorld;
  /** Its clock begins anywhere and goes a little fast or slow. */
  readonly #clock: { offset: number; rate: number };
  readonly #waiting: Event[] = [];

  constructor(world: RankedWorld, self: { id: string; name: string; rank: number }) {
    const { random } = world;
    this.#world = world;
    this.state = initialState(self.rank);
    this.context = { ...self, timing: world.timing, random };
    this.#clock = { offset: Math.floor(random.next() * 1_000), rate: 0.95 + random.next() / 10 };
  }

  get leads(): boolean {
    return !this.crashed && leads(this.state, this.#at(), this.context.timing);
  }

  /** Takes it at once, or when it thaws. */
  take(event: Event): void {
    if (this.crashed) return;
    if (this.frozen) return void this.#waiting.push(event);
    const before = this.state;
    const { state, effects } = step(this.context, before, { ...event, at: this.#at() });
    this.state = state;
    for (const effect of effects) {
      if (effect.kind === 'send') this.#send(effect.message);
      else if (effect.kind === 'tell') this.#world.witness.told?.(this, effect.event, effect.detail);
      else this.#world.ask(this, effect);
    }
    this.#world.witness.stepped?.(this, before);
    this.#world.check();
  }

  receive(envelope: Envelope): void {
    if (!this.#inbox.accepts(envelope)) return;
    const { from, sentAt, message } = envelope;
    this.take(from === this.context.id ? { kind: 'echoed', sentAt } : { kind: 'heard', from, message });
  }

  thaw(): void {
    this.frozen = false;
    for (const event of this.#waiting.splice(0)) if (event.kind !== 'tick') this.take(event);
  }

  #send(message: Message): void {
    const envelope = { from: this.context.id, number: ++this.#sent, sentAt: this.#at(), message };
    this.#world.witness.sent?.(this, message);
    this.#world.carry(envelope);
  }

  #at(): number {
    return this.#clock.offset + Math.floor(this.#world.network.now * this.#clock.rate);
  }
}

export class RankedWorld {
  readonly random: Random;
  readonly network: Network;
  readonly registry = new SimulatedRegistry();
  readonly members: SimulatedMember[] = [];
  /** Of members that join from now on. */
  timing = timing;
  readonly witness: Partial<Witness>;
  readonly #lives = new Map<string, number>();

  constructor(seed: number, witness: Partial<Witness> = {}) {
    this.witness = witness;
    this.random = seededRandom(seed);
    this.network = new Network(this.random);
  }

  /** A new member, or a new life of one that has crashed. */
  join(name: string, rank = 100): SimulatedMember {
    const life = (this.#lives.get(name) ?? 0) + 1;
    this.#lives.set(name, life);
    const member = new SimulatedMember(this, { id: `${name}~${life}`, name, rank });
    this.members.push(member);
    member.take({ kind: 'join' });
    return member;
  }

  /** The latest life of this name. */
  member(name: string): SimulatedMember {
    return this.members.findLast(({ context }) => context.name === name)!;
  }

  leader(): SimulatedMember | undefined {
    return this.members.find((member) => member.leads);
  }

  run(ticks: number): void {
    for (let i = 0; i < ticks; i++) {
      this.network.tick();
      for (const member of this.members) if (!member.frozen) member.take({ kind: 'tick' });
      this.check();
    }
  }

  /** Runs until it holds; throws when it does not within so many ticks. */
  runUntil(what: string, holds: () => boolean, ticks = 200): void {
    const end = this.network.now + ticks;
    while (!holds()) {
      if (this.network.now >= end) throw new Error(`not within ${ticks} ticks: ${what}`);
      this.run(1);
    }
  }

  carry(envelope: Envelope): void {
    for (const member of this.members)
      this.network.carry(envelope, member.context.name, () => member.receive(envelope));
  }

  /** Either way may fail: the question is then answered by `failed` at the deadline, though it may have been heard. */
  ask(member: SimulatedMember, question: Question): void {
    const { network, registry } = this;
    const { name } = member.context;
    let open = true;
    const close = (event: Event) => {
      if (open) member.take(event);
      open = false;
    };
    network.later(deadline, () => close({ kind: 'failed' }));
    network.later(network.delay(), () => {
      if (!network.reachesRegistry(name)) return;
      const answer = registry.perform(question, member.context, network.now);
      network.later(network.delay(), () => network.reachesRegistry(name) && close(answer));
    });
  }

  /** OneLeader: nobody believes to lead beside another. */
  check(): void {
    const believers = this.members.filter((member) => member.leads).map(({ context }) => context.id);
    if (believers.length > 1) throw new Error(`at ${this.network.now}, two lead: ${believers.join(', ')}`);
  }
}
