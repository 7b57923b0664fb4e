/**
 * A leader's handover machine with members that answer when they are told to, and the registry's copy of the ring. What a
 * reader should know is told to `tell`, from the moment that it is set, with the milliseconds since then.
 */
import {
  newestOf,
  notLeading,
  step,
  type Handover,
  type HandoverEffect,
  type HandoverEvent,
  type HandoverInput,
  type Phase,
} from '../../shared/ring/handover.js';
import type { Ring, RingVersion } from '../../shared/ring/ring.js';

export type Action =
  | { kind: 'answer'; pick: number; aheadMs: number }
  | { kind: 'silence'; pick: number }
  | { kind: 'die'; pick: number }
  | { kind: 'join'; pick: number }
  | { kind: 'write' }
  | { kind: 'loseWrite' }
  | { kind: 'succeed' }
  | { kind: 'pass'; ms: number };

export class HandoverWorld {
  now: number;
  living: string[];
  /** What the registry has. */
  ring: Ring = [];
  readonly written: RingVersion[] = [];
  readonly positions = new Map<string, number>();
  readonly events: HandoverEvent[] = [];
  #state: Handover = notLeading;
  #pending: Ring | null = null;
  #tell: (at: number, text: string) => void = () => undefined;
  #toldFrom = 0;

  constructor(now: number, living: string[]) {
    this.now = now;
    this.living = living;
    this.#lead();
  }

  tellTo(tell: (at: number, text: string) => void): void {
    this.#tell = tell;
    this.#toldFrom = this.now;
  }

  get phase(): Phase {
    return this.#state.phase;
  }

  get newest(): RingVersion | null {
    return newestOf(this.ring);
  }

  /** Who has been asked and has not answered. */
  get asked(): readonly string[] {
    return this.#state.waiting;
  }

  answer(member: string): void {
    this.lateAnswer(member, this.positions.get(member) ?? 0)();
  }

  /** An answer to the present question that arrives when the result is called. */
  lateAnswer(member: string, position: number): () => void {
    const { round } = this.#state;
    return () => this.#feed({ kind: 'answer', member, round, position, now: this.now });
  }

  silence(member: string): void {
    this.#feed({ kind: 'silence', member, round: this.#state.round, now: this.now });
  }

  /** Everybody answers, and the registry takes what is written, until nothing is asked any more. */
  answerAll(): void {
    while (this.asked.length > 0 || this.#pending) {
      for (const member of [...this.asked]) this.answer(member);
      this.write();
    }
  }

  write(): void {
    if (!this.#pending) return;
    this.ring = this.#pending;
    this.written.push(this.newest!);
    this.#pending = null;
    this.#feed({ kind: 'written', ring: this.ring, now: this.now });
  }

  join(member: string): void {
    if (!this.living.includes(member)) this.replace([...this.living, member]);
  }

  die(member: string): void {
    this.replace(this.living.filter((other) => other !== member));
  }

  replace(living: string[]): void {
    this.living = living;
    this.#feed({ kind: 'members', wanted: living, now: this.now });
  }

  /** The leader dies; another one reads the registry. A write under way is lost with it. */
  succeed(): void {
    this.#feed({ kind: 'follow' });
    this.#lead();
  }

  pass(ms: number): void {
    this.now += ms;
    this.#feed({ kind: 'tick', now: this.now });
  }

  /** No further fault: time goes by and everybody answers, until nothing moves. */
  settle(): void {
    for (let second = 0; second < 60; second++) {
      this.answerAll();
      this.pass(1_000);
    }
  }

  act(action: Action): void {
    if (action.kind === 'pass') return this.pass(action.ms);
    if (action.kind === 'write') return this.write();
    if (action.kind === 'succeed') return this.succeed();
    if (action.kind === 'loseWrite') return this.#loseWrite();
    if (action.kind === 'join') return this.join(`m${action.pick}`);
    if (action.kind === 'die') return this.#dieUnlessLast(`m${action.pick}`);
    const member = this.asked[action.pick % this.asked.length];
    if (member === undefined) return;
    if (action.kind === 'silence') return this.silence(member);
    this.positions.set(member, this.now + action.aheadMs);
    this.answer(member);
  }

  #dieUnlessLast(member: string): void {
    if (this.living.length > 1) this.die(member);
  }

  /** The registry takes it, but the reply is lost: the leader leads again with what it reads. */
  #loseWrite(): void {
    if (!this.#pending) return;
    this.ring = this.#pending;
    this.written.push(this.newest!);
    this.succeed();
  }

  #lead(): void {
    this.#pending = null;
    this.#feed({ kind: 'lead', ring: this.ring, wanted: this.living, now: this.now });
  }

  #feed(input: HandoverInput): void {
    const { phase } = this.#state;
    const { state, effects } = step(this.#state, input);
    this.#state = state;
    this.#narrate(this.#wordsFor(input));
    for (const effect of effects) {
      if (effect.kind === 'event') this.events.push(effect.event);
      if (effect.kind === 'write') this.#pending = effect.ring;
      this.#narrate(this.#wordsOf(effect));
    }
    if (state.phase !== phase) this.#narrate(`phase: ${state.phase}`);
  }

  #narrate(text: string | null): void {
    if (text !== null) this.#tell(this.now - this.#toldFrom, text);
  }

  #wordsFor(input: HandoverInput): string | null {
    if (input.kind === 'answer')
      return `${input.member} answers: claimed up to ${this.#since(input.position)}`;
    if (input.kind === 'silence') return `${input.member} answers nothing`;
    return input.kind === 'written' ? 'the registry has it' : null;
  }

  #wordsOf(effect: HandoverEffect): string {
    if (effect.kind === 'event') return `handover ${effect.event}`;
    if (effect.kind === 'prepare') return `the leader asks ${effect.members.join(', ')} for their positions`;
    if (effect.kind === 'commit') return `the leader tells ${effect.members.join(', ')} what is committed`;
    const { number, members, effectiveFrom } = newestOf(effect.ring)!;
    return `the leader writes version ${number}: ${members.join(', ')}, from ${this.#since(effectiveFrom)}`;
  }

  #since(instant: number): string {
    return instant === 0 ? 'nothing yet' : String(instant - this.#toldFrom);
  }
}
