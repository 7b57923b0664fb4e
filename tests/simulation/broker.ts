/**
 * The simulated broker of work: messages are kept until they are acknowledged, and come again when the channel that took
 * them has ended. It may deliver twice, in another order, and lose what it has confirmed. What a process sees of it is
 * the port in `queueOf`, with its way there and back.
 */
import { CarillonError } from '../../shared/base/errors.js';
import type { Consumer, Delivery, WorkMessage, WorkQueue } from '../../shared/queue/queue.js';
import type { Life } from './machine.js';
import type { Network } from './network.js';
import type { World } from './world.js';

export interface Mischief {
  /** Probabilities for a single message: of coming twice, out of turn, or never although confirmed. */
  doubled: number;
  reordered: number;
  forgotten: number;
}

/** One consumer's connection, and what it holds. */
interface Channel {
  life: Life;
  prefetch: number;
  held: Set<WorkMessage>;
  onDelivery(delivery: Delivery): void;
  /** Wants more. */
  open: boolean;
  /** Its acknowledgements count. */
  connected: boolean;
}

type Consumption = Parameters<WorkQueue['consume']>[0];

const deadlineMs = 2_000;
const unavailable = (): CarillonError => new CarillonError('queue-unavailable', 'the broker does not answer');

export class Broker {
  readonly mischief: Mischief = { doubled: 0, reordered: 0, forgotten: 0 };
  readonly #world: World;
  readonly #network: Network;
  readonly #maxLength: number;
  readonly #ready: WorkMessage[] = [];
  #channels: Channel[] = [];

  constructor(world: World, network: Network, maxLength = 10_000) {
    this.#world = world;
    this.#network = network;
    this.#maxLength = maxLength;
  }

  /** The port of one process. `alter` may spoil what it publishes. */
  queueOf(life: Life, alter: (message: WorkMessage) => WorkMessage = (message) => message): WorkQueue {
    let closed = false;
    const ask = <Result>(land: () => Result): Promise<Result> =>
      closed
        ? Promise.reject(unavailable())
        : this.#network.call(life, {
            to: 'broker',
            land: async () => land(),
            deadlineMs,
            failure: unavailable,
          });
    return {
      publish: (messages) =>
        ask(() => messages.map((message) => this.#accept(alter(message)))).catch(() =>
          messages.map(() => false),
        ),
      consume: async (consumption) => this.#consume(life, consumption, await ask(() => null)),
      depth: () => ask(() => this.#ready.length),
      ping: () => ask(() => undefined),
      close: async () => void (closed = true),
    };
  }

  /** Ends the channels of a process, whose consumers go on over new ones: what they held comes again. */
  reconnect(name: string): void {
    for (const channel of this.#channels.filter(({ life }) => life.name === name)) {
      this.#disconnect(channel);
      if (channel.open && channel.life.alive)
        this.#channels.push({ ...channel, held: new Set(), connected: true });
    }
    this.#pump();
  }

  #disconnect(channel: Channel): void {
    channel.connected = false;
    this.#channels = this.#channels.filter((other) => other !== channel);
    this.#ready.push(...channel.held);
    channel.held.clear();
    this.#pump();
  }

  #accept(message: WorkMessage): boolean {
    if (this.#ready.length >= this.#maxLength) return false;
    const copy = JSON.parse(JSON.stringify(message)) as WorkMessage;
    if (this.#world.chance(this.mischief.forgotten)) return true;
    this.#ready.push(copy);
    if (this.#world.chance(this.mischief.doubled)) this.#ready.push({ ...copy });
    this.#pump();
    return true;
  }

  #consume(life: Life, { prefetch, onDelivery }: Consumption, _asked: null): Consumer {
    const channel: Channel = { life, prefetch, held: new Set(), onDelivery, open: true, connected: true };
    this.#channels.push(channel);
    life.onEnd(() => this.#endChannelsOf(life));
    this.#pump();
    return { stop: async () => this.#close(life, onDelivery) };
  }

  /** A dead process's connection is noticed a little later. */
  #endChannelsOf(life: Life): void {
    this.#world.after(this.#world.between(1, 500), () => {
      for (const channel of this.#channels.filter((other) => other.life === life)) this.#disconnect(channel);
    });
  }

  #close(life: Life, onDelivery: Consumption['onDelivery']): void {
    for (const channel of this.#channels)
      if (channel.life === life && channel.onDelivery === onDelivery) channel.open = false;
  }

  #pump(): void {
    while (this.#ready.length > 0) {
      const index = this.#channels.findIndex(({ open, held, prefetch }) => open && held.size < prefetch);
      if (index < 0) return;
      const [channel] = this.#channels.splice(index, 1);
      this.#channels.push(channel!);
      this.#send(channel!, this.#next());
    }
  }

  #next(): WorkMessage {
    const outOfTurn = this.#world.chance(this.mischief.reordered);
    const index = outOfTurn ? this.#world.between(0, this.#ready.length - 1) : 0;
    return this.#ready.splice(index, 1)[0]!;
  }

  #send(channel: Channel, message: WorkMessage): void {
    const { life, held } = channel;
    const link = this.#network.link(life.name, 'broker');
    held.add(message);
    this.#world.after(this.#network.delay(link), () => {
      if (link.state !== 'open' || !channel.connected) return;
      if (channel.open) life.hear(() => this.#deliver(channel, message));
      else this.#giveBack(channel, message);
    });
  }

  #deliver(channel: Channel, message: WorkMessage): void {
    if (!channel.open) return this.#giveBack(channel, message);
    let settled = false;
    const once = (settle: () => void) => () => {
      if (settled) return;
      settled = true;
      const link = this.#network.link(channel.life.name, 'broker');
      if (link.state === 'open') this.#world.after(this.#network.delay(link), settle);
    };
    try {
      channel.onDelivery({
        message,
        ack: once(() => {
          if (channel.connected && channel.held.delete(message)) this.#pump();
        }),
        release: once(() => this.#giveBack(channel, message)),
      });
    } catch (error) {
      this.#world.tell(`${channel.life.name} threw at a delivery: ${String(error)}`);
    }
  }

  #giveBack(channel: Channel, message: WorkMessage): void {
    if (!channel.connected || !channel.held.delete(message)) return;
    this.#ready.push(message);
    this.#pump();
  }
}
