/**
 * The way to the other voters: each message is a call, and what comes back is its answer. A message that cannot be
 * delivered is lost, as the core expects it to be now and then.
 */
import { CarillonError, messageOf } from '../../base/errors.js';
import type { Rpc } from '../../rpc/rpc.js';
import type { Member } from '../membership.js';
import type { Answer, Ask, Beat, Echo, Resignation } from './messages.js';
import { raftMessage } from './procedures.js';

export type Question = Ask | Beat | Resignation;
export type Reply = Answer | Echo;

export interface PeersOptions {
  rpc: Rpc;
  deadlineMs: number;
  onEvent(event: string, detail: object): void;
}

export class Peers {
  readonly #options: PeersOptions;
  #addresses: ReadonlyMap<string, string> = new Map();
  /** What was told of a peer, so that it is told once. */
  readonly #refusals = new Map<string, string>();

  constructor(options: PeersOptions) {
    this.#options = options;
  }

  know(members: readonly Member[]): void {
    this.#addresses = new Map(members.map(({ name, adminUrl }) => [name, adminUrl]));
  }

  /** Null: no answer was due, or none came. Never rejects. */
  async ask(question: Question): Promise<Reply | null> {
    const { rpc, deadlineMs } = this.#options;
    const url = this.#addresses.get(question.to);
    if (url === undefined) return null;
    try {
      const reply = await rpc.call(raftMessage, { to: question.to, url, request: question, deadlineMs });
      this.#refusals.delete(question.to);
      return reply;
    } catch (error) {
      this.#onLost(question.to, error);
      return null;
    }
  }

  /** That a peer is away is no news here; that it refuses us is. */
  #onLost(to: string, error: unknown): void {
    if (error instanceof CarillonError && error.retryable) return;
    const reason = messageOf(error);
    if (this.#refusals.get(to) === reason) return;
    this.#refusals.set(to, reason);
    this.#options.onEvent('message-failed', { to, error: reason });
  }
}
