/**
 * The election over the message bus and the registry: carries the core's messages, puts its questions, and turns the
 * clock into ticks. It decides nothing, and leads no longer than the core's lease holds, checked at each call.
 */
import type { Cancel, Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Random } from '../../base/random.js';
import type { Bus, Subscription } from '../../queue/bus.js';
import type { Election, Leadership } from '../election.js';
import { Listeners } from '../listeners.js';
import type { Member } from '../membership.js';
import { termDocument, type Registry, type TermValue } from '../registry.js';
import { step, type Event } from './core.js';
import { envelopeIn, Inbox, type Envelope, type Message } from './messages.js';
import { answerTo, writeOf, type Answer, type Question } from './questions.js';
import { initialState, leads, timingOf, type State } from './state.js';
import { tenureOf, type LeaseValue } from './tenure.js';
import type { Context, Effect } from './turn.js';

export type OnEvent = (event: string, detail: object) => void;

export interface RankedElectionOptions {
  self: Member;
  rank: number;
  bus: Bus;
  registry: Registry;
  clock: Clock;
  random: Random;
  /** How long a leader's lease in the registry binds the others. */
  leaseMs: number;
  onEvent: OnEvent;
}

const topic = 'ranked.election';
const tickMs = 50;
const documents = { term: termDocument, lease: 'ranked-lease' } as const;

export class RankedElection implements Election {
  readonly #options: RankedElectionOptions;
  readonly #context: Context;
  readonly #listeners: Listeners<Leadership>;
  readonly #inbox = new Inbox();
  #state: State;
  #told: Leadership;
  #sent = 0;
  #wanted = false;
  #subscription: Promise<Subscription | null> = Promise.resolve(null);
  #cancelTick: Cancel = () => undefined;
  /** The question to the registry under way, with what follows from its answer. */
  #question: Promise<void> = Promise.resolve();
  #troubled = false;

  constructor(options: RankedElectionOptions) {
    const { self, rank, random, leaseMs } = options;
    this.#options = options;
    this.#context = { id: self.id, name: self.name, rank, timing: timingOf(leaseMs / tickMs), random };
    this.#state = initialState(rank);
    this.#listeners = new Listeners((error) => this.#onError(error));
    this.#told = this.current();
  }

  /** Resolves once it listens, within two seconds while the bus is away. */
  async start(): Promise<void> {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#subscription = this.#options.bus
      .subscribe(topic, (_topic, payload) => this.#receive(payload))
      .catch((error: unknown) => (this.#onError(error), null));
    await this.#subscription;
    if (!this.#wanted) return;
    this.#take({ kind: 'join' });
    this.#tick();
  }

  current(): Leadership {
    const { position, tenure } = this.#state;
    const { name, timing } = this.#context;
    const term = tenure?.term ?? 0;
    if (leads(this.#state, this.#now(), timing)) return { role: 'leader', term, leader: name };
    if (position.role === 'candidate' && position.countdownEndsAt !== null)
      return { role: 'candidate', term, leader: null };
    const follows = position.role === 'member' && tenure?.ended === false && tenure.leader !== name;
    return { role: 'follower', term, leader: follows ? tenure.leader : null };
  }

  onChange(listener: (leadership: Leadership) => void): void {
    this.#listeners.add(listener);
  }

  async stop(): Promise<void> {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#cancelTick();
    this.#take({ kind: 'leave' });
    await this.#answered();
    const subscription = await this.#subscription;
    await subscription?.stop();
  }

  #tick(): void {
    this.#cancelTick = this.#options.clock.after(tickMs, () => this.#tick());
    this.#take({ kind: 'tick' });
  }

  #now(): number {
    return Math.floor(this.#options.clock.monotonic() / tickMs);
  }

  #receive(payload: unknown): void {
    const envelope = envelopeIn(payload);
    if (!envelope || !this.#inbox.accepts(envelope)) return;
    const { from, sentAt, message } = envelope;
    this.#take(from === this.#context.id ? { kind: 'echoed', sentAt } : { kind: 'heard', from, message });
  }

  #take(event: Event): void {
    const { state, effects } = step(this.#context, this.#state, { ...event, at: this.#now() });
    this.#state = state;
    for (const effect of effects) this.#do(effect);
    this.#announce();
  }

  #do(effect: Effect): void {
    if (effect.kind === 'send') this.#send(effect.message);
    else if (effect.kind === 'tell') this.#options.onEvent(effect.event, effect.detail);
    else this.#question = this.#ask(effect);
  }

  #send(message: Message): void {
    const envelope: Envelope = {
      from: this.#context.id,
      number: ++this.#sent,
      sentAt: this.#now(),
      message,
    };
    this.#options.bus.publish(topic, envelope);
  }

  async #ask(question: Question): Promise<void> {
    const answer = await this.#answerTo(question).catch((error: unknown): Answer => {
      this.#onError(error);
      return { kind: 'failed' };
    });
    if (answer.kind !== 'failed') this.#troubled = false;
    this.#take(answer);
  }

  async #answerTo(question: Question): Promise<Answer> {
    const { registry, self } = this.#options;
    if (question.kind === 'read') return { kind: 'read', tenure: await this.#readTenure() };
    const { document, value, expected, guard } = writeOf(question, self);
    const version = await registry.write(documents[document], value, {
      expected,
      guard: { name: documents[guard.document], version: guard.version },
    });
    return answerTo(question, version, self);
  }

  async #readTenure() {
    const { registry } = this.#options;
    const [term, lease] = await Promise.all([registry.read(documents.term), registry.read(documents.lease)]);
    return tenureOf(
      term && { version: term.version, value: term.value as TermValue },
      lease && { version: lease.version, value: lease.value as LeaseValue },
    );
  }

  /** Resolves when no question is under way; an answer may have led to another question. */
  async #answered(): Promise<void> {
    let last: Promise<void>;
    do {
      last = this.#question;
      await last;
    } while (last !== this.#question);
  }

  /** Once for each outage: it is asked several times a second. */
  #onError(error: unknown): void {
    if (!this.#troubled) this.#options.onEvent('election-failed', { error: messageOf(error) });
    this.#troubled = true;
  }

  #announce(): void {
    const now = this.current();
    const { role, term, leader } = this.#told;
    if (now.role === role && now.term === term && now.leader === leader) return;
    this.#told = now;
    this.#listeners.tell(now);
  }
}
