/** What a member asks of the registry, as reads and writes of its two documents (pure). */
import type { LeaseValue, Tenure } from './tenure.js';

export type Question =
  | { kind: 'read' }
  /** Writes this term, if the term and the lease are still what `over` says. */
  | { kind: 'install'; term: number; over: Tenure }
  /** Writes the lease anew, or for the last time, if term and lease are still what it says. */
  | { kind: 'renew' | 'resign'; tenure: Tenure };

/** What the registry said; null where it refused. */
export type Answer =
  | { kind: 'read'; tenure: Tenure }
  | { kind: 'installed' | 'renewed' | 'resigned'; tenure: Tenure | null }
  /** It said nothing; what was asked may have happened. */
  | { kind: 'failed' };

export type WriteQuestion = Exclude<Question, { kind: 'read' }>;
type Document = 'term' | 'lease';

export interface Write {
  document: Document;
  value: { term: number; leader: string } | LeaseValue;
  expected: number;
  guard: { document: Document; version: number };
}

/** The write that asks it, guarded by the other document. */
export function writeOf(question: WriteQuestion, self: { id: string; name: string }): Write {
  if (question.kind === 'install') {
    const { term, over } = question;
    const value = { term, leader: self.name };
    const guard = { document: 'lease', version: over.leaseVersion } as const;
    return { document: 'term', value, expected: over.termVersion, guard };
  }
  const { term, termVersion, leaseVersion } = question.tenure;
  const value = { term, holder: self.id, resigned: question.kind === 'resign' };
  const guard = { document: 'term', version: termVersion } as const;
  return { document: 'lease', value, expected: leaseVersion, guard };
}

/** The answer in the version that was written, null where none was. */
export function answerTo(question: WriteQuestion, version: number | null, self: { name: string }): Answer {
  const kind = ({ install: 'installed', renew: 'renewed', resign: 'resigned' } as const)[question.kind];
  if (version === null) return { kind, tenure: null };
  if (question.kind === 'install') {
    const { term, over } = question;
    const tenure = { ...over, term, leader: self.name, termVersion: version, ended: false };
    return { kind, tenure };
  }
  return { kind, tenure: { ...question.tenure, leaseVersion: version, ended: question.kind === 'resign' } };
}
