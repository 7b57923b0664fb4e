/** The one kind of schedule that the API can make so far. Goes when requests may name the others. */
import type { AtSchedule, Schedule } from '../../../shared/timers/schedule.js';

/** The schedule as one instant; throws for any other kind, which no request can have made. */
export function instantSchedule(schedule: Schedule): AtSchedule {
  if (schedule.kind === 'at') return schedule;
  throw new TypeError(`a timer of kind ${schedule.kind} cannot be described yet`);
}
