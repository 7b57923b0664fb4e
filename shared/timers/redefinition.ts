/** Replacing the definition of an open timer, its tags and its metadata. Pure. */
import {
  type Change,
  claimedByChange,
  type Current,
  type Instant,
  instantOf,
  lastKept,
  unclaimed,
  unclaimedRun,
  withdrawals,
} from './change.js';
import { caughtUp, leftOut, planClaim } from './claim.js';
import { wakeOf, type Wish } from './creation.js';
import type { Execution } from './execution.js';
import { nextOccurrence } from './occurrences.js';
import { isOneShot, type Occurrence, type Schedule, type ScheduleOwner } from './schedule.js';
import type { Definition } from './timer.js';

/** The generation grows. What was due up to c keeps the old version; the new schedule starts after c. */
export function redefineTimer(current: Current, wish: Wish, { now, expireAt }: Instant): Change {
  const { timer } = current;
  const { tags, metadata, digest, ...content } = wish;
  const instant = instantOf(current, now);
  const renewed = {
    ...timer,
    tags,
    metadata,
    digest,
    generation: timer.generation + 1,
    updatedAt: now,
    changedAt: instant,
  };
  const untouched = { retire: null, insert: [], update: [], withdraw: [], expireAt };
  if (isSameContent(timer.definition, content)) return { timer: renewed, ...untouched };

  const withdraw = withdrawals(current, instant);
  const { executions, occurrences } = overdue(current, { now, instant, expireAt });
  const runs = timer.runs - withdraw.length + occurrences.length;
  const next = nextAfterChange(content.schedule, instant, { ...timer, runs });
  return {
    ...untouched,
    timer: {
      ...renewed,
      definition: { version: timer.definition.version + 1, ...content },
      next,
      lastScheduledFor: lastKept(current, withdraw, occurrences),
      runs,
      wakeAt: timer.state === 'paused' ? timer.wakeAt : wakeOf(next, now),
    },
    retire: timer.definition,
    insert: executions,
    withdraw,
  };
}

interface Overdue {
  executions: Execution[];
  /** Those that are claimed. */
  occurrences: Occurrence[];
}

/** What was due up to c and nobody has claimed: claimed here by the policy that held, of a paused timer left out. */
function overdue(current: Current, { now, instant, expireAt }: Instant & { instant: number }): Overdue {
  const { timer } = current;
  const missed = unclaimedRun(current, instant);
  if (!missed) return { executions: [], occurrences: [] };
  if (timer.state === 'paused') {
    const ending = { state: 'skipped', reason: 'paused', now: instant, expireAt } as const;
    return { executions: [leftOut(timer, missed, ending)], occurrences: [] };
  }
  const next = unclaimed(current)!;
  const plan = planClaim({ ...timer, next }, instant);
  // Jitter may put the newest of them after c: it is due later, and still one of the old schedule's.
  const isPromised = plan.next !== null && plan.next.scheduledFor <= instant;
  const occurrences = isPromised ? [...plan.claim, plan.next!] : plan.claim;
  const ending = { state: 'skipped', now: instant, expireAt } as const;
  return {
    executions: [
      ...plan.skipped.map((run) => leftOut(timer, run, { ...ending, reason: run.reason })),
      ...occurrences.map((occurrence, i) => caughtUp(claimedByChange(timer, occurrence, now), i, now)),
    ],
    occurrences,
  };
}

/** True when all that a definition says is said already. */
function isSameContent(
  { version: _version, ...present }: Definition,
  content: Omit<Definition, 'version'>,
): boolean {
  return JSON.stringify(content, sortedKeys) === JSON.stringify(present, sortedKeys);
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The new schedule starts after c; one instant at or before c is due at once (a claim finds out whether it ran already). */
function nextAfterChange(schedule: Schedule, instant: number, owner: ScheduleOwner): Occurrence | null {
  const next = nextOccurrence(schedule, instant, owner);
  return next ?? (isOneShot(schedule) ? nextOccurrence(schedule, null, owner) : null);
}
