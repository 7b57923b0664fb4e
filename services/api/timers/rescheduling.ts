/** Moving timers to another time: each by its own distance from when it is due, or all to one new "when". */
import type { Schedule } from '../../../shared/timers/schedule.js';
import type { Timer } from '../../../shared/timers/timer.js';
import { datedInstant } from '../definition/timeliness.js';
import { Problem } from '../plugins/problems.js';
import { formatDuration } from '../schemas/duration.js';
import { formatInstant } from '../schemas/instant.js';
import { changeOpen, refused, type ChangeRequest, type Desk } from './desk.js';
import { decidePatch } from './patch.js';

/** A merge patch of the "when", or a distance: milliseconds, below zero for earlier. */
export type Move = { to: Record<string, unknown> } | { byMs: number };

export interface RescheduleRequest extends ChangeRequest {
  move: Move;
}

/** What else the timer is stays as it is. Rejects with the problem of one that cannot be moved so. */
export async function reschedule(desk: Desk, { move, ...request }: RescheduleRequest): Promise<Timer> {
  const { timer } = await changeOpen<{ timer: Timer }>(
    desk,
    { ...request, action: 'reschedule' },
    (current, instant) => {
      const { schedule } = current.timer.definition;
      const patch = 'to' in move ? move.to : shifted(schedule, move.byMs);
      if (patch) return decidePatch(current, patch, instant);
      return refused(
        new Problem('not-shiftable', 'a cron goes by the calendar; give it another one with `to`'),
      );
    },
  );
  return timer;
}

/** One that is due once, to another instant; one of `every`, by its anchor. Null where that makes no sense. */
function shifted(schedule: Schedule, byMs: number): Record<string, unknown> | null {
  if (schedule.kind === 'every') {
    const { intervalMs, anchor } = schedule;
    return { every: formatDuration(intervalMs), anchor: formatInstant(anchor + byMs) };
  }
  const at = datedInstant(schedule);
  return at === null ? null : { at: formatInstant(at + byMs) };
}
