/**
 * The one seat there is: `single` cannot have a second member, and says so instead of leading twice. A seat belongs to
 * the documents that its holder writes to, and is seen by this process only; between processes the installed term decides.
 */
import { CarillonError } from '../../base/errors.js';
import type { DocumentStore } from '../../store/store.js';
import type { Member } from '../membership.js';

const holders = new WeakMap<DocumentStore, Member>();

export class Seat {
  readonly #documents: DocumentStore;
  readonly #self: Member;

  constructor(documents: DocumentStore, self: Member) {
    this.#documents = documents;
    this.#self = self;
  }

  /** Throws `invalid-configuration` when another member has it. Safe to repeat. */
  take(): void {
    const holder = holders.get(this.#documents);
    if (holder && holder.id !== this.#self.id)
      throw new CarillonError(
        'invalid-configuration',
        `coordination "single" has one member, ${holder.name}, and cannot admit ${this.#self.name}: use "zookeeper" for several`,
      );
    holders.set(this.#documents, this.#self);
  }

  release(): void {
    if (holders.get(this.#documents)?.id === this.#self.id) holders.delete(this.#documents);
  }
}
