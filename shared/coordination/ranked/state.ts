/** What one member of a ranked election knows (pure). All times are ticks of its own monotonic clock. */
import type { Tenure } from './tenure.js';

export type Position =
  | { role: 'outside' }
  | { role: 'member' }
  /** Has yielded to a candidate of a higher rank. */
  | { role: 'voter'; choice: string; rank: number; heardAt: number }
  /** The countdown begins when its announcement of this rank has come back to it. */
  | { role: 'candidate'; since: number; countdownEndsAt: number | null }
  /** `trustedSince`: when what was answered last was asked. `rival`: the last one that was quelled. */
  | { role: 'leader'; trustedSince: number; rival: string | null };

export interface State {
  position: Position;
  /** Our own for this election: the configured one, less what ties have cost. */
  rank: number;
  /** As read, or told by a leader; a leader's own. Null before the first. */
  tenure: Tenure | null;
  /** When this very tenure was first known. */
  tenureSince: number;
  /** The last sign of life of the leader that was heard or read here. */
  leaderHeardAt: number;
  /** Does not stand before. */
  patientUntil: number;
  announcedAt: number;
  /** When the newest of our own messages that came back was sent. */
  echoedAt: number;
  /** One question to the registry at a time, each answered or failed. */
  asking: boolean;
  askedAt: number;
  readAt: number;
  /** A term that was given up and is still to be resigned in the registry. */
  owed: number | null;
}

export function initialState(rank: number): State {
  return {
    position: { role: 'outside' },
    rank,
    tenure: null,
    tenureSince: -Infinity,
    leaderHeardAt: -Infinity,
    patientUntil: -Infinity,
    announcedAt: -Infinity,
    echoedAt: -Infinity,
    asking: false,
    askedAt: -Infinity,
    readAt: -Infinity,
    owed: null,
  };
}

/** In ticks. */
export interface Timing {
  /** Between two announcements of a leader or a candidate. */
  beat: number;
  /** Who is not heard of for so long counts as silent. */
  silence: number;
  /** How long others may object to a candidate. */
  countdown: number;
  /** Between two questions to the registry. */
  ask: number;
  /** How long a lease binds the others, from when each first knew of it. */
  lease: number;
  /** How long its holder trusts it, from when it asked for it: it gives up before anybody may succeed it. */
  trust: number;
}

/** Everything in proportion to the lease, of 24 ticks at least. */
export function timingOf(lease: number): Timing {
  return {
    beat: Math.floor(lease / 10),
    silence: Math.floor(lease / 2),
    countdown: Math.floor(lease / 6),
    ask: Math.floor(lease / 6),
    lease,
    trust: Math.floor((lease * 2) / 3),
  };
}

/** Whether its lease is sure to hold and its messages are sure to be heard: both were confirmed a short while ago. */
export function leads({ position, echoedAt }: State, at: number, { trust }: Timing): boolean {
  return position.role === 'leader' && at - position.trustedSince < trust && at - echoedAt < trust;
}
