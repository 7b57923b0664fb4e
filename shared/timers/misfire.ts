/**
 * What becomes of occurrences that fell due while nobody looked. Late is late: what is late by no more than the window
 * runs, whatever the policy. Of what is later, `skip` runs none, `latest` the newest unless a newer one runs anyway, and
 * `all` runs all; in any case no more than `max` run, the newest ones. What is left out is told, a run of it as one
 * record. The work is bounded however long the outage was. Pure.
 */
import { Occurrences, type Range } from './occurrences.js';
import type { Occurrence, Schedule, ScheduleOwner } from './schedule.js';

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
export type SkipReason = 'too-late' | 'over-max';

/** Occurrences left out, one after the other: the nominal times of the first and the last, and how many they are. */
export interface SkippedRun {
  from: number;
  to: number;
  /** Exact below `longestCount`, and always for an interval without exclusions; else at least so many. */
  count: number;
  reason: SkipReason;
}

export interface MisfirePlan {
  /** To be claimed, oldest first. */
  claim: Occurrence[];
  /** Oldest first. */
  skipped: SkippedRun[];
  /** The first occurrence that is not due yet, or null. */
  next: Occurrence | null;
}

export interface MisfireSituation {
  schedule: Schedule;
  /** With `runs` as they are before the plan. */
  owner: ScheduleOwner;
  /** The oldest occurrence that is not claimed, as it was promised. */
  next: Occurrence;
  now: number;
}

/** Counting by walking stops here. */
export const longestCount = 100_000;

/** Decides over every occurrence from `next` on that is due at `now`. */
export function planMisfires(policy: MisfirePolicy, situation: MisfireSituation): MisfirePlan {
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
      ...missed.skip({ from: 0, before: lateEnd, reason: 'too-late' }),
      ...missed.skip({ from: lateEnd, before: firstKept, reason: 'over-max' }),
    ],
    next: missed.following(scheduled.length),
  };
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

/** The occurrences from `next` to the newest that is due. Times are nominal, epoch ms; `next` is one, whatever a newer
 * tz database says of its instant. */
class Missed {
  readonly newest: Occurrence | null;
  readonly #situation: MisfireSituation;
  readonly #occurrences: Occurrences;

  constructor(situation: MisfireSituation) {
    this.#situation = situation;
    this.#occurrences = new Occurrences(situation.schedule, situation.owner);
    this.newest = this.#findNewest();
  }

  get runsLeft(): number {
    return this.#occurrences.runsLeft;
  }

  occurrence(instant: number): Occurrence {
    const { next } = this.#situation;
    return instant === next.scheduledFor ? next : this.#occurrences.at(instant);
  }

  /** The first nominal time due at `dueAt` or later: the occurrence before it may have a jitter that reaches across. */
  edgeOf(dueAt: number): number {
    const [before] = this.#newestOf({ after: null, until: dueAt - 1, limit: 1 });
    return before !== undefined && this.occurrence(before).dueAt >= dueAt ? before : dueAt;
  }

  newestOf({ after, limit }: Pick<Range, 'after' | 'limit'>): number[] {
    return this.#newestOf({ after, limit, until: this.newest!.scheduledFor });
  }

  skip({ from, before, reason }: { from: number; before: number; reason: SkipReason }): SkippedRun[] {
    const range = { after: from - 1, until: before - 1 };
    const [first] = this.#between({ ...range, limit: 1 });
    const [last] = this.#newestOf({ ...range, limit: 1 });
    if (first === undefined || last === undefined) return [];
    return [{ from: first, to: last, count: this.#count(first, last), reason }];
  }

  /** The first occurrence after the newest, when so many more are claimed. */
  following(claimed: number): Occurrence | null {
    const { schedule, owner } = this.#situation;
    const runs = (owner.runs ?? 0) + claimed;
    return new Occurrences(schedule, { ...owner, runs }).next(this.newest!.scheduledFor);
  }

  #findNewest(): Occurrence | null {
    const { next, now } = this.#situation;
    if (next.dueAt > now) return null;
    const [newest, before] = this.#newestOf({ after: null, until: now, limit: 2 }).reverse();
    const occurrence = this.occurrence(newest!);
    return occurrence.dueAt <= now ? occurrence : this.occurrence(before!);
  }

  /** The last ones of a range. Where it holds far more, its beginning is moved by halves until it does not. */
  #newestOf({ after, until, limit }: Range): number[] {
    const many = 2 * limit;
    let early = Math.max(after ?? -Infinity, this.#situation.next.scheduledFor - 1);
    let late = until;
    let found = this.#between({ after: early, until, limit: many });
    while (found.length === many) {
      const middle = Math.floor((early + late) / 2);
      const half = this.#between({ after: middle, until, limit: many });
      if (half.length < limit) late = middle;
      else [early, found] = [middle, half];
    }
    return found.slice(-limit);
  }

  #between({ after, until, limit }: Range): number[] {
    const promised = this.#situation.next.scheduledFor;
    if (until < promised) return [];
    if (after !== null && after >= promised)
      return this.#occurrences.scheduledBetween({ after, until, limit });
    const rest = { after: promised, until, limit: limit - 1 };
    return [promised, ...this.#occurrences.scheduledBetween(rest)];
  }

  #count(first: number, last: number): number {
    return 1 + this.#occurrences.count({ after: first, until: last, limit: longestCount - 1 });
  }
}
