/**
 * Who shows which key. Keys of the configuration are known from the start; those of the store are looked up together and
 * kept for a moment. A copy older than `freshMs` is still good while a new one is fetched, one older than `goodMs` never: so
 * a key that is revoked, or rotated out, is refused by every process within `goodMs`, and by the one that did it at once.
 */
import { Batcher } from '../../../shared/base/batcher.js';
import type { Clock } from '../../../shared/base/clock.js';
import type { Lifecycle } from '../../../shared/base/lifecycle.js';
import type { ApiKey, KeyStore } from '../../../shared/store/keys.js';
import type { Logger } from '../../../shared/telemetry/logger.js';
import { Problem } from '../plugins/problems.js';
import { anonymous, everywhere, type Actor } from './actor.js';
import { KeyUses } from './key-uses.js';
import { digestOf, keyIdOf } from './secret.js';

const freshMs = 2_000;
const goodMs = 4_000;
const mostCopies = 10_000;
/** Unknown keys cost a look each; so many may wait for theirs. */
const mostWaiting = 10_000;

export interface KeyRingOptions {
  keys: KeyStore;
  clock: Clock;
  log: Logger;
  /** Of the configuration: each an admin of all namespaces. */
  apiKeys?: readonly string[] | undefined;
  /** True where who shows no key at all may do everything. */
  open: boolean;
}

/** A key as it was read; null where there was none of this id. */
interface Copy {
  key: ApiKey | null;
  /** Monotonic time at which the read began. */
  readAt: number;
}

export class KeyRing implements Lifecycle {
  readonly #options: KeyRingOptions;
  readonly #bootstrap: ReadonlyMap<string, Actor>;
  readonly #copies = new Map<string, Copy>();
  readonly #reads: Batcher<string, Copy>;
  /** Looks under way, by key: who asks meanwhile shares one. */
  readonly #looks = new Map<string, Promise<Copy>>();
  /** Grows when something is forgotten: what was read before that is not kept. */
  #epoch = 0;
  readonly #uses: KeyUses;

  constructor(options: KeyRingOptions) {
    this.#options = options;
    this.#bootstrap = new Map(
      (options.apiKeys ?? []).map((key, i): [string, Actor] => [
        digestOf(key),
        { name: `bootstrap-${i + 1}`, keyId: null, role: 'admin', namespaces: [everywhere] },
      ]),
    );
    this.#reads = new Batcher({ run: (ids) => this.#read(ids), maxItems: 1_000 });
    this.#uses = new KeyUses(options);
  }

  start(): void {
    this.#uses.start();
  }

  /** Writes down what was used last. */
  stop(): Promise<void> {
    return this.#uses.stop();
  }

  /**
   * From the header `authorization` to the actor; null for a key that is missing or not good. A promise only where the store
   * has to be asked, which rejects with what the store rejects with.
   */
  identify(header: string | undefined): Actor | null | Promise<Actor | null> {
    if (header === undefined) return this.#options.open ? anonymous : null;
    const [scheme, text, ...rest] = header.split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || text === undefined || rest.length > 0) return null;
    const digest = digestOf(text);
    const id = keyIdOf(text);
    return this.#bootstrap.get(digest) ?? (id === null ? null : this.#identifyStored(id, digest));
  }

  /** What was known of the key is not to be relied on any more. */
  forget(id: string): void {
    this.#epoch++;
    this.#copies.delete(id);
    this.#looks.delete(id);
  }

  #identifyStored(id: string, digest: string): Actor | null | Promise<Actor | null> {
    const copy = this.#copies.get(id);
    const ageMs = copy ? this.#options.clock.monotonic() - copy.readAt : Infinity;
    if (!copy || ageMs >= goodMs) return this.#lookUp(id).then(({ key }) => this.#actorOf(key, digest));
    // Who cannot be answered anew is refused when the copy has come of age, not before.
    if (ageMs >= freshMs) this.#lookUp(id).catch(() => undefined);
    return this.#actorOf(copy.key, digest);
  }

  #actorOf(key: ApiKey | null, digest: string): Actor | null {
    const now = this.#options.clock.now();
    if (!key || !isGood(key, { digest, now })) return null;
    const { id: keyId, name, role, namespaces } = key;
    this.#uses.note({ id: keyId, at: now });
    return { name, keyId, role, namespaces };
  }

  #lookUp(id: string): Promise<Copy> {
    const under = this.#looks.get(id);
    if (under) return under;
    if (this.#looks.size >= mostWaiting)
      return Promise.reject(
        new Problem('overloaded', 'too many unknown keys are shown at once; repeat in a moment'),
      );
    const look = this.#reads.add(id).finally(() => {
      if (this.#looks.get(id) === look) this.#looks.delete(id);
    });
    this.#looks.set(id, look);
    return look;
  }

  async #read(ids: string[]): Promise<Copy[]> {
    const { keys, clock } = this.#options;
    const [readAt, epoch] = [clock.monotonic(), this.#epoch];
    const found = new Map((await keys.read(ids)).map((key) => [key.id, key]));
    const copies = ids.map((id) => ({ key: found.get(id) ?? null, readAt }));
    if (epoch === this.#epoch) ids.forEach((id, i) => this.#keep(id, copies[i]!));
    return copies;
  }

  /** Of too many, the one that was read first goes. */
  #keep(id: string, copy: Copy): void {
    this.#copies.delete(id);
    this.#copies.set(id, copy);
    const [oldest] = this.#copies.keys();
    if (this.#copies.size > mostCopies && oldest !== undefined) this.#copies.delete(oldest);
  }
}

function isGood({ digest, previous, expiresAt }: ApiKey, shown: { digest: string; now: number }): boolean {
  if (expiresAt !== null && expiresAt <= shown.now) return false;
  if (shown.digest === digest) return true;
  return previous !== null && shown.now < previous.until && shown.digest === previous.digest;
}
