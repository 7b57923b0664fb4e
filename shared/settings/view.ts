/**
 * The settings as this process knows them: the current version and those to come, verified each second by a linearizable
 * read. While they cannot be verified they are believed for the freshness time; then `verified` is false and the process
 * takes no new work, until they are verified again. What was known stays in force for what had been started before.
 */
import type { Cancel, Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Lifecycle } from '../base/lifecycle.js';
import { Loop } from '../base/loop.js';
import type { DocumentStore } from '../store/store.js';
import type { Logger } from '../telemetry/logger.js';
import { settingsDocument, timelineOf } from './announcement.js';
import { Freshness } from './freshness.js';
import type { Settings, SettingsSource } from './settings.js';
import { outlook, settingsAt, type Timeline } from './timeline.js';

const verifyEveryMs = 1_000;
const asConfigured: Settings = {};

export interface SettingsViewOptions {
  documents: Pick<DocumentStore, 'read'>;
  clock: Clock;
  log: Logger;
  freshnessMs: number;
}

export class SettingsView implements SettingsSource, Lifecycle {
  readonly #options: SettingsViewOptions;
  readonly #freshness: Freshness;
  readonly #loop: Loop;
  readonly #listeners: (() => void)[] = [];
  #timeline: Timeline<Settings> = [];
  /** Of the document. */
  #version = 0;
  #cancelAlarm: Cancel = () => undefined;
  #troubled = false;

  constructor(options: SettingsViewOptions) {
    const { clock, freshnessMs } = options;
    this.#options = options;
    this.#freshness = new Freshness(freshnessMs);
    this.#loop = new Loop({
      clock,
      periodMs: verifyEveryMs,
      run: () => this.#verify(),
      onError: (error) => this.#onUnverified(error),
    });
  }

  /** Verifies if the store is there; while it is not, goes on trying, and `verified` stays false. */
  async start(): Promise<void> {
    await this.#verify().catch((error: unknown) => this.#onUnverified(error));
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    this.#cancelAlarm();
  }

  at(instant: number): Settings {
    return settingsAt(this.#timeline, instant)?.settings ?? asConfigured;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Whether new work may be taken: what is known was the newest within the freshness time. */
  verified(): boolean {
    return this.#freshness.holds(this.#options.clock.monotonic());
  }

  /** Number of the newest version known, whenever it holds; 0 before any. */
  newest(): number {
    return this.#timeline.at(-1)?.number ?? 0;
  }

  async #verify(): Promise<void> {
    const { documents, clock, log } = this.#options;
    const askedAt = clock.monotonic();
    const document = await documents.read(settingsDocument);
    this.#freshness.verified(askedAt);
    if (this.#troubled) log.info({ settings: this.newest() }, 'the settings are verified again');
    this.#troubled = false;
    const version = document?.version ?? 0;
    if (version === this.#version) return;
    this.#version = version;
    this.#timeline = timelineOf(document);
    log.info({ newest: this.#timeline.at(-1) }, 'other settings are known');
    this.#tell();
  }

  /** Tells the listeners, now and at the instant of each version to come. */
  #tell(): void {
    const { clock } = this.#options;
    this.#cancelAlarm();
    const now = clock.now();
    const [next] = outlook(this.#timeline, now).future;
    if (next) this.#cancelAlarm = clock.after(next.effectiveFrom - now, () => this.#tell());
    for (const listener of this.#listeners) listener();
  }

  #onUnverified(error: unknown): void {
    if (this.verified() || this.#troubled) return;
    this.#troubled = true;
    const reason = messageOf(error);
    this.#options.log.warn({ reason }, 'the settings cannot be verified; no new work until they can');
  }
}
