/**
 * A tenure: what the registry says of leadership (pure). Two documents make it up, the term's and the lease's. The
 * holder of the term writes the lease again and again, guarded by the term; who would succeed it installs a higher
 * term, guarded by the lease. So of a renewal and an installation that cross, one is refused: a lease that is renewed
 * cannot be taken, a term that is outranked cannot be renewed.
 */
export interface Tenure {
  /** 0 before the first. */
  term: number;
  /** Name of who installed the term. */
  leader: string | null;
  /** Versions of the two documents; 0 while absent. */
  termVersion: number;
  leaseVersion: number;
  /** Nobody holds it: its holder has resigned, or there has been none. */
  ended: boolean;
}

export interface LeaseValue {
  /** The term whose holder wrote it. */
  term: number;
  holder: string;
  resigned: boolean;
}

interface Stored<Value> {
  version: number;
  value: Value;
}

/** The tenure in the two documents, null where one is absent. */
export function tenureOf(
  term: Stored<{ term: number; leader: string }> | null,
  lease: Stored<LeaseValue> | null,
): Tenure {
  const isOfTerm = lease?.value.term === term?.value.term;
  return {
    term: term?.value.term ?? 0,
    leader: term?.value.leader ?? null,
    termVersion: term?.version ?? 0,
    leaseVersion: lease?.version ?? 0,
    ended: term === null || (isOfTerm && lease!.value.resigned),
  };
}

/** True when `one` was written after `other`. */
export function isNewer(one: Tenure, other: Tenure): boolean {
  if (one.termVersion !== other.termVersion) return one.termVersion > other.termVersion;
  return one.leaseVersion > other.leaseVersion;
}
