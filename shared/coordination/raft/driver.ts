/**
 * Raft's election for real: gives the core its ticks, its messages and what stands in the registry, and does what it says,
 * in its order. Votes are on the disk before a word of them leaves. A winner leads once its term is in the registry, written
 * under the very voter set that elected it, and only while its lease holds by the monotonic clock, whenever it is asked.
 */
import { sleep, type Cancel, type Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import { Loop } from '../../base/loop.js';
import type { Random } from '../../base/random.js';
import type { Rpc } from '../../rpc/rpc.js';
import type { Election, Leadership } from '../election.js';
import { Listeners } from '../listeners.js';
import type { Member } from '../membership.js';
import { termDocument, type Registry, type TermValue } from '../registry.js';
import { step, type Effect, type Input } from './core.js';
import type { Message } from './messages.js';
import { Peers, type Question, type Reply } from './peers.js';
import { raftMessage } from './procedures.js';
import { isEntered, votersDocument, type Roll } from './roll.js';
import { initialState, leads, leaseHolds, type State, type Timing } from './state.js';
import type { Votes } from './vote-file.js';

export interface RaftElectionOptions {
  self: Member;
  registry: Registry;
  voters: Roll;
  votes: Votes;
  rpc: Rpc;
  /** The shortest silence of a leader after which another one is elected. */
  electionMs: number;
  clock: Clock;
  random: Random;
  onEvent(event: string, detail: object): void;
}

/** Ticks fine enough that two candidates seldom begin in the same one. */
const timing: Timing = { beat: 5, lease: 17, silence: 20, spread: 14, install: 100 };
const lookMs = 1_000;
/** Without a look at the registry for this long it makes room for another: one look may fail. */
const patienceMs = 4_000;
const retryMs = 100;
/** How long one that resigned stays to vote for its heir. */
const handoverMs = 1_500;

export class RaftElection implements Election {
  readonly #options: RaftElectionOptions;
  readonly #tickMs: number;
  readonly #looks: Loop;
  readonly #peers: Peers;
  readonly #listeners: Listeners<Leadership>;
  #state: State;
  /** Up to when ticks were given. */
  #tickedAt = 0;
  #cancelTick: Cancel = () => undefined;
  #verifiedAt = -Infinity;
  /** The document of the term, as last seen. */
  #registered = { version: 0, term: 0, leader: '' };
  #wanted = false;
  #running = false;
  #stopping: Promise<void> = Promise.resolve();
  #endServing: () => void = () => undefined;
  #told: Leadership = { role: 'follower', term: 0, leader: null };

  constructor(options: RaftElectionOptions) {
    const { self, clock, electionMs, onEvent } = options;
    const onError = (error: unknown) => onEvent('election-failed', { error: messageOf(error) });
    this.#options = options;
    this.#tickMs = electionMs / timing.silence;
    this.#state = initialState(self.name, { term: 0, votedFor: null }, timing);
    this.#listeners = new Listeners(onError);
    this.#peers = new Peers({ ...options, deadlineMs: electionMs });
    this.#looks = new Loop({ clock, periodMs: lookMs, run: () => this.#look(), onError });
  }

  /** Rejects with `invalid-configuration` when the file of votes is not one. */
  async start(): Promise<void> {
    if (this.#wanted) return;
    this.#wanted = true;
    await this.#stopping;
    const { self, votes, rpc, clock, onEvent } = this.#options;
    const vote = await votes.read().catch((error: unknown) => {
      this.#wanted = false;
      throw error;
    });
    this.#state = initialState(self.name, vote, timing);
    this.#tickedAt = clock.monotonic();
    this.#running = true;
    this.#endServing = rpc.serve(raftMessage, (message) => this.#receive(message));
    this.#scheduleTick();
    await this.#look().catch((error: unknown) => onEvent('election-failed', { error: messageOf(error) }));
    if (this.#wanted) this.#looks.start();
  }

  current(): Leadership {
    const { self } = this.#options;
    const { role, term, leader, installed } = this.#state;
    const later = this.#ticksSince();
    if (this.#wanted && leads(this.#state, later)) return { role: 'leader', term, leader: self.name };
    const campaigns = role === 'pollster' || role === 'candidate' || leaseHolds(this.#state, later);
    const known = this.#running && installed && leader !== self.name ? leader : null;
    return { role: this.#wanted && campaigns ? 'candidate' : 'follower', term, leader: known };
  }

  onChange(listener: (leadership: Leadership) => void): void {
    this.#listeners.add(listener);
  }

  stop(): Promise<void> {
    if (this.#wanted) {
      this.#wanted = false;
      this.#stopping = this.#leave();
    }
    return this.#stopping;
  }

  async #leave(): Promise<void> {
    if (!this.#running) return;
    const { voters, self, onEvent } = this.#options;
    const resigns = this.#state.role === 'leader' && this.#state.voters.names.length > 1;
    await this.#looks.stop();
    this.#take({ kind: 'eligible', eligible: false });
    if (resigns) await this.#succeeded();
    await voters
      .leave(self)
      .catch((error: unknown) => onEvent('election-failed', { error: messageOf(error) }));
    this.#endServing();
    this.#cancelTick();
    this.#running = false;
    this.#announce();
  }

  /** Resolves when another leads, or has had time enough to. */
  async #succeeded(): Promise<void> {
    const { clock } = this.#options;
    const end = clock.monotonic() + handoverMs;
    while (!this.#state.installed && clock.monotonic() < end) await sleep(clock, this.#tickMs);
  }

  /** The names of those whose votes count, as far as known. */
  voters(): readonly string[] {
    return this.#state.voters.names;
  }

  /** Looks into the registry now. */
  look(): void {
    this.#looks.nudge();
  }

  #scheduleTick(): void {
    this.#cancelTick = this.#options.clock.after(this.#tickMs, () => {
      this.#catchUp();
      if (this.#running) this.#scheduleTick();
    });
  }

  #ticksSince(): number {
    return Math.floor((this.#options.clock.monotonic() - this.#tickedAt) / this.#tickMs);
  }

  /** However long this process stood still, the core learns of it before it learns of anything else. */
  #catchUp(): void {
    const count = this.#ticksSince();
    if (count <= 0) return;
    this.#tickedAt += count * this.#tickMs;
    if (this.#options.clock.monotonic() - this.#verifiedAt >= patienceMs)
      this.#carryOut(this.#step({ kind: 'eligible', eligible: false }));
    this.#carryOut(this.#step({ kind: 'ticks', count }));
  }

  #take(input: Input): void {
    this.#catchUp();
    this.#carryOut(this.#step(input));
  }

  #step(input: Input): Effect[] {
    const { state, effects } = step(this.#state, input, this.#options.random);
    const before = this.#state;
    this.#state = state;
    if (before.role === 'leader' && state.role !== 'leader' && before.installed)
      this.#options.onEvent('stepped-down', { term: before.term });
    this.#announce();
    return effects;
  }

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'save') this.#options.votes.save(effect);
      if (effect.kind === 'send') void this.#send(effect.message as Question);
      if (effect.kind === 'install') void this.#install(effect);
      if (effect.kind === 'refresh') this.#looks.nudge();
    }
  }

  /** Answers with what the core says in reply, once what it follows from is on the disk. */
  async #receive(message: Question): Promise<Reply | null> {
    this.#catchUp();
    const effects = this.#step({ kind: 'message', message });
    const replies = effects.flatMap((effect) =>
      effect.kind === 'send' && isReply(effect.message) ? [effect.message] : [],
    );
    this.#carryOut(effects.filter((effect) => !(effect.kind === 'send' && isReply(effect.message))));
    await this.#options.votes.saved();
    return replies[0] ?? null;
  }

  async #send(message: Question): Promise<void> {
    const { votes, onEvent } = this.#options;
    try {
      await votes.saved();
    } catch (error) {
      return onEvent('vote-failed', { error: messageOf(error) });
    }
    const reply = await this.#peers.ask(message);
    if (reply && this.#running) this.#take({ kind: 'message', message: reply });
  }

  async #look(): Promise<void> {
    const { registry, voters, self, clock } = this.#options;
    const askedAt = clock.monotonic();
    const [roll, term] = await Promise.all([voters.read(), registry.read(termDocument)]);
    const { version, members } =
      isEntered(roll.members, self) || !this.#wanted ? roll : await voters.enter(self);
    this.#verifiedAt = askedAt;
    this.#peers.know(members);
    this.#take({ kind: 'voters', voters: { version, names: members.map(({ name }) => name) } });
    const installed = (term?.value ?? { term: 0, leader: '' }) as TermValue;
    this.#registered = { ...installed, version: term?.version ?? 0 };
    this.#take({ kind: 'registered', ...installed });
    this.#take({ kind: 'eligible', eligible: this.#wanted });
  }

  /** Until it is done, or the core has lost its patience or its majority. What was last seen is tried first: a read costs time. */
  async #install({ term, version }: { term: number; version: number }): Promise<void> {
    const { self, registry, clock, onEvent } = this.#options;
    const value: TermValue = { term, leader: self.name };
    const guard = { name: votersDocument, version };
    const awaited = () =>
      this.#state.role === 'leader' && this.#state.term === term && !this.#state.installed;
    while (awaited()) {
      try {
        const { version: expected, ...present } = this.#registered;
        if (present.term >= term) return this.#take({ kind: 'registered', ...present });
        const written = await registry.write(termDocument, value, { expected, guard });
        if (written !== null) onEvent('elected', { term });
        if (written !== null) return this.#take({ kind: 'registered', ...value });
        await this.#look();
      } catch (error) {
        onEvent('election-failed', { error: messageOf(error) });
        await sleep(clock, retryMs);
      }
    }
  }

  #announce(): void {
    const now = this.current();
    const { role, term, leader } = this.#told;
    if (now.role === role && now.term === term && now.leader === leader) return;
    this.#told = now;
    this.#listeners.tell(now);
  }
}

function isReply(message: Message): message is Reply {
  return message.kind === 'answer' || message.kind === 'echo';
}
