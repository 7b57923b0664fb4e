/** What voters say to each other. Pure data; every message may be lost, repeated, late or out of order. */

/** What every message bears. */
interface Envelope {
  from: string;
  to: string;
  /** The sender's term; in a poll and in its grants the term that the sender of the poll would begin. */
  term: number;
  /** The version of the voter set that the sender knows. */
  version: number;
}

/** Asks for a vote; as a poll (the pre-vote), only whether one would be given. */
export interface Ask extends Envelope {
  kind: 'ask';
  poll: boolean;
  /** The leader itself has asked for this election: nobody has to wait until it has fallen silent. */
  handedOver: boolean;
}

export interface Answer extends Envelope {
  kind: 'answer';
  poll: boolean;
  granted: boolean;
}

/** A leader's sign of life. */
export interface Beat extends Envelope {
  kind: 'beat';
  /** The leader's tick when it was sent. */
  sentAt: number;
  /** Whether the leader's term stands in the registry. */
  installed: boolean;
}

export interface Echo extends Envelope {
  kind: 'echo';
  /** Of the beat that it answers. */
  sentAt: number;
}

/** A leader steps down of its own will, in favour of one of its voters. */
export interface Resignation extends Envelope {
  kind: 'resignation';
  heir: string;
}

export type Message = Ask | Answer | Beat | Echo | Resignation;
