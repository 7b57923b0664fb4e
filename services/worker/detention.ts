/**
 * Where messages wait while dispatch is paused at the instants of their calls. Each is judged by its own instant, and all
 * anew when other settings hold or are known.
 */
import type { Clock } from '../../shared/base/clock.js';
import type { SettingsSource } from '../../shared/settings/settings.js';

export interface DetentionOptions<Item> {
  settings: SettingsSource;
  clock: Clock;
  /** Gives one back, to be judged anew. */
  release(item: Item): void;
}

export class Detention<Item> {
  readonly #options: DetentionOptions<Item>;
  readonly #detained: Item[] = [];

  constructor(options: DetentionOptions<Item>) {
    this.#options = options;
    options.settings.onChange(() => this.clear().forEach((item) => options.release(item)));
  }

  /** Whether what is to be called at `callAt`, or now where that is past, may not start. */
  applies(callAt: number): boolean {
    const { settings, clock } = this.#options;
    return settings.at(Math.max(callAt, clock.now())).dispatchPaused === true;
  }

  put(item: Item): void {
    this.#detained.push(item);
  }

  /** Takes out everything. */
  clear(): Item[] {
    return this.#detained.splice(0);
  }
}
