/** The world of a change: what it has read, and what is wished. */
import type { Current } from '../../../../shared/timers/change.js';
import type { Wish } from '../../../../shared/timers/creation.js';
import type { Execution } from '../../../../shared/timers/execution.js';
import { testShard, type Definition, type Timer } from '../../../../shared/timers/timer.js';
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

/** A timer of every ten milliseconds whose oldest unclaimed occurrence lies so many before now (five off the tens). */
export function recurring(
  nextMs: number,
  definition: Partial<Definition> = {},
  timer: Partial<Timer> = {},
  open: Partial<Execution>[] = [],
): Current {
  const schedule = { kind: 'every', intervalMs: 10, anchor: now - 1_005 } as const;
  return setup({
    timer: { next: at(nextMs), definition: makeDefinition({ schedule, ...definition }), ...timer },
    open,
  });
}

/** A timer in a namespace with a test clock. */
export function testTimer(timer: Partial<Timer>): Current {
  return setup({ timer: { shard: testShard, ...timer } });
}

/** What the timer says already, changed so. */
export function wishOf({ timer }: Current, changes: Partial<Wish> = {}): Wish {
  const { version: _version, ...content } = timer.definition;
  const { tags, metadata, digest } = timer;
  return { ...content, tags, metadata, digest, ...changes };
}

export const elsewhere = { ...makeDefinition().target, url: 'https://example.test:8443/other' };
