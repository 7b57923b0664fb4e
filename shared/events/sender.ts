/**
 * Tells over the bus what this process has written, while somebody listens to its namespace. Call it after the write: what
 * is told has happened. It gathers for a few milliseconds, so that a batch of the store is one message of the bus, and costs
 * a look into an empty map while nobody listens. It never waits, never fails, and what it leaves out can be counted.
 */
import type { Cancel, Clock } from '../base/clock.js';
import { lifeToken } from '../base/ids.js';
import type { Lifecycle } from '../base/lifecycle.js';
import type { Bus, Subscription } from '../queue/bus.js';
import {
  eventTopic,
  interestMs,
  interestTopic,
  mostNamespaces,
  type EventBatch,
  type Fact,
  type Interest,
  type Told,
} from './event.js';

const gatherMs = 5;
const largestBatch = 500;
/** Above it events are only counted: listeners must not take the processor from the callbacks. */
const mostPerSecond = 5_000;

export interface EventSenderOptions {
  bus: Pick<Bus, 'publish' | 'subscribe'>;
  clock: Clock;
}

interface Track {
  /** The number of the next event. */
  n: number;
  waiting: Told[];
  cancel: Cancel | null;
}

export class EventSender implements Lifecycle {
  readonly #options: EventSenderOptions;
  readonly #sender = lifeToken();
  /** Until when each namespace is listened to, monotonic. */
  readonly #wanted = new Map<string, number>();
  readonly #tracks = new Map<string, Track>();
  #starting: Promise<Subscription> | null = null;
  #second = { from: -Infinity, told: 0 };

  constructor(options: EventSenderOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#starting ??= this.#options.bus.subscribe(interestTopic, (_topic, payload) => this.#learn(payload));
    await this.#starting;
  }

  /** Sends what it has gathered. */
  async stop(): Promise<void> {
    for (const namespace of this.#tracks.keys()) this.#flush(namespace);
    await (await this.#starting)?.stop();
  }

  /** Tells what `factsOf` makes of each, where somebody listens to its namespace. */
  tell<Subject extends { namespace: string }>(
    subjects: Iterable<Subject>,
    factsOf: (subject: Subject) => Fact | readonly Fact[] | null,
  ): void {
    if (this.#wanted.size === 0) return;
    for (const subject of subjects) {
      if (!this.#isWanted(subject.namespace)) continue;
      for (const fact of [factsOf(subject) ?? []].flat()) this.#add(fact);
    }
  }

  #isWanted(namespace: string): boolean {
    const until = this.#wanted.get(namespace);
    if (until === undefined) return false;
    if (this.#options.clock.monotonic() < until) return true;
    this.#flush(namespace);
    this.#wanted.delete(namespace);
    this.#tracks.delete(namespace);
    return false;
  }

  #learn(payload: unknown): void {
    const { namespaces } = payload as Partial<Interest>;
    if (!Array.isArray(namespaces)) return;
    const until = this.#options.clock.monotonic() + interestMs;
    for (const namespace of namespaces)
      if (this.#wanted.has(namespace) || this.#wanted.size < mostNamespaces)
        this.#wanted.set(namespace, until);
  }

  #add(fact: Fact): void {
    const { clock } = this.#options;
    const track = this.#trackOf(fact.namespace);
    if (!this.#mayTell()) {
      this.#flush(fact.namespace);
      track.n++;
      return;
    }
    track.n++;
    track.waiting.push({ ...fact, at: clock.now() });
    if (track.waiting.length >= largestBatch) this.#flush(fact.namespace);
    else track.cancel ??= clock.after(gatherMs, () => this.#flush(fact.namespace));
  }

  #trackOf(namespace: string): Track {
    let track = this.#tracks.get(namespace);
    if (!track) this.#tracks.set(namespace, (track = { n: 1, waiting: [], cancel: null }));
    return track;
  }

  #mayTell(): boolean {
    const now = this.#options.clock.monotonic();
    if (now - this.#second.from >= 1_000) this.#second = { from: now, told: 0 };
    return this.#second.told++ < mostPerSecond;
  }

  #flush(namespace: string): void {
    const track = this.#tracks.get(namespace);
    track?.cancel?.();
    if (!track || track.waiting.length === 0) return;
    const events = track.waiting;
    track.cancel = null;
    track.waiting = [];
    const batch: EventBatch = { sender: this.#sender, first: track.n - events.length, events };
    this.#options.bus.publish(eventTopic(namespace), batch);
  }
}
