/**
 * What is scheduled, as calls by destination and hour: exactly what will fall due, with jitter, as far as it is walked.
 * Timers are added in the order in which they are due next; what is complete up to which instant is known at any time. Pure.
 */
import { Occurrences } from './occurrences.js';
import { hostOf, type Timer } from './timer.js';

export const hourMs = 3_600_000;

/** More occurrences than this are not walked one by one in one forecast. */
const mostWalked = 2_000_000;
/** Schedules whose hours are kept for the next timer that has the same. */
const mostKept = 10_000;

export class Forecast {
  readonly #from: number;
  readonly #until: number;
  readonly #hosts = new Map<string, Map<number, number>>();
  readonly #kept = new Map<string, ReadonlyMap<number, number>>();
  #walked = 0;
  #completeUntil: number;

  /** @param until where it ends, exclusive */
  constructor({ from, until }: { from: number; until: number }) {
    this.#from = from;
    this.#until = until;
    this.#completeUntil = until;
  }

  /** False once no more can be walked. */
  get goesOn(): boolean {
    return this.#walked < mostWalked;
  }

  /** Of the timers that were added nothing is missing before this instant. */
  get completeUntil(): number {
    return this.#completeUntil;
  }

  /** Adds what a timer will do; what is overdue falls into the first hour. */
  add(timer: Timer): void {
    const { next, state, definition } = timer;
    if (state !== 'active' || !next) return;
    if (!this.goesOn) return this.#endAt(next.dueAt);
    const hours = hoursOf(this.#hosts, hostOf(definition.target));
    const shared = this.#sharedHours(timer);
    if (shared) for (const [hour, calls] of shared) count(hours, hour, calls);
    else this.#walk(timer, hours);
  }

  /** Calls by hour, of each destination. */
  hosts(): ReadonlyMap<string, ReadonlyMap<number, number>> {
    return this.#hosts;
  }

  /** Of schedules that do the same for every timer that has them; null for others. */
  #sharedHours(timer: Timer): ReadonlyMap<number, number> | null {
    const { schedule } = timer.definition;
    const isOwn = schedule.kind === 'at' || schedule.kind === 'localTime' || schedule.maxRuns !== undefined;
    // An H in an expression goes by the id of the timer.
    const isDrawn = schedule.jitterMs !== undefined || /"[^"]*H[^"]*"/.test(JSON.stringify(schedule));
    if (isOwn || isDrawn) return null;
    const occurrences = new Occurrences(schedule, timer);
    // One that is late, or begins later than its schedule would, is walked on its own.
    if (occurrences.next(this.#from)?.scheduledFor !== timer.next!.scheduledFor) return null;
    const key = JSON.stringify(schedule);
    let hours = this.#kept.get(key);
    if (!hours) {
      hours = this.#countHours(occurrences);
      if (this.#kept.size < mostKept) this.#kept.set(key, hours);
    }
    return hours;
  }

  #countHours(occurrences: Occurrences): ReadonlyMap<number, number> {
    const hours = new Map<number, number>();
    for (let hour = hourOf(this.#from); hour < this.#until && this.goesOn; hour += hourMs) {
      const after = Math.max(hour - 1, this.#from);
      const until = Math.min(hour + hourMs, this.#until) - 1;
      const calls = occurrences.count({ after, until, limit: mostWalked - this.#walked });
      this.#walked += Math.min(calls, 3_600) + 1;
      if (calls > 0) hours.set(hour, calls);
      if (!this.goesOn) this.#endAt(hour);
    }
    return hours;
  }

  #walk(timer: Timer, hours: Map<number, number>): void {
    const occurrences = new Occurrences(timer.definition.schedule, timer);
    let occurrence = timer.next;
    let left = occurrences.runsLeft;
    while (occurrence && occurrence.scheduledFor < this.#until && left > 0 && this.goesOn) {
      this.#walked++;
      left--;
      if (occurrence.dueAt < this.#until) count(hours, hourOf(Math.max(occurrence.dueAt, this.#from)), 1);
      occurrence = occurrences.next(occurrence.scheduledFor);
    }
    if (occurrence && !this.goesOn) this.#endAt(occurrence.scheduledFor);
  }

  #endAt(instant: number): void {
    this.#completeUntil = Math.min(this.#completeUntil, Math.max(instant, this.#from));
  }
}

function hoursOf(hosts: Map<string, Map<number, number>>, name: string): Map<number, number> {
  let hours = hosts.get(name);
  if (!hours) hosts.set(name, (hours = new Map<number, number>()));
  return hours;
}

function count(hours: Map<number, number>, hour: number, calls: number): void {
  hours.set(hour, (hours.get(hour) ?? 0) + calls);
}

export function hourOf(instant: number): number {
  return instant - (instant % hourMs);
}

/**
 * How many hours a burst has to be spread over so that no hour has more than `limit`, what is there already considered; null
 * where no hour has more. It is the longest time that a queue emptied at that pace would take.
 */
export function spreadHours(hours: ReadonlyMap<number, number>, limit: number): number | null {
  const [first, last] = [Math.min(...hours.keys()), Math.max(...hours.keys())];
  let [waiting, run, longest] = [0, 0, 0];
  for (let hour = first; hour <= last || waiting > 0; hour += hourMs) {
    waiting = Math.max(0, waiting + (hours.get(hour) ?? 0) - limit);
    run = waiting > 0 ? run + 1 : 0;
    longest = Math.max(longest, run);
    if (longest > 24 * 365) break;
  }
  return longest === 0 ? null : longest + 1;
}
