/**
 * Voters on a simulated network, all in one line of ticks: messages take their time, get lost, or meet a partition; a
 * crash keeps what was saved; a registry holds the voter set and the term, as the driver uses it. Everything random comes
 * from one seed. What a reader should know is told to `tell`.
 */
import { step, type Effect, type Input } from '../../shared/coordination/raft/core.js';
import type { Message } from '../../shared/coordination/raft/messages.js';
import {
  initialState,
  leads,
  type State,
  type Timing,
  type Vote,
} from '../../shared/coordination/raft/state.js';
import { seededRandom } from '../support/seeded-random.js';

export const timing: Timing = { beat: 2, lease: 8, silence: 10, spread: 6, install: 40 };
const lookEvery = 20;

interface Node {
  state: State;
  disk: Vote;
  up: boolean;
  frozen: boolean;
  /** Cut off from the registry. */
  blind: boolean;
  /** Ticks that passed while it was frozen. */
  missed: number;
}

export interface WorldOptions {
  seed?: number;
  names: readonly string[];
  /** Voters at first; all unless told. */
  voters?: readonly string[];
  tell?: (at: number, text: string) => void;
}

export class RaftWorld {
  now = 0;
  /** Share of messages lost, and the longest that one takes beyond a tick. */
  loss = 0;
  delay = 0;
  readonly nodes = new Map<string, Node>();
  readonly registry: { term: number; leader: string; voters: State['voters'] };
  /** Every term that was installed, with its leader, in order. */
  readonly installed: { term: number; leader: string }[] = [];
  /** What must never be: a term that went back, a second vote in a term, word of what was not saved. */
  readonly violations: string[] = [];
  readonly #votes = new Map<string, string>();
  readonly #random;
  readonly #tell: (at: number, text: string) => void;
  #groups: readonly (readonly string[])[] | null = null;
  #underway: { at: number; order: number; message: Message }[] = [];
  #order = 0;

  constructor({ seed = 1, names, voters = names, tell = () => undefined }: WorldOptions) {
    this.#random = seededRandom(seed);
    this.#tell = tell;
    this.registry = { term: 0, leader: '', voters: { version: 1, names: voters } };
    for (const name of names) this.start(name);
  }

  /** A first start, or one after a crash: what was saved is there, nothing else. */
  start(name: string): void {
    const disk = this.nodes.get(name)?.disk ?? { term: 0, votedFor: null };
    const state = initialState(name, disk, timing);
    this.nodes.set(name, { state, disk, up: true, frozen: false, blind: false, missed: 0 });
    this.#look(name);
  }

  crash(name: string): void {
    this.#tell(this.now, `${name} crashes`);
    this.#node(name).up = false;
  }

  restart(name: string): void {
    this.#tell(this.now, `${name} starts again`);
    this.start(name);
  }

  freeze(name: string): void {
    this.#tell(this.now, `${name} freezes`);
    this.#node(name).frozen = true;
  }

  thaw(name: string): void {
    this.#tell(this.now, `${name} thaws`);
    this.#node(name).frozen = false;
  }

  /** Only members of one group hear each other, until it is healed. */
  partition(...groups: readonly (readonly string[])[]): void {
    this.#tell(this.now, `the network parts into ${groups.map((group) => group.join(' ')).join(' | ')}`);
    this.#groups = groups;
  }

  heal(): void {
    this.#tell(this.now, 'the network heals');
    this.#groups = null;
  }

  /** Cuts a member off from the registry, or heals that. */
  blind(name: string, blind: boolean): void {
    this.#tell(this.now, `${name} ${blind ? 'loses' : 'finds'} the registry`);
    this.#node(name).blind = blind;
  }

  /** It may campaign and lead no more: a leader resigns. */
  retire(name: string): void {
    this.#tell(this.now, `${name} wants to stop`);
    this.input(name, { kind: 'eligible', eligible: false });
  }

  /** One member more or less. */
  changeVoters(names: readonly string[]): void {
    this.registry.voters = { version: this.registry.voters.version + 1, names };
    this.#tell(this.now, `voters are ${names.join(' ')} (version ${this.registry.voters.version})`);
  }

  tick(count = 1): void {
    for (let i = 0; i < count; i++) {
      this.now++;
      for (const [name, node] of this.nodes) if (node.up) this.#tickNode(name, node);
      this.#deliver();
    }
  }

  /** Ticks until `condition` holds; throws when it does not within `limit`. */
  tickUntil(condition: () => boolean, limit = 400): number {
    const begun = this.now;
    while (!condition()) {
      if (this.now - begun > limit) throw new Error(`it is not so after ${limit} ticks`);
      this.tick();
    }
    return this.now - begun;
  }

  /** Who leads with effect, by what a process that runs would answer; a frozen one answers when it wakes. */
  leaders(): string[] {
    return [...this.nodes].flatMap(([name, { state, up, missed }]) =>
      up && leads(state, missed) ? [name] : [],
    );
  }

  state(name: string): State {
    return this.#node(name).state;
  }

  input(name: string, input: Input): void {
    const node = this.#node(name);
    const before = node.state;
    const { state, effects } = step(before, input, this.#random);
    node.state = state;
    this.#tellChange(name, before, state);
    for (const effect of effects) this.#carryOut(name, effect);
  }

  #tickNode(name: string, node: Node): void {
    node.missed++;
    if (node.frozen) return;
    const count = node.missed;
    node.missed = 0;
    this.input(name, { kind: 'ticks', count });
    if ((this.now + name.charCodeAt(0)) % lookEvery === 0) this.#look(name);
  }

  /** What the driver does now and then, and when it is told that something is newer. */
  #look(name: string): void {
    const { blind, state } = this.#node(name);
    if (blind) return void (state.eligible && this.input(name, { kind: 'eligible', eligible: false }));
    this.input(name, { kind: 'voters', voters: this.registry.voters });
    this.input(name, { kind: 'registered', ...this.registry });
    this.input(name, { kind: 'eligible', eligible: true });
  }

  #carryOut(name: string, effect: Effect): void {
    if (effect.kind === 'save') this.#save(name, effect);
    if (effect.kind === 'send') this.#send(effect.message);
    if (effect.kind === 'refresh') this.#look(name);
    if (effect.kind === 'install') this.#install(name, effect);
  }

  #save(name: string, { term, votedFor }: Vote): void {
    const node = this.#node(name);
    const key = `${name} in term ${term}`;
    const earlier = this.#votes.get(key) ?? votedFor;
    if (term < node.disk.term) this.violations.push(`${name} goes back to term ${term}`);
    if (earlier !== null && earlier !== votedFor)
      this.violations.push(`${key} votes for ${earlier} and ${votedFor}`);
    if (votedFor !== null) this.#votes.set(key, votedFor);
    node.disk = { term, votedFor };
  }

  #checkSaved({ kind, from, to, term, ...rest }: Message): void {
    const { disk } = this.#node(from);
    const poll = 'poll' in rest && rest.poll;
    const vote = kind === 'answer' && 'granted' in rest && rest.granted && !poll ? to : null;
    if (!poll && disk.term !== term)
      this.violations.push(`${from} speaks of term ${term}, saved is ${disk.term}`);
    if (vote !== null && disk.votedFor !== vote)
      this.violations.push(`${from} votes for ${vote} and has not saved it`);
  }

  #install(name: string, { term, version }: { term: number; version: number }): void {
    if (this.#node(name).blind) return;
    if (term > this.registry.term && version === this.registry.voters.version) {
      this.registry.term = term;
      this.registry.leader = name;
      this.installed.push({ term, leader: name });
      this.#tell(this.now, `${name} installs term ${term}`);
    } else this.#tell(this.now, `${name} may not install term ${term}`);
    this.#look(name);
  }

  #send(message: Message): void {
    this.#checkSaved(message);
    if (this.#random.next() < this.loss) return;
    const at = this.now + 1 + Math.floor(this.#random.next() * (this.delay + 1));
    this.#underway.push({ at, order: this.#order++, message });
  }

  #deliver(): void {
    const due = this.#underway.filter(({ at }) => at <= this.now);
    const reachable = ({ message: { from, to } }: { message: Message }) => this.#connected(from, to);
    const frozen = due.filter(({ message }) => this.nodes.get(message.to)?.frozen);
    this.#underway = [...this.#underway.filter(({ at }) => at > this.now), ...frozen];
    const order = (a: { at: number; order: number }, b: { at: number; order: number }) =>
      a.at - b.at || a.order - b.order;
    for (const { message } of due.filter(reachable).sort(order)) {
      const node = this.nodes.get(message.to);
      if (node?.up && !node.frozen) this.input(message.to, { kind: 'message', message });
    }
  }

  #connected(from: string, to: string): boolean {
    return !this.#groups || this.#groups.some((group) => group.includes(from) && group.includes(to));
  }

  #tellChange(name: string, before: State, after: State): void {
    if (before.role !== after.role) this.#tell(this.now, `${name} ${deeds[after.role](after.term)}`);
    if (before.leader !== after.leader && after.leader !== null && after.leader !== name)
      this.#tell(this.now, `${name} follows ${after.leader} in term ${after.term}`);
  }

  #node(name: string): Node {
    return this.nodes.get(name)!;
  }
}

const deeds: Record<State['role'], (term: number) => string> = {
  follower: () => 'steps back',
  pollster: (term) => `asks who would vote in term ${term + 1}`,
  candidate: (term) => `asks for votes in term ${term}`,
  leader: (term) => `is elected in term ${term}`,
};
