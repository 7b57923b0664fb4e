/**
 * What becomes of occurrences that fell due while nobody looked. Late is late: what is late by no more than the window
 * runs, whatever the policy. Of what is later, `skip` runs none, `latest` the newest unless a newer one runs anyway, and
 * `all` runs all; in any case no more than `max` run, the newest ones. What is left out is told, a run of it as one
 * record. The work is bounded however long the outage was. Pure.
 */
import { Missed, type MissedRun, type MissedSituation } from './missed.js';
import type { Occurrence } from './schedule.js';

export const misfirePolicies = ['skip', 'latest', 'all'] as const;

export interface MisfirePolicy {
  policy: (typeof misfirePolicies)[number];
  /** Lateness, counted from `dueAt`, up to which an occurrence simply runs late. */
  windowMs: number;
  /** How many are caught up at most, 1 or more. */
  max: number;
}

export const defaultMisfirePolicy: MisfirePolicy = { policy: 'latest', windowMs: 3_600_000, max: 1_000 };

/** `too-late`: beyond the window, by policy. `over-max`: more than may be caught up. */
export type MisfireReason = 'too-late' | 'over-max';

/** A run of occurrences that this policy leaves out. */
export interface SkippedRun extends MissedRun {
  reason: MisfireReason;
}

export interface MisfirePlan {
  /** To be claimed, oldest first. */
  claim: Occurrence[];
  /** Oldest first. */
  skipped: SkippedRun[];
  /** The first occurrence that is not due yet, or null. */
  next: Occurrence | null;
}

/** Decides over every occurrence from `next` on that is due at `now`. */
export function planMisfires(policy: MisfirePolicy, situation: MissedSituation): MisfirePlan {
  const missed = new Missed(situation);
  if (!missed.newest) return { claim: [], skipped: [], next: situation.next };
  const edge = missed.edgeOf(situation.now - policy.windowMs);
  const limit = Math.min(policy.max, missed.runsLeft);
  const scheduled = keptOf(missed, policy, { edge, limit });
  const firstKept = scheduled[0] ?? missed.newest.scheduledFor + 1;
  const lateEnd = policy.policy === 'all' ? 0 : Math.min(edge, firstKept);
  return {
    claim: scheduled.map((instant) => missed.occurrence(instant)),
    skipped: [
      ...skipped(missed.run({ from: 0, before: lateEnd }), 'too-late'),
      ...skipped(missed.run({ from: lateEnd, before: firstKept }), 'over-max'),
    ],
    next: missed.following(scheduled.length),
  };
}

function skipped(run: MissedRun | null, reason: MisfireReason): SkippedRun[] {
  return run ? [{ ...run, reason }] : [];
}

/** The nominal times that run. */
function keptOf(
  missed: Missed,
  { policy }: MisfirePolicy,
  { edge, limit }: { edge: number; limit: number },
): number[] {
  if (limit === 0) return [];
  if (policy === 'all') return missed.newestOf({ after: null, limit });
  const inWindow = missed.newestOf({ after: edge - 1, limit });
  return inWindow.length === 0 && policy === 'latest' ? [missed.newest!.scheduledFor] : inWindow;
}
