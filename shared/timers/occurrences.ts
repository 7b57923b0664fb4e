/**
 * The occurrences of a schedule, strictly increasing. They follow from the schedule and the last *scheduled* time alone,
 * never from when something ran; asked twice, they are the same. Pure.
 */
import { hash32 } from '../base/ids.js';
import { exclusionsOf } from './exclusions.js';
import { type Nominal, nominalOf } from './nominal.js';
import { isOneShot, type Occurrence, type Schedule, type ScheduleOwner } from './schedule.js';

/** A search ends after so many excluded stretches in a row: the schedule has no further occurrence then. */
export const longestExclusion = 100_000;

/** Instants after `after` (null: from the beginning) up to and including `until`, at most `limit` of them. */
export interface Range {
  after: number | null;
  until: number;
  limit: number;
}

/** The first occurrence strictly after `after` (epoch ms; null means from the beginning), or null when there is none. */
export function nextOccurrence(
  schedule: Schedule,
  after: number | null,
  owner: ScheduleOwner = {},
): Occurrence | null {
  return new Occurrences(schedule, owner).next(after);
}

/** The first occurrence of a timer that is made at `now`: a single instant even if past, else the first one to come. */
export function firstOccurrence(schedule: Schedule, now: number, owner: ScheduleOwner): Occurrence | null {
  return nextOccurrence(schedule, isOneShot(schedule) ? null : now, owner);
}

/** The occurrences in a range, in order. */
export function occurrencesBetween(
  schedule: Schedule,
  range: Range,
  owner: ScheduleOwner = {},
): Occurrence[] {
  return new Occurrences(schedule, owner).between(range);
}

/** A schedule made ready to be asked often. */
export class Occurrences {
  readonly nominal: Nominal;
  /** Until when an instant is excluded; null when it is not. */
  readonly excludedUntil: (instant: number) => number | null;
  readonly #schedule: Schedule;
  readonly #owner: ScheduleOwner;

  constructor(schedule: Schedule, owner: ScheduleOwner = {}) {
    this.#schedule = schedule;
    this.#owner = owner;
    const id = owner.id ?? '';
    this.nominal = nominalOf(schedule, id);
    this.excludedUntil = schedule.exclusions
      ? exclusionsOf(schedule.exclusions, this.nominal.zone, id)
      : () => null;
  }

  /** How many may still be claimed. */
  get runsLeft(): number {
    return Math.max(0, (this.#schedule.maxRuns ?? Infinity) - (this.#owner.runs ?? 0));
  }

  /** The occurrence whose nominal time is that. */
  at(scheduledFor: number): Occurrence {
    return { scheduledFor, dueAt: this.#dueAt(scheduledFor) };
  }

  /** The first one strictly after `after`, null when there is none or as many were claimed as may be. */
  next(after: number | null): Occurrence | null {
    if (this.runsLeft === 0) return null;
    const scheduledFor = this.#nextScheduled(after, Infinity);
    return scheduledFor === null ? null : this.at(scheduledFor);
  }

  /** The first ones of a range, no more than may still be claimed. */
  between({ after, until, limit }: Range): Occurrence[] {
    const count = Math.min(limit, this.runsLeft);
    return this.scheduledBetween({ after, until, limit: count }).map((instant) => this.at(instant));
  }

  /** Their nominal times alone, `maxRuns` apart. */
  scheduledBetween({ after, until, limit }: Range): number[] {
    const found: number[] = [];
    let last = after;
    while (found.length < limit) {
      last = this.#nextScheduled(last, until);
      if (last === null) break;
      found.push(last);
    }
    return found;
  }

  /** How many nominal times a range holds, `maxRuns` apart. Where only walking can tell, at most `limit` are counted. */
  count({ after, until, limit }: Range): number {
    const { endAt = Infinity, exclusions } = this.#schedule;
    const counted = exclusions ? null : this.nominal.count(this.begin(after), Math.min(until, endAt));
    return counted ?? this.scheduledBetween({ after, until, limit }).length;
  }

  /** The instant after which a search begins. */
  begin(after: number | null): number {
    return Math.max(after ?? -Infinity, this.nominal.beginning, (this.#schedule.startAt ?? -Infinity) - 1);
  }

  #nextScheduled(after: number | null, until: number): number | null {
    const last = Math.min(until, this.#schedule.endAt ?? Infinity);
    let from = this.begin(after);
    for (let tries = 0; tries < longestExclusion; tries++) {
      const instant = this.nominal.next(from, last);
      if (instant === null) return null;
      const excludedUntil = this.excludedUntil(instant);
      if (excludedUntil === null) return instant;
      from = excludedUntil - 1;
    }
    return null;
  }

  /** Jitter stays short of the next occurrence, which could otherwise only be claimed when already late. */
  #dueAt(scheduledFor: number): number {
    const { jitterMs = 0 } = this.#schedule;
    if (jitterMs === 0) return scheduledFor;
    const following = this.#nextScheduled(scheduledFor, scheduledFor + jitterMs);
    const longest = following === null ? jitterMs : following - scheduledFor - 1;
    const draw = hash32(`${this.#owner.uid ?? ''}/${scheduledFor}`) / 2 ** 32;
    return scheduledFor + Math.floor(draw * (longest + 1));
  }
}
