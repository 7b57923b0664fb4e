/** The world of a change: what it has read, and what is wished. */
import type { Current, Wish } from '../../../../shared/timers/change.js';
import type { Execution } from '../../../../shared/timers/execution.js';
import type { Timer } from '../../../../shared/timers/timer.js';
import { baseTime, dayMs, makeDefinition, makeExecution, makeTimer } from '../../../support/factories.js';

export const now = baseTime;
export const expireAt = baseTime + 30 * dayMs;
export const times = { now, expireAt };

/** An occurrence so many milliseconds after now. */
export const at = (offsetMs: number) => ({ scheduledFor: now + offsetMs, dueAt: now + offsetMs });

interface World {
  timer?: Partial<Timer>;
  open?: Partial<Execution>[];
  lastStartedFor?: number | null;
}

export function setup({ timer: changes = {}, open = [], lastStartedFor = null }: World = {}): Current {
  const timer = makeTimer({ uid: 'uid', ...changes });
  return { timer, open: open.map((execution) => makeExecution(timer, execution)), lastStartedFor };
}

/** A timer whose only occurrence, so many milliseconds after now, is claimed. */
export function claimed(
  offsetMs: number,
  execution: Partial<Execution> = {},
  lastStartedFor: number | null = null,
) {
  const { scheduledFor } = at(offsetMs);
  const definition = makeDefinition({ schedule: { kind: 'at', at: scheduledFor } });
  return setup({
    timer: { next: null, lastScheduledFor: scheduledFor, runs: 1, definition },
    open: [{ ...at(offsetMs), id: `uid-${scheduledFor}`, ...execution }],
    lastStartedFor,
  });
}

/** What the timer says already, changed so. */
export function wishOf({ timer }: Current, changes: Partial<Wish> = {}): Wish {
  const { schedule, target, retries } = timer.definition;
  return {
    schedule,
    target,
    retries,
    tags: timer.tags,
    metadata: timer.metadata,
    digest: timer.digest,
    ...changes,
  };
}

export const elsewhere = { ...makeDefinition().target, url: 'https://example.test:8443/other' };
