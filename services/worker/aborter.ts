/**
 * Ends calls whose execution a newer one takes the place of (overlap `cancelOther`): such a one is stamped in the store,
 * and looked for here, once a second and only while calls are under way that can be stamped.
 */
import type { Clock } from '../../shared/base/clock.js';
import { Loop } from '../../shared/base/loop.js';
import type { Presence } from '../../shared/presence/presence.js';
import type { DeliveryStore } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';

const lookEveryMs = 1_000;

export interface AborterOptions {
  store: Pick<DeliveryStore, 'aborts'>;
  presence: Pick<Presence, 'incarnation'>;
  clock: Clock;
  log: Logger;
}

export class Aborter extends Loop {
  readonly #options: AborterOptions;
  readonly #watched = new Map<string, AbortController>();

  constructor(options: AborterOptions) {
    super({
      ...options,
      periodMs: lookEveryMs,
      run: () => this.#look(),
      failure: 'could not look for calls to end; trying again',
    });
    this.#options = options;
  }

  /** A signal that is aborted when this running execution is to end; to be given up by `forget`. */
  watch(id: string): AbortSignal {
    const controller = new AbortController();
    this.#watched.set(id, controller);
    return controller.signal;
  }

  forget(id: string): void {
    this.#watched.delete(id);
  }

  async #look(): Promise<void> {
    if (this.#watched.size === 0) return;
    const { store, presence } = this.#options;
    for (const id of await store.aborts(presence.incarnation)) this.#watched.get(id)?.abort();
  }
}
