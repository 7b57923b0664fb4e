/**
 * The links between processes and what they call: the store, the broker, each other. Every way takes its time; a link
 * may be cut, so that nothing arrives and nothing comes back, refuse at once, be slow, or lose now and then a request or
 * a reply. What was done is done, whether or not its reply arrives.
 */
import type { CarillonError } from '../../shared/base/errors.js';
import type { Life } from './machine.js';
import type { World } from './world.js';

export interface Weather {
  /** `cut`: packets vanish; `refusing`: connections are refused. */
  state: 'open' | 'cut' | 'refusing';
  /** The longest that one way takes, milliseconds. */
  slowMs: number;
  /** Probabilities for a single call. */
  lostRequests: number;
  lostReplies: number;
}

export const calm: Readonly<Weather> = { state: 'open', slowMs: 4, lostRequests: 0, lostReplies: 0 };

export interface Call<Result> {
  /** The other end: `store`, `broker`, or the name of a process. */
  to: string;
  /** Done when the request arrives. */
  land(): Promise<Result>;
  deadlineMs: number;
  /** What the caller gets when nothing comes back in time, or the connection is refused. */
  failure(): CarillonError;
}

export class Network {
  readonly #world: World;
  readonly #links = new Map<string, Weather>();

  constructor(world: World) {
    this.#world = world;
  }

  /** The link of a process to something, to be changed in place. */
  link(from: string, to: string): Weather {
    const key = from < to ? `${from} ${to}` : `${to} ${from}`;
    let link = this.#links.get(key);
    if (!link) this.#links.set(key, (link = { ...calm }));
    return link;
  }

  /** Every link is well again. */
  heal(): void {
    for (const link of this.#links.values()) Object.assign(link, calm);
  }

  /** How long one way takes now. */
  delay({ slowMs }: Weather): number {
    return this.#world.between(1, slowMs);
  }

  call<Result>(life: Life, { to, land, deadlineMs, failure }: Call<Result>): Promise<Result> {
    const world = this.#world;
    const link = this.link(life.name, to);
    return new Promise<Result>((resolve, reject) => {
      const cancel = life.after(deadlineMs, () => reject(failure()));
      const back = (run: () => void): void => {
        if (link.state === 'cut' || world.chance(link.lostReplies)) return;
        world.after(this.delay(link), () => life.hear(() => (cancel(), run())));
      };
      if (link.state === 'refusing') return back(() => reject(failure()));
      if (world.chance(link.lostRequests)) return;
      world.after(this.delay(link), () => {
        if (link.state === 'cut') return;
        if (link.state === 'refusing') return back(() => reject(failure()));
        land().then(
          (result) => back(() => resolve(result)),
          (error: unknown) => back(() => reject(error instanceof Error ? error : new Error(String(error)))),
        );
      });
    });
  }
}
