/**
 * PORT: who leads. An election proposes, the registry disposes: a winner is leader only once it has installed a higher
 * term in the registry. Leadership makes things quiet; correctness never rests on it.
 */
export type ElectionRole = 'leader' | 'candidate' | 'follower';

export interface Leadership {
  role: ElectionRole;
  /** The term this process leads, or the highest it has seen; 0 before any. */
  term: number;
  /** Name of the leader as far as known. */
  leader: string | null;
}

export interface Election {
  /** Joins the election; resolves once it takes part, or at once while the coordinator is away: it then keeps trying. */
  start(): Promise<void>;
  /** What this process believes now. `leader` only while its lease is sure to hold, checked against the clock at each call. */
  current(): Leadership;
  /** Calls `listener` after each change of role, term or leader. */
  onChange(listener: (leadership: Leadership) => void): void;
  /** Resigns, so that another is elected at once. */
  stop(): Promise<void>;
}
