/** The versions of a timer that its record of changes still tells. Pure. */
import type { ChangeRecord, TimerVersion } from '../../../shared/timers/change-record.js';
import type { Timer } from '../../../shared/timers/timer.js';

/** Beside the schedule and of no effect on the timer: their generation is that of the change before. */
const beside = ['run', 'replay'];

export interface Versions {
  /** The oldest generation that is still known. */
  oldest: number;
  /** What the timer was as of this generation; null for one that is not known. */
  at(generation: number): TimerVersion | null;
}

/**
 * Reads them from the timer and from its records, newest first, which were read after it. A record holds the version that
 * its change replaced, so each version stands for all generations from its own change up to that one. Records of an
 * earlier timer of this id count as far as it was replaced by this one.
 */
export function versionsOf(timer: Timer, records: readonly ChangeRecord[]): Versions {
  const steps: { from: number; version: TimerVersion }[] = [];
  let version: TimerVersion = timer;
  let oldest = timer.generation;
  for (const { uid, generation, previous, action } of records) {
    if (generation === null || generation > timer.generation || beside.includes(action)) continue;
    if (uid !== version.uid) break;
    steps.push({ from: generation, version });
    version = previous ?? version;
    oldest = generation - 1;
  }
  steps.push({ from: oldest, version });
  return {
    oldest,
    at: (generation) =>
      generation > timer.generation ? null : (steps.find(({ from }) => from <= generation)?.version ?? null),
  };
}
