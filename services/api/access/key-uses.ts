/** When each key was used last, written down together, at most once a minute for each key. */
import type { Clock } from '../../../shared/base/clock.js';
import { Loop } from '../../../shared/base/loop.js';
import type { KeyStore, KeyUse } from '../../../shared/store/keys.js';
import type { Logger } from '../../../shared/telemetry/logger.js';

const writeEveryMs = 60_000;

export class KeyUses extends Loop {
  readonly #keys: Pick<KeyStore, 'markUsed'>;
  readonly #latest = new Map<string, number>();

  constructor({ keys, clock, log }: { keys: Pick<KeyStore, 'markUsed'>; clock: Clock; log: Logger }) {
    super({
      clock,
      periodMs: writeEveryMs,
      run: () => this.#write(),
      log,
      failure: 'cannot write down now when keys were used',
    });
    this.#keys = keys;
  }

  note({ id, at }: KeyUse): void {
    this.#latest.set(id, at);
  }

  override async stop(): Promise<void> {
    await super.stop();
    // The store may be away already; a use is worth no waiting.
    await this.#write().catch(() => undefined);
  }

  async #write(): Promise<void> {
    const uses = [...this.#latest].map(([id, at]) => ({ id, at }));
    this.#latest.clear();
    if (uses.length > 0) await this.#keys.markUsed(uses);
  }
}
