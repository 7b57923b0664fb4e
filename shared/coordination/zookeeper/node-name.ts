/**
 * Names of ephemeral nodes (pure): `<incarnation>_<session>`, of a candidate with the server's sequence number behind.
 * The name tells whose node it is even when the reply to its creation was lost, and the session in it tells a node that
 * lives with us from one left by an earlier session of ours that is about to vanish.
 */
export interface NodeOwner {
  incarnation: string;
  /** The session's id, 16 hexadecimal digits. */
  session: string;
}

export interface Candidate extends NodeOwner {
  /** The node's whole name. */
  name: string;
  sequence: number;
}

export function nodeName(owner: NodeOwner): string {
  return `${encodeURIComponent(owner.incarnation)}_${owner.session}`;
}

/** What a candidate's node is created as; the server adds the ten digits. */
export function candidatePrefix(owner: NodeOwner): string {
  return `${nodeName(owner)}-`;
}

/** The candidates among these names, first in line first; names of any other form are left out. */
export function candidatesInLine(names: readonly string[]): Candidate[] {
  return names
    .map(parseCandidate)
    .filter((candidate) => candidate !== null)
    .sort((a, b) => a.sequence - b.sequence);
}

function parseCandidate(name: string): Candidate | null {
  const match = /^(.+)_([0-9a-f]{16})-(\d{10})$/.exec(name);
  if (!match) return null;
  return {
    name,
    incarnation: decodeURIComponent(match[1]!),
    session: match[2]!,
    sequence: Number(match[3]),
  };
}
