/**
 * Raft's election (§5.2 with pre-vote and check-quorum) as a pure function: a state and an input give the next state and
 * what is to be done, in order. There is no log: what a leader decides it writes to the registry, which refuses whoever is
 * not its latest leader. So the vote makes leaders quick and quiet, the registry makes them safe.
 *
 *              silence, and it may                 a majority would vote             a majority votes
 *   follower ──────────────────────► pollster ───────────────────────► candidate ─────────────────► leader
 *      ▲                               │ ▲ no majority in time              │                          │
 *      │                               │ └───────────────────────◄──────────┤ no majority in time      │
 *      └───────────────────────────────┴────────────────────────────────────┴──────────────────────────┘
 *        a leader is heard, a higher term, another voter set, the registry out of reach;
 *        as leader: no echo of a majority within its lease, its term not installed in time, resigned
 *
 * A poll changes nobody's term, so a voter that was cut off disturbs nobody when it is back. A voter that heard a leader
 * lately gives no vote, so a leader's lease is sure. Votes count only among those who know the same version of the set.
 */
import type { Random } from '../../base/random.js';
import type { Answer, Ask, Beat, Echo, Message, Resignation } from './messages.js';
import {
  isMajority,
  isVoter,
  leaseHolds,
  majorityAt,
  others,
  type State,
  type Vote,
  type Voters,
} from './state.js';

export type Input =
  /** This many ticks have passed; more than one after a pause. */
  | { kind: 'ticks'; count: number }
  | { kind: 'message'; message: Message }
  /** The voter set as it stands in the registry. */
  | { kind: 'voters'; voters: Voters }
  /** The term that stands in the registry, and whose it is. */
  | { kind: 'registered'; term: number; leader: string }
  /** Whether it may campaign and lead; a leader that may no longer resigns. */
  | { kind: 'eligible'; eligible: boolean };

export type Effect =
  /** Onto the disk, before any effect that follows. */
  | ({ kind: 'save' } & Vote)
  | { kind: 'send'; message: Message }
  /** Elected: install this term, provided that the voter set still has this version. */
  | { kind: 'install'; term: number; version: number }
  /** Somebody knows a newer voter set: read it. */
  | { kind: 'refresh' };

/** The next state, and what is to be done; without anything to do, no effects. */
export function step(state: State, input: Input, random: Random): { state: State; effects: Effect[] } {
  const turn = new Turn(state, random);
  turn.take(input);
  return { state: turn.state, effects: turn.effects };
}

/** One step under way. */
class Turn {
  state: State;
  readonly effects: Effect[] = [];
  readonly #random: Random;

  constructor(state: State, random: Random) {
    this.state = state;
    this.#random = random;
  }

  take(input: Input): void {
    if (input.kind === 'ticks') this.#onTicks(input.count);
    if (input.kind === 'message') this.#onMessage(input.message);
    if (input.kind === 'voters') this.#onVoters(input.voters);
    if (input.kind === 'registered') this.#onRegistered(input);
    if (input.kind === 'eligible') this.#onEligible(input.eligible);
  }

  #onTicks(count: number): void {
    const { timing } = this.state;
    this.#set({ now: this.state.now + count });
    const { role, now, leader, heardAt, campaignAt, eligible } = this.state;
    if (role === 'leader') return this.#onLeaderTicks();
    if (leader !== null && now - heardAt >= timing.silence) this.#set({ leader: null, installed: false });
    if (now >= campaignAt && eligible && isVoter(this.state)) this.#poll();
  }

  #onLeaderTicks(): void {
    const { now, beatAt, ledSince, installed, timing } = this.state;
    if (!leaseHolds(this.state)) return this.#follow();
    if (!installed && now - ledSince >= timing.install) return this.#resign();
    this.#confirm();
    if (now - beatAt >= timing.beat) this.#beat();
  }

  #onMessage(message: Message): void {
    if (message.to !== this.state.self) return;
    if (message.version > this.state.voters.version) this.effects.push({ kind: 'refresh' });
    if (message.kind === 'ask') this.#onAsk(message);
    if (message.kind === 'answer') this.#onAnswer(message);
    if (message.kind === 'beat') this.#onBeat(message);
    if (message.kind === 'echo') this.#onEcho(message);
    if (message.kind === 'resignation') this.#onResignation(message);
  }

  #onAsk(ask: Ask): void {
    if (!this.#mayConsider(ask)) return this.#answer(ask, false);
    if (ask.poll) return this.#answer(ask, ask.term > this.state.term);
    if (ask.term > this.state.term) this.#adopt(ask.term);
    const { term, votedFor, now } = this.state;
    const granted = ask.term === term && (votedFor === null || votedFor === ask.from);
    if (granted && votedFor === null) this.#save({ term, votedFor: ask.from });
    if (granted) this.#set({ heardAt: now, campaignAt: this.#randomInstant() });
    this.#answer(ask, granted);
  }

  /** Nobody is replaced who may still be leading, and votes of different sets are not counted together. */
  #mayConsider({ from, version, handedOver }: Ask): boolean {
    const { now, heardAt, timing, voters } = this.state;
    const loyal = leaseHolds(this.state) || now - heardAt < timing.silence;
    return version === voters.version && voters.names.includes(from) && (handedOver || !loyal);
  }

  #answer(ask: Ask, granted: boolean): void {
    const term = ask.poll && granted ? ask.term : this.state.term;
    this.#send({ ...this.#to(ask.from), kind: 'answer', term, poll: ask.poll, granted });
  }

  #onAnswer({ from, term, version, poll, granted }: Answer): void {
    if (term > this.state.term && !(poll && granted)) return this.#adopt(term);
    const { role, voters } = this.state;
    const awaited = poll
      ? role === 'pollster' && term === this.state.term + 1
      : role === 'candidate' && term === this.state.term;
    if (!granted || !awaited || version !== voters.version || this.state.granted.includes(from)) return;
    this.#set({ granted: [...this.state.granted, from] });
    this.#count();
  }

  #onBeat({ from, term, sentAt, installed }: Beat): void {
    if (term > this.state.term) this.#adopt(term);
    // Another leader of this very term was elected by another set; the registry decides between us, not a beat.
    if (term === this.state.term && this.state.role === 'leader') return;
    if (term === this.state.term) {
      const heard = { leader: from, installed, heardAt: this.state.now, campaignAt: this.#randomInstant() };
      this.#set({ role: 'follower', ...heard });
    }
    this.#send({ ...this.#to(from), kind: 'echo', sentAt });
  }

  #onEcho({ from, term, sentAt }: Echo): void {
    if (term > this.state.term) return this.#adopt(term);
    const { role, echoes, now } = this.state;
    if (role !== 'leader' || term !== this.state.term || sentAt > now) return;
    this.#set({ echoes: { ...echoes, [from]: Math.max(echoes[from] ?? sentAt, sentAt) } });
    this.#confirm();
  }

  #onResignation({ from, term, heir }: Resignation): void {
    const { role, leader } = this.state;
    if (role !== 'follower' || term !== this.state.term || from !== leader) return;
    this.#follow();
    if (heir === this.state.self && this.state.eligible && isVoter(this.state))
      this.#campaign({ handedOver: true });
  }

  /** A candidate's votes, and those of a leader whose term is not installed yet, were given under the old set. */
  #onVoters(voters: Voters): void {
    if (voters.version === this.state.voters.version) return;
    const { role, installed } = this.state;
    this.#set({ voters });
    if (role === 'leader' && installed && isVoter(this.state)) return this.#confirm();
    if (role !== 'follower') this.#follow();
  }

  #onRegistered({ term, leader }: { term: number; leader: string }): void {
    const { self, role, installed } = this.state;
    if (term > this.state.term) return this.#adopt(term);
    if (term < this.state.term || role !== 'leader' || installed) return;
    if (leader !== self) return this.#follow();
    this.#set({ installed: true });
    this.#beat();
  }

  #onEligible(eligible: boolean): void {
    if (eligible === this.state.eligible) return;
    this.#set({ eligible });
    if (eligible) return this.#set({ campaignAt: this.#randomInstant() });
    if (this.state.role === 'leader') this.#resign();
    else if (this.state.role !== 'follower') this.#follow();
  }

  #poll(): void {
    this.#set({ role: 'pollster', leader: null, installed: false });
    this.#ask({ poll: true, handedOver: false });
  }

  #campaign({ handedOver }: { handedOver: boolean }): void {
    this.#save({ term: this.state.term + 1, votedFor: this.state.self });
    this.#set({ role: 'candidate', leader: null, installed: false });
    this.#ask({ poll: false, handedOver });
  }

  #ask({ poll, handedOver }: { poll: boolean; handedOver: boolean }): void {
    const { self, now } = this.state;
    this.#set({ askedAt: now, granted: [self], campaignAt: this.#randomInstant() });
    const term = this.state.term + (poll ? 1 : 0);
    for (const name of others(this.state))
      this.#send({ ...this.#to(name), kind: 'ask', term, poll, handedOver });
    this.#count();
  }

  #count(): void {
    const { role, granted, term, voters, self, askedAt, now } = this.state;
    if (!isMajority(this.state, granted)) return;
    if (role === 'pollster') return this.#campaign({ handedOver: false });
    // Who gave a vote gives none to anybody else for a while, as if it had heard a beat sent when the vote was asked for.
    const echoes = Object.fromEntries(granted.map((name) => [name, askedAt]));
    this.#set({ role: 'leader', leader: self, ledSince: now, echoes, confirmedAt: askedAt });
    this.effects.push({ kind: 'install', term, version: voters.version });
    this.#beat();
  }

  #beat(): void {
    const { now, installed } = this.state;
    this.#set({ beatAt: now });
    for (const name of others(this.state))
      this.#send({ ...this.#to(name), kind: 'beat', sentAt: now, installed });
  }

  #confirm(): void {
    this.#set({ confirmedAt: Math.max(this.state.confirmedAt, majorityAt(this.state)) });
  }

  /** In favour of the voter that was heard last; it leads no more before anybody hears of it. */
  #resign(): void {
    const { echoes } = this.state;
    const [heir] = others(this.state).sort((a, b) => (echoes[b] ?? -1) - (echoes[a] ?? -1));
    this.#follow();
    for (const name of others(this.state))
      this.#send({ ...this.#to(name), kind: 'resignation', heir: heir! });
  }

  #adopt(term: number): void {
    this.#save({ term, votedFor: null });
    this.#follow();
  }

  #follow(): void {
    this.#set({ role: 'follower', leader: null, installed: false, campaignAt: this.#randomInstant() });
  }

  #randomInstant(): number {
    const { now, timing } = this.state;
    return now + timing.silence + 1 + Math.floor(this.#random.next() * timing.spread);
  }

  #save(vote: Vote): void {
    this.#set(vote);
    this.effects.push({ kind: 'save', ...vote });
  }

  #to(name: string): { from: string; to: string; term: number; version: number } {
    const { self, term, voters } = this.state;
    return { from: self, to: name, term, version: voters.version };
  }

  #send(message: Message): void {
    this.effects.push({ kind: 'send', message });
  }

  #set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
  }
}
