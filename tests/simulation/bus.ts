/** The simulated bus: at most once on a good day; otherwise it loses, delays and doubles as it likes. */
import type { Bus } from '../../shared/queue/bus.js';
import { Listeners } from '../../shared/queue/listeners.js';
import type { Life } from './machine.js';
import type { Network } from './network.js';
import type { World } from './world.js';

interface Hearer {
  life: Life;
  listeners: Listeners;
  /** When the last message of each sender arrives: none overtakes another. */
  arrivals: Map<string, number>;
}

export class SimulatedBus {
  /** Probabilities for a single message. */
  readonly mischief = { lost: 0, doubled: 0 };
  readonly #world: World;
  readonly #network: Network;
  readonly #hearers = new Set<Hearer>();

  constructor(world: World, network: Network) {
    this.#world = world;
    this.#network = network;
  }

  /** The port of one process. */
  busOf(life: Life): Bus {
    const world = this.#world;
    const onError = (error: unknown): void => world.tell(`${life.name} threw at a message: ${String(error)}`);
    const hearer: Hearer = { life, listeners: new Listeners(onError), arrivals: new Map() };
    const leave = (): void => void this.#hearers.delete(hearer);
    this.#hearers.add(hearer);
    life.onEnd(leave);
    return {
      publish: (topic, payload) => this.#publish(life, topic, encoded(payload)),
      subscribe: async (pattern, listener) => {
        const remove = hearer.listeners.add(pattern, listener);
        return { stop: async () => remove() };
      },
      close: async () => leave(),
    };
  }

  #publish(from: Life, topic: string, text: string | undefined): void {
    if (text === undefined) return;
    for (const hearer of this.#hearers) {
      const copies = this.#world.chance(this.mischief.doubled) ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) this.#send(from, hearer, [topic, text]);
    }
  }

  #send(from: Life, { life, listeners, arrivals }: Hearer, [topic, text]: [string, string]): void {
    const world = this.#world;
    const links = [from, life].map(({ name }) => this.#network.link(name, 'broker'));
    if (links.some(({ state }) => state !== 'open') || world.chance(this.mischief.lost)) return;
    const delayMs = links.reduce((sum, link) => sum + this.#network.delay(link), 0);
    const at = Math.max(world.elapsed + delayMs, arrivals.get(from.name) ?? 0);
    arrivals.set(from.name, at);
    world.after(at - world.elapsed, () => {
      if (links[1]!.state === 'open') life.hear(() => listeners.dispatch(topic, JSON.parse(text)));
    });
  }
}

function encoded(payload: unknown): string | undefined {
  try {
    return JSON.stringify(payload);
  } catch {
    return undefined;
  }
}
