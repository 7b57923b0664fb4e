/**
 * Who owns which shard for which due instant. A ring is a list of versions, each with its members and the instant from
 * which it holds; for a due instant the highest-numbered version effective by then holds. Members are process names:
 * a process that comes back under its name owns what it owned. Pure; ownership makes things quick and quiet,
 * correctness never rests on it.
 */
import { hash32 } from '../base/ids.js';
import { shardCount } from '../timers/timer.js';

export interface RingVersion {
  /** 1 for the first; each later one is greater. */
  number: number;
  /** Names, sorted, none twice. */
  members: readonly string[];
  /** Epoch milliseconds; never before the version's before it. */
  effectiveFrom: number;
}

/** Oldest first; the oldest also holds for every instant before its own. */
export type Ring = readonly RingVersion[];

/** Due instants in [from, to) for which these shards are somebody's. */
export interface Holding {
  shards: number[];
  from: number;
  to: number;
}

/**
 * A version that was superseded this long ago holds nothing any more: what is still unclaimed from its time is its
 * successors'. So a settled ring is one version again, and looking costs what it did.
 */
export const supersededMs = 60_000;

const allShards = Array.from({ length: shardCount }, (_, shard) => shard);

/** Rendezvous hashing: the member with the highest weight for this shard; null where there is no member. */
export function ownerAmong(members: readonly string[], shard: number): string | null {
  let owner: string | null = null;
  let highest = -1;
  for (const member of members) {
    const weight = mix(hash32(member) ^ Math.imul(shard + 1, 0x9e3779b1));
    if (weight < highest || (weight === highest && owner !== null && owner < member)) continue;
    highest = weight;
    owner = member;
  }
  return owner;
}

/** The owner of a shard for a due instant; null while there is no version. */
export function ownerAt(ring: Ring, shard: number, instant: number): string | null {
  return spansOf(ring, shard).findLast(({ from }) => from <= instant)?.owner ?? null;
}

/** What a member owns, one entry for each distinct interval; a settled ring gives one entry at most. */
export function holdingsOf(ring: Ring, member: string): Holding[] {
  const holdings = new Map<string, Holding>();
  for (const shard of allShards) {
    spansOf(ring, shard).forEach(({ from, owner }, i, spans) => {
      if (owner !== member) return;
      const to = spans[i + 1]?.from ?? Infinity;
      const holding = holdings.get(`${from} ${to}`);
      if (holding) holding.shards.push(shard);
      else holdings.set(`${from} ${to}`, { shards: [shard], from, to });
    });
  }
  return [...holdings.values()];
}

/** The ring without the versions that hold nothing any more; the very same one when there are none. */
export function withoutSuperseded(ring: Ring, now: number): Ring {
  const first = ring.findLastIndex(({ effectiveFrom }) => effectiveFrom <= now - supersededMs);
  return first > 0 ? ring.slice(first) : ring;
}

/** Members of both versions that own a shard under the one and not under the other: the new version takes it from them. */
export function losers(before: RingVersion, after: RingVersion): string[] {
  const lost = allShards.flatMap((shard) => {
    const owner = ownerAmong(before.members, shard);
    return owner !== null && owner !== ownerAmong(after.members, shard) ? [owner] : [];
  });
  return [...new Set(lost)].filter((member) => after.members.includes(member));
}

/** Names as a version has them. */
export function asMembers(names: Iterable<string>): string[] {
  return [...new Set(names)].sort();
}

interface Span {
  from: number;
  owner: string | null;
}

/**
 * The owners of one shard in order of time. A version's instant binds only owners that live on in it: what belonged to
 * anybody else goes to the new owner at once, so that nobody waits for the dead.
 */
function spansOf(ring: Ring, shard: number): Span[] {
  let spans: Span[] = [];
  for (const { members, effectiveFrom } of ring) {
    const owner = ownerAmong(members, shard);
    const before = spans
      .filter(({ from }) => from < effectiveFrom)
      .map((span) => (span.owner !== null && members.includes(span.owner) ? span : { ...span, owner }));
    spans = merged([...before, { from: before.length > 0 ? effectiveFrom : -Infinity, owner }]);
  }
  return spans;
}

function merged(spans: Span[]): Span[] {
  return spans.filter(({ owner }, i) => i === 0 || spans[i - 1]!.owner !== owner);
}

/** Spreads every bit over all of them (the finalizer of MurmurHash3); 32 bits. */
function mix(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
