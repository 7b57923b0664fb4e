/**
 * The ring as this process knows it: pushed by watch and by the leader's calls, and verified every other second. While it
 * cannot be verified it is believed for the freshness time, since doubling is harmless and a pause is not; then there is
 * no ring, and so no new work, until the registry is back.
 */
import type { Clock } from '../../shared/base/clock.js';
import { messageOf } from '../../shared/base/errors.js';
import { Loop } from '../../shared/base/loop.js';
import type { ClusterConfig } from '../../shared/config/cluster.js';
import type { Registry, RegistryDocument } from '../../shared/coordination/registry.js';
import { newestOf } from '../../shared/ring/handover.js';
import type { Ring } from '../../shared/ring/ring.js';
import { Freshness } from '../../shared/settings/freshness.js';
import type { Logger } from '../../shared/telemetry/logger.js';

const verifyEveryMs = 2_000;
/** The registry document that holds the ring. */
export const ringDocument = 'ring';

export interface RingValue {
  versions: Ring;
}

export interface RingDocument extends RegistryDocument {
  value: RingValue;
}

const nothing: RingDocument = { version: 0, value: { versions: [] } };

export interface RingViewOptions {
  registry: Registry;
  clock: Clock;
  log: Logger;
  config: Pick<ClusterConfig, 'freshnessMs'>;
}

export class RingView extends Loop {
  readonly #options: RingViewOptions;
  readonly #freshness: Freshness;
  readonly #listeners: (() => void)[] = [];
  #known: { version: number; ring: Ring } = { version: 0, ring: [] };
  #endWatch: () => void = () => undefined;
  /** Whether the log has it that the ring may be acted upon. */
  #trusted = false;

  constructor(options: RingViewOptions) {
    super({
      clock: options.clock,
      periodMs: verifyEveryMs,
      run: () => this.#verify(),
      onError: (error) => this.#onUnverified(error),
    });
    this.#options = options;
    this.#freshness = new Freshness(options.config.freshnessMs);
  }

  override start(): void {
    this.#endWatch = this.#options.registry.watch(ringDocument, (document) => this.adopt(document));
    super.start();
  }

  override async stop(): Promise<void> {
    this.#endWatch();
    await super.stop();
  }

  /** The ring to act upon; empty before one is known and when none has been verified for too long. */
  ring(): Ring {
    return this.#freshness.holds(this.#options.clock.monotonic()) ? this.#known.ring : [];
  }

  /** Number of the newest version known; 0 before any. */
  version(): number {
    return newestOf(this.#known.ring)?.number ?? 0;
  }

  /** Called when another ring is known, or the known one may be acted upon again. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Takes a document that somebody tells of, if it is newer than what is known. */
  adopt(document: RegistryDocument): void {
    if (document.version > this.#known.version) this.#take(document);
  }

  /** What stands counts even if it is older than what was known when it was asked for: then somebody emptied the registry. */
  async #verify(): Promise<void> {
    const { registry, clock, log } = this.#options;
    const askedAt = clock.monotonic();
    const { version: before } = this.#known;
    const document = (await registry.verify(ringDocument)) ?? nothing;
    this.#freshness.verified(askedAt);
    if (document.version > this.#known.version || document.version < before) this.#take(document);
    if (this.#trusted) return;
    this.#trusted = true;
    log.info({ ring: this.version() }, 'the ring is verified');
    this.#tell();
  }

  #onUnverified(error: unknown): void {
    const { clock, log } = this.#options;
    if (!this.#trusted || this.#freshness.holds(clock.monotonic())) return;
    this.#trusted = false;
    log.warn({ reason: messageOf(error) }, 'the ring cannot be verified; no new work until it can');
  }

  #take({ version, value }: RegistryDocument): void {
    this.#known = { version, ring: (value as RingValue).versions };
    this.#options.log.info({ ring: this.#known.ring.at(-1) }, 'another ring is known');
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
