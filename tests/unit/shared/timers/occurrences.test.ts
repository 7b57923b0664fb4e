import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextOccurrence } from '../../../../shared/timers/occurrences.js';
import type { Schedule } from '../../../../shared/timers/schedule.js';

describe('a schedule of one instant', () => {
  const schedule: Schedule = { kind: 'at', at: 1_000 };

  it('has its instant as its first occurrence', () => {
    expect(nextOccurrence(schedule, null)).toEqual({ scheduledFor: 1_000, dueAt: 1_000 });
  });

  it('has its instant after any earlier one', () => {
    expect(nextOccurrence(schedule, 999)).toEqual({ scheduledFor: 1_000, dueAt: 1_000 });
  });

  it('has nothing at or after its instant, so that no occurrence follows itself', () => {
    expect(nextOccurrence(schedule, 1_000)).toBeNull();
    expect(nextOccurrence(schedule, 1_001)).toBeNull();
  });

  it('never answers an occurrence at or before the one asked from', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (at, after) => {
        const next = nextOccurrence({ kind: 'at', at }, after);
        return next === null ? at <= after : next.scheduledFor > after;
      }),
    );
  });
});
