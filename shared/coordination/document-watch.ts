/**
 * Watches one document by reading it: at once, when nudged, and every so often, so that a missed nudge or a failed read
 * costs a delay and never a version. Tells each version once.
 */
import type { Clock } from '../base/clock.js';
import { Loop } from '../base/loop.js';
import type { RegistryDocument } from './registry.js';

export interface DocumentWatchOptions {
  /** Never answers what is older than an earlier answer; null: absent, or not to be had now. */
  read(): Promise<RegistryDocument | null>;
  listener(document: RegistryDocument): void;
  recheckMs: number;
  clock: Clock;
  /** Told of a failed read and of a listener that threw. */
  onError(error: unknown): void;
}

export class DocumentWatch {
  readonly #options: DocumentWatchOptions;
  readonly #loop: Loop;
  #told = 0;
  #ended = false;

  constructor(options: DocumentWatchOptions) {
    const { clock, recheckMs, onError } = options;
    this.#options = options;
    this.#loop = new Loop({ clock, periodMs: recheckMs, run: () => this.#look(), onError });
    this.#loop.start();
  }

  /** Asks for a look now. */
  nudge(): void {
    this.#loop.nudge();
  }

  /** Nothing is told any more from now on. */
  end(): void {
    this.#ended = true;
    void this.#loop.stop();
  }

  async #look(): Promise<void> {
    const document = await this.#options.read();
    if (this.#ended || !document || document.version === this.#told) return;
    this.#told = document.version;
    this.#options.listener(document);
  }
}
