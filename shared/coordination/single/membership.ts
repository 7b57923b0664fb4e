/** The membership of a lone process: itself. */
import { Listeners } from '../listeners.js';
import type { Member, Membership } from '../membership.js';
import type { Seat } from './seat.js';

export class SingleMembership implements Membership {
  readonly #self: Member;
  readonly #seat: Seat;
  readonly #listeners: Listeners<readonly Member[]>;
  #members: readonly Member[] = [];

  constructor(options: { self: Member; seat: Seat; onError(error: unknown): void }) {
    this.#self = options.self;
    this.#seat = options.seat;
    this.#listeners = new Listeners(options.onError);
  }

  /** Rejects with `invalid-configuration` when another member is there. */
  async start(): Promise<void> {
    this.#seat.take();
    if (this.#members.length === 0) this.#become([this.#self]);
  }

  members(): readonly Member[] {
    return this.#members;
  }

  onChange(listener: (members: readonly Member[]) => void): void {
    this.#listeners.add(listener);
  }

  async stop(): Promise<void> {
    if (this.#members.length > 0) this.#become([]);
  }

  #become(members: readonly Member[]): void {
    this.#members = members;
    this.#listeners.tell(members);
  }
}
