/**
 * Events on their way from the bus to those who listen here. Says on the bus which namespaces are listened to, keeps the
 * newest events of every namespace that anybody listens to at any API process – so that a listener may come back to
 * another one – and brings what arrives to its own listeners in rounds. A listener hears of his namespace alone.
 */
import type { Cancel, Clock } from '../../../shared/base/clock.js';
import { messageOf } from '../../../shared/base/errors.js';
import type { Lifecycle } from '../../../shared/base/lifecycle.js';
import {
  eventTopic,
  formatEventId,
  interestMs,
  mostNamespaces,
  parseEventId,
  type EventBatch,
} from '../../../shared/events/event.js';
import type { Bus, Subscription } from '../../../shared/queue/bus.js';
import type { Logger } from '../../../shared/telemetry/logger.js';
import type { Metrics } from '../../../shared/telemetry/metrics.js';
import { Problem } from '../plugins/problems.js';
import { EventChannel } from './event-channel.js';
import { EventInterest } from './event-interest.js';
import { EventStream, message, type Listening } from './event-stream.js';

const announceEveryMs = 2_000;
/** So many announcements lie between two signs of life to each listener. */
const announcementsPerHeartbeat = 5;
/** One that takes nothing for so many signs of life is let go. */
const patience = 3;
/** What arrives meanwhile goes out together: writes to sockets are what listeners cost. */
const roundMs = 10;
/** Events kept of one namespace. */
const largestRing = 20_000;

export interface EventFeedOptions {
  bus: Pick<Bus, 'publish' | 'subscribe'>;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  /** Listeners at a time; one more is refused. */
  mostListeners: number;
  /** Events kept of all namespaces together. */
  mostKept: number;
}

interface Watched {
  channel: EventChannel;
  subscription: Subscription;
  /** Nobody anywhere listens from then on, monotonic. */
  until: number;
}

export class EventFeed implements Lifecycle {
  readonly #options: EventFeedOptions;
  readonly #interest: EventInterest;
  readonly #watched = new Map<string, Promise<Watched>>();
  readonly #ready = new Map<string, Watched>();
  readonly #streams = new Set<EventStream>();
  #announcements = 0;
  #cancelAnnouncement: Cancel | null = null;
  #cancelRound: Cancel | null = null;
  #stopped = false;

  constructor(options: EventFeedOptions) {
    this.#options = options;
    this.#interest = new EventInterest({
      ...options,
      onInterest: (namespaces) => this.#keep(namespaces),
    });
    options.metrics.gauge({ name: 'api_event_listeners', help: 'Listeners to events' }, (gauge) =>
      gauge.set(this.#streams.size),
    );
  }

  async start(): Promise<void> {
    await this.#interest.start();
  }

  /** Ends every stream; what was sent still arrives. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelAnnouncement?.();
    this.#cancelRound?.();
    for (const stream of this.#streams) stream.end();
    await this.#interest.stop();
    for (const namespace of [...this.#watched.keys()]) await this.#forget(namespace);
  }

  /**
   * A stream of what happens from now on, or after that event, as far as it is kept; where it is not, the stream says so.
   * Rejects with `too-many-listeners`.
   */
  async listen(listening: Listening, lastEventId: string | undefined): Promise<EventStream> {
    if (this.#stopped || this.#streams.size >= this.#options.mostListeners)
      throw new Problem('too-many-listeners', 'as many listen here as may; listen in a moment, or elsewhere');
    const stream = new EventStream(listening);
    this.#streams.add(stream);
    stream.once('close', () => this.#leave(stream));
    try {
      await this.#join(stream, lastEventId);
    } catch (error) {
      stream.destroy();
      throw error;
    }
    return stream;
  }

  async #join(stream: EventStream, lastEventId: string | undefined): Promise<void> {
    const { namespace } = stream;
    const isNew = !this.#watched.has(namespace);
    const { channel } = await this.#watch(namespace);
    if (isNew) await this.#interest.makeKnown(namespace);
    const after = lastEventId === undefined ? null : parseEventId(lastEventId);
    stream.tell(`retry: 1000\n${message({ kind: 'ready', data: { namespace } })}`);
    const isKnown = channel.join(stream, after) && (lastEventId === undefined || after !== null);
    if (!isKnown) stream.tell(message({ kind: 'reset', data: { reason: tooLongAgo } }));
    stream.tell(this.#position());
  }

  #leave(stream: EventStream): void {
    this.#streams.delete(stream);
    this.#ready.get(stream.namespace)?.channel.streams.delete(stream);
  }

  /** A stream may be resumed from now even where nothing has happened. */
  #position(): string {
    return message({
      id: formatEventId({ at: this.#options.clock.now(), sender: this.#interest.name, n: 0 }),
    });
  }

  #announce(): void {
    const namespaces = new Set([...this.#streams].map(({ namespace }) => namespace));
    if (namespaces.size > 0) this.#interest.say([...namespaces]);
    if (++this.#announcements % announcementsPerHeartbeat === 0) this.#beat();
    this.#expire();
    this.#cancelAnnouncement = null;
    if (this.#watched.size > 0) this.#announceLater();
  }

  #announceLater(): void {
    if (!this.#stopped)
      this.#cancelAnnouncement ??= this.#options.clock.after(announceEveryMs, () => this.#announce());
  }

  /** Somebody listens, here or at another process, to which his listener may come back through this one. */
  #keep(namespaces: string[]): void {
    const { log } = this.#options;
    for (const namespace of namespaces)
      this.#watch(namespace).catch((error: unknown) =>
        log.warn({ namespace, reason: messageOf(error) }, 'events cannot be kept'),
      );
  }

  #beat(): void {
    const position = this.#position();
    for (const stream of this.#streams) {
      if (stream.isStuck(patience)) stream.destroy();
      else stream.tell(position);
    }
  }

  async #watch(namespace: string): Promise<Watched> {
    const { clock } = this.#options;
    let watching = this.#watched.get(namespace);
    if (!watching) {
      if (this.#watched.size >= mostNamespaces)
        throw new Problem('too-many-listeners', 'too many namespaces are listened to; try again in a minute');
      watching = this.#open(namespace);
      this.#watched.set(namespace, watching);
    }
    const watched = await watching;
    watched.until = clock.monotonic() + interestMs;
    return watched;
  }

  async #open(namespace: string): Promise<Watched> {
    const { bus, clock } = this.#options;
    const channel = new EventChannel(clock.now());
    const subscription = await bus.subscribe(eventTopic(namespace), (_topic, payload) =>
      this.#accept(channel, payload as EventBatch),
    );
    const watched = { channel, subscription, until: clock.monotonic() + interestMs };
    this.#ready.set(namespace, watched);
    this.#announceLater();
    return watched;
  }

  #accept(channel: EventChannel, batch: EventBatch): void {
    channel.accept(batch);
    this.#trim(channel);
    this.#cancelRound ??= this.#options.clock.after(roundMs, () => this.#round());
  }

  #round(): void {
    this.#cancelRound = null;
    for (const { channel } of this.#ready.values()) channel.round();
  }

  /** The longest ring gives way where all together are too long. */
  #trim({ ring }: EventChannel): void {
    while (ring.size > largestRing) ring.drop();
    const rings = [...this.#ready.values()].map(({ channel }) => channel.ring);
    let kept = rings.reduce((sum, { size }) => sum + size, 0);
    for (; kept > this.#options.mostKept; kept--)
      rings.reduce((one, other) => (other.size > one.size ? other : one)).drop();
  }

  #expire(): void {
    const now = this.#options.clock.monotonic();
    for (const [namespace, { until, channel }] of this.#ready)
      if (until <= now && channel.streams.size === 0) void this.#forget(namespace).catch(() => undefined);
  }

  async #forget(namespace: string): Promise<void> {
    const watching = this.#watched.get(namespace);
    this.#watched.delete(namespace);
    this.#ready.delete(namespace);
    await (await watching)?.subscription.stop();
  }
}

const tooLongAgo = 'what happened since that id is not kept here; read anew what you show, then go on';
