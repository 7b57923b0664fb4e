/**
 * When a timer is due. Pure: a schedule and the last *scheduled* time give the next occurrence, never the time at which
 * something ran. Each kind of schedule is one member of the union; richer kinds join it here and nowhere else.
 */

/** One instant. `delayMs` is kept when the instant was given as a delay, for display only. */
export interface AtSchedule {
  kind: 'at';
  /** Epoch milliseconds. */
  at: number;
  delayMs?: number;
}

export type Schedule = AtSchedule;

/** One moment at which a timer is due. `dueAt` is `scheduledFor` plus jitter. Both epoch milliseconds. */
export interface Occurrence {
  scheduledFor: number;
  dueAt: number;
}

/** The first occurrence strictly after `after` (epoch ms; null means from the beginning), or null when there is none. */
export function nextOccurrence(schedule: Schedule, after: number | null): Occurrence | null {
  if (after !== null && schedule.at <= after) return null;
  return { scheduledFor: schedule.at, dueAt: schedule.at };
}
