/**
 * From local times to instants across clock changes. Walks the zone's segments in the order of instants, so answers
 * come strictly increasing whatever the clocks do, and two local times that fall on one instant are one. Pure.
 *
 *   gap  (clock forward)   shift: read with the offset before it (RFC 5545, 3.3.5)      skip: left out
 *   fold (clock back)      first, second: one of the two equal local times              both: each
 */
import type { Segment, Zone } from './zone.js';

export interface DstRule {
  gap: 'skip' | 'shift';
  fold: 'first' | 'second' | 'both';
}

/** Some set of wall times, in order. */
export interface WallTimes {
  /** The first one after `after` and before `before`, or null. */
  next(after: number, before: number): number | null;
}

/** Wall times of one zone, and what to do where they meet a clock change. */
export interface LocalRule {
  times: WallTimes;
  zone: Zone;
  dst: DstRule;
}

/** The first instant after `after` and at most `until`, epoch ms, or null. */
export function nextInstant(rule: LocalRule, after: number, until: number): number | null {
  for (let from = after + 1; from <= until;) {
    const segment = rule.zone.segmentAt(from);
    const instant = nextInSegment(rule, segment, after);
    if (instant !== null) return instant <= until ? instant : null;
    from = segment.to;
  }
  return null;
}

function nextInSegment(rule: LocalRule, segment: Segment, after: number): number | null {
  const told = nextTold(rule, segment, after);
  const shifted = rule.dst.gap === 'shift' ? nextShifted(rule, segment, after) : null;
  if (told === null || shifted === null) return told ?? shifted;
  return Math.min(told, shifted);
}

/** Among the times that a clock shows in this segment, less those that the rule leaves to the segment beside it. */
function nextTold({ times, dst }: LocalRule, segment: Segment, after: number): number | null {
  const { offset } = segment;
  const begin = segment.from + (dst.fold === 'first' ? Math.max(offset, segment.before) : offset);
  const end = segment.to + (dst.fold === 'second' ? Math.min(offset, segment.after) : offset);
  const wall = times.next(Math.max(after + offset, begin - 1), end);
  return wall === null ? null : wall - offset;
}

/** Among the times that no clock showed because this segment began with a gap. */
function nextShifted({ times }: LocalRule, { from, offset, before }: Segment, after: number): number | null {
  const wall = times.next(Math.max(after, from - 1) + before, from + offset);
  return wall === null ? null : wall - before;
}

/** How often this segment's zone shows the wall time: in a fold twice. */
export function foldHalf(
  wall: number,
  { from, to, offset, before, after }: Segment,
): 'first' | 'second' | null {
  if (wall < from + before && before > offset) return 'second';
  return wall >= to + after && after < offset ? 'first' : null;
}
