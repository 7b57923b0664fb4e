/**
 * What members of a ranked election say to each other, and how it is told from noise (pure). The bus loses, delays,
 * repeats and reorders; whoever opens envelopes through an inbox hears each sender in order, or not at all.
 */
import type { Tenure } from './tenure.js';

export type Message =
  /** The leader lives, and this is its tenure. */
  | ({ kind: 'lead' } & Tenure)
  /** The leader has resigned, and this is what stands in the registry now. */
  | ({ kind: 'resign' } & Tenure)
  /** The sender would lead, with this rank. */
  | { kind: 'stand'; rank: number }
  /** Against the candidacy of `to`, for these reasons. */
  | { kind: 'object'; to: string; grounds: Grounds }
  /** The sender stands no more. */
  | { kind: 'leave' };

export type Grounds =
  /** The objector itself has heard the leader, so many ticks ago. */
  | { leaderHeardAgo: number }
  /** The objector has yielded to a candidate of this rank. */
  | { candidate: string; rank: number };

export interface Envelope {
  /** Incarnation of the sender. */
  from: string;
  /** Grows with each envelope of a sender. */
  number: number;
  /** The sender's own ticks when it was sent: of use to the sender alone, when it comes back. */
  sentAt: number;
  message: Message;
}

type Fields = Record<string, unknown>;

const shapes: Record<Message['kind'], (message: Fields) => boolean> = {
  lead: (message) => isTenure(message) && message['ended'] === false,
  resign: (message) => isTenure(message) && message['ended'] === true,
  stand: ({ rank }) => Number.isSafeInteger(rank),
  object: ({ to, grounds }) => typeof to === 'string' && isFields(grounds) && areGrounds(grounds),
  leave: () => true,
};

/** The envelope in what the bus delivered; null for what is none, such as that of a later version of ours. */
export function envelopeIn(payload: unknown): Envelope | null {
  if (!isFields(payload) || !isFields(payload['message'])) return null;
  const { from, number, sentAt, message } = payload;
  const kind = message['kind'];
  const fits =
    typeof from === 'string' &&
    [number, sentAt].every(Number.isSafeInteger) &&
    typeof kind === 'string' &&
    Object.hasOwn(shapes, kind) &&
    shapes[kind as Message['kind']](message);
  return fits ? (payload as unknown as Envelope) : null;
}

function isTenure({ term, leader, termVersion, leaseVersion }: Fields): boolean {
  return [term, termVersion, leaseVersion].every(Number.isSafeInteger) && typeof leader === 'string';
}

function areGrounds({ leaderHeardAgo, candidate, rank }: Fields): boolean {
  return (
    Number.isSafeInteger(leaderHeardAgo) || (typeof candidate === 'string' && Number.isSafeInteger(rank))
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

const sendersRemembered = 256;

/** Lets each sender's envelopes through in order, once; what comes late or again is dropped. */
export class Inbox {
  readonly #newest = new Map<string, number>();

  /** True when it is newer than everything heard of its sender before. */
  accepts({ from, number }: Pick<Envelope, 'from' | 'number'>): boolean {
    if (number <= (this.#newest.get(from) ?? 0)) return false;
    this.#newest.delete(from);
    this.#newest.set(from, number);
    // The one that has been silent for longest is forgotten first.
    if (this.#newest.size > sendersRemembered) this.#newest.delete(this.#newest.keys().next().value!);
    return true;
  }
}
