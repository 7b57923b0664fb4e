/**
 * PORT: small versioned documents (terms, ring, settings, voters) with compare-and-set. Rejections are `CarillonError`
 * `coordination-unavailable`, within a deadline: no call hangs.
 */
export interface RegistryDocument {
  /** 1 for the first version, then + 1 with each write. */
  version: number;
  value: unknown;
}

/** Names the document that must still have this version for a write to count: how a leader's writes prove its term. */
export interface Guard {
  name: string;
  version: number;
}

export interface WriteCondition {
  expected: number;
  guard?: Guard | undefined;
}

export interface Registry {
  /** The present document, or null. Never older than what this process has seen. */
  read(name: string): Promise<RegistryDocument | null>;
  /** The document as it stands now: no write that anybody knows of before this call is missed. Dearer than `read`. */
  verify(name: string): Promise<RegistryDocument | null>;
  /** Writes version `expected + 1` (expected 0: absent) in one step with the guard's check; null when refused. */
  write(name: string, value: unknown, condition: WriteCondition): Promise<number | null>;
  /** Calls `listener` with each new document soon after it is written, and after each reconnect. Answers a function that ends it. */
  watch(name: string, listener: (document: RegistryDocument) => void): () => void;
}

/** The document that holds the highest installed term. */
export const termDocument = 'term';

export interface TermValue {
  term: number;
  leader: string;
}
