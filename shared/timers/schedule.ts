/**
 * What a user may ask for as "when". Types alone: occurrences.ts asks a schedule for its instants, schedule-mistakes.ts
 * says whether one can be kept. Instants are epoch milliseconds. Each kind of schedule is one member of the union.
 */
import type { DstRule } from './daylight.js';

/** What every kind may add. */
export interface Limits {
  /** No occurrence before it; an occurrence at that very instant counts. */
  startAt?: number;
  /** No occurrence after it; an occurrence at that very instant counts (RFC 5545, UNTIL). */
  endAt?: number;
  /** No occurrence once so many were claimed; the caller says in `runs` how many were. Skipped ones do not count. */
  maxRuns?: number;
  exclusions?: Exclusions;
  /** Each occurrence is due up to so much after its nominal time, but before the one that follows it. */
  jitterMs?: number;
}

/** Occurrences that are left out. Dates and expressions are in the schedule's zone, an expression's own prefix apart. */
export interface Exclusions {
  /** Whole local days, `YYYY-MM-DD`. */
  dates?: string[];
  /** Whole minutes (five fields) or seconds (six) in which nothing occurs. */
  crons?: string[];
}

/** One instant. `delayMs` is kept when the instant was given as a delay, for display only. */
export interface AtSchedule extends Limits {
  kind: 'at';
  at: number;
  delayMs?: number;
  /** For exclusions and previews; UTC when left out. */
  timezone?: string;
}

/** One local time, `YYYY-MM-DDTHH:mm[:ss[.SSS]]`; with `fold: both` it may be two instants. */
export interface LocalTimeSchedule extends Limits {
  kind: 'localTime';
  localTime: string;
  timezone: string;
  /** What the user chose; what is left out is `shift`, `first`. */
  dst?: Partial<DstRule>;
}

export interface CronSchedule extends Limits {
  kind: 'cron';
  expression: string;
  /** A `CRON_TZ=` in the expression goes before it. */
  timezone: string;
  /** What the user chose; what is left out is `shift`, `first`, for an interval (hour `*` or a step) `skip`, `both`. */
  dst?: Partial<DstRule>;
}

/** Each `intervalMs` from the anchor on, aligned to it for ever, whatever ran when. */
export interface EverySchedule extends Limits {
  kind: 'every';
  intervalMs: number;
  anchor: number;
  /** For exclusions and previews; UTC when left out. */
  timezone?: string;
}

export type Schedule = AtSchedule | LocalTimeSchedule | CronSchedule | EverySchedule;

/** One moment at which a timer is due. `dueAt` is `scheduledFor` plus jitter. Both epoch milliseconds. */
export interface Occurrence {
  scheduledFor: number;
  dueAt: number;
}

/** Whose occurrences are asked for. */
export interface ScheduleOwner {
  /** The timer's id: `H` in a cron expression draws by it. */
  id?: string;
  /** The timer's uid: jitter draws by it. */
  uid?: string;
  /** Claims so far, held against `maxRuns`. */
  runs?: number;
}

/** True for kinds that name their instants; the others go on until a limit ends them. */
export function isOneShot({ kind }: Schedule): boolean {
  return kind === 'at' || kind === 'localTime';
}
