/**
 * Occurrences that have come due and are not claimed: the newest ones, runs of them told as one, and what follows. The
 * work is bounded however many they are. Pure.
 */
import { Occurrences, type Range } from './occurrences.js';
import type { Occurrence, Schedule, ScheduleOwner } from './schedule.js';

/** Occurrences one after the other: the nominal times of the first and the last, and how many they are. */
export interface MissedRun {
  from: number;
  to: number;
  /** Exact below `longestCount`, and always for an interval without exclusions; else at least so many. */
  count: number;
}

export interface MissedSituation {
  schedule: Schedule;
  /** With `runs` as they are before anything of it is claimed. */
  owner: ScheduleOwner;
  /** The oldest occurrence that is not claimed, as it was promised. */
  next: Occurrence;
  now: number;
}

/** Counting by walking stops here. */
export const longestCount = 100_000;

/** All of a timer's unclaimed occurrences with nominal times up to and including `now`, told as one; null for none. */
export function missedUpTo(situation: MissedSituation): MissedRun | null {
  if (situation.next.scheduledFor > situation.now) return null;
  return new Missed(situation).run({ from: 0, before: situation.now + 1 });
}

/** The occurrences from `next` to the newest that is due. Times are nominal, epoch ms; `next` is one, whatever a newer
 * tz database says of its instant. */
export class Missed {
  readonly newest: Occurrence | null;
  readonly #situation: MissedSituation;
  readonly #occurrences: Occurrences;

  constructor(situation: MissedSituation) {
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

  /** Those with nominal times from `from` on and before `before`, told as one; null when there is none. */
  run({ from, before }: { from: number; before: number }): MissedRun | null {
    const range = { after: from - 1, until: before - 1 };
    const [first] = this.#between({ ...range, limit: 1 });
    const [last] = this.#newestOf({ ...range, limit: 1 });
    if (first === undefined || last === undefined) return null;
    return { from: first, to: last, count: this.#count(first, last) };
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
