/**
 * The election of a lone process: it elects itself, and leads once it has installed a higher term in its registry. When
 * another process has installed a higher one in the same store it steps down for good: two that answered each other with
 * ever higher terms would never end.
 */
import type { Clock } from '../../base/clock.js';
import { Loop } from '../../base/loop.js';
import type { Election, Leadership } from '../election.js';
import { Listeners } from '../listeners.js';
import type { Member } from '../membership.js';
import { termDocument, type Registry, type RegistryDocument, type TermValue } from '../registry.js';
import type { Seat } from './seat.js';

const retryMs = 1_000;

export interface SingleElectionOptions {
  self: Member;
  seat: Seat;
  registry: Registry;
  clock: Clock;
  onError(error: unknown): void;
}

export class SingleElection implements Election {
  readonly #options: SingleElectionOptions;
  readonly #loop: Loop;
  readonly #listeners: Listeners<Leadership>;
  #wanted = false;
  #leadership: Leadership = { role: 'follower', term: 0, leader: null };
  #endWatch: () => void = () => undefined;

  constructor(options: SingleElectionOptions) {
    const { clock, onError } = options;
    this.#options = options;
    this.#listeners = new Listeners(onError);
    this.#loop = new Loop({ clock, periodMs: retryMs, run: () => this.#install(), onError });
  }

  /** Rejects with `invalid-configuration` when another member is there. */
  async start(): Promise<void> {
    if (this.#wanted) return;
    const { seat, registry, onError } = this.#options;
    seat.take();
    this.#wanted = true;
    await this.#install().catch(onError);
    if (!this.#wanted) return;
    this.#endWatch = registry.watch(termDocument, (document) => this.#onTerm(document));
    if (this.#leadership.role !== 'leader') this.#loop.start();
  }

  current(): Leadership {
    return this.#leadership;
  }

  onChange(listener: (leadership: Leadership) => void): void {
    this.#listeners.add(listener);
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    this.#endWatch();
    await this.#loop.stop();
    if (this.#leadership.role !== 'follower')
      this.#become({ ...this.#leadership, role: 'follower', leader: null });
  }

  /** One try; while the store is away the loop tries again. */
  async #install(): Promise<void> {
    const { registry, self } = this.#options;
    const document = await registry.read(termDocument);
    const term = ((document?.value as TermValue | undefined)?.term ?? 0) + 1;
    const value: TermValue = { term, leader: self.name };
    const version = await registry.write(termDocument, value, { expected: document?.version ?? 0 });
    if (version === null || !this.#wanted) return;
    this.#become({ role: 'leader', term, leader: self.name });
    void this.#loop.stop();
  }

  #onTerm(document: RegistryDocument): void {
    const { term, leader } = document.value as TermValue;
    if (term > this.#leadership.term) this.#become({ role: 'follower', term, leader });
  }

  #become(leadership: Leadership): void {
    this.#leadership = leadership;
    this.#listeners.tell(leadership);
  }
}
