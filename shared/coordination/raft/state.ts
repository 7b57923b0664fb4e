/** What one voter knows, and what can be read from it (pure). Instants are ticks since its start. */

/** The voters, as one version of their registry document. */
export interface Voters {
  version: number;
  names: readonly string[];
}

/** All in ticks. */
export interface Timing {
  /** Between two beats of a leader. */
  beat: number;
  /** A leader is sure of a voter for this long after it sent a beat that was echoed; less than `silence` by two, for the rounding. */
  lease: number;
  /** A voter that heard of a leader this recently gives no vote to anybody else. */
  silence: number;
  /** An election begins this much later than `silence`, at random. */
  spread: number;
  /** A leader that has not installed its term by then makes room for another. */
  install: number;
}

export interface State {
  readonly self: string;
  readonly timing: Timing;
  readonly now: number;
  readonly voters: Voters;
  /** On disk, with `votedFor`, before anything that follows from them leaves. */
  readonly term: number;
  readonly votedFor: string | null;
  readonly role: 'follower' | 'pollster' | 'candidate' | 'leader';
  /** Whose beats of this term arrive; ourselves when we lead. */
  readonly leader: string | null;
  /** Whether the leader's term stands in the registry. */
  readonly installed: boolean;
  /** Whether it may campaign and lead: it can reach the registry and does not want to stop. */
  readonly eligible: boolean;
  /** When a leader was last heard, or a vote last given; at first when we started, since we may have heard one before. */
  readonly heardAt: number;
  /** When it begins an election, unless a leader is heard before. */
  readonly campaignAt: number;
  /** Of a pollster and a candidate: when it asked, and who said yes. */
  readonly askedAt: number;
  readonly granted: readonly string[];
  /** Of a leader: since when, the last beat, by voter the last beat echoed (the tick of its sending), and of which a majority is known to have heard. */
  readonly ledSince: number;
  readonly beatAt: number;
  readonly echoes: Readonly<Record<string, number>>;
  readonly confirmedAt: number;
}

/** What was on disk. */
export interface Vote {
  term: number;
  votedFor: string | null;
}

export function initialState(self: string, { term, votedFor }: Vote, timing: Timing): State {
  return {
    self,
    timing,
    now: 0,
    voters: { version: 0, names: [] },
    term,
    votedFor,
    role: 'follower',
    leader: null,
    installed: false,
    eligible: false,
    heardAt: 0,
    campaignAt: timing.silence,
    askedAt: 0,
    granted: [],
    ledSince: 0,
    beatAt: 0,
    echoes: {},
    confirmedAt: 0,
  };
}

/** True while it is sure that no other can have been elected, `later` ticks from the state's own instant. */
export function leaseHolds({ role, now, confirmedAt, timing }: State, later = 0): boolean {
  return role === 'leader' && now + later - confirmedAt < timing.lease;
}

/** True while it leads with effect: elected, installed, and its lease holds. */
export function leads(state: State, later = 0): boolean {
  return state.installed && leaseHolds(state, later);
}

export function others({ self, voters }: State): string[] {
  return voters.names.filter((name) => name !== self);
}

export function isVoter({ self, voters }: State): boolean {
  return voters.names.includes(self);
}

export function isMajority({ voters }: State, names: readonly string[]): boolean {
  return names.filter((name) => voters.names.includes(name)).length * 2 > voters.names.length;
}

/** The latest instant of which a majority is known to have heard, the leader itself being sure of the present one. */
export function majorityAt({ self, now, voters, echoes }: State): number {
  const instants = voters.names.map((name) => (name === self ? now : (echoes[name] ?? -Infinity)));
  return instants.sort((a, b) => b - a)[Math.floor(voters.names.length / 2)] ?? -Infinity;
}
