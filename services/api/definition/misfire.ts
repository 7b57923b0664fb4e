/** The misfire policy as a user writes it, with defaults, and as a timer keeps it. Pure. */
import { defaultMisfirePolicy, type MisfirePolicy } from '../../../shared/timers/misfire.js';
import { formatDuration } from '../schemas/duration.js';
import type { MisfireRequest } from '../schemas/schedule-request.js';
import type { TimerAnswer } from '../schemas/timer.js';
import type { Mistakes } from './mistakes.js';
import { farthestMs } from './schedule.js';

const windowBounds = { min: 1_000, max: farthestMs, bounds: 'at least 1 s and at most 10 years' };

export function resolveMisfire(sent: MisfireRequest = {}, mistakes: Mistakes): MisfirePolicy {
  const { policy, windowMs, max } = defaultMisfirePolicy;
  return {
    policy: sent.policy ?? policy,
    windowMs:
      sent.window === undefined ? windowMs : mistakes.duration('/misfire/window', sent.window, windowBounds),
    max: sent.max ?? max,
  };
}

export function describeMisfire({ policy, windowMs, max }: MisfirePolicy): TimerAnswer['misfire'] {
  return { policy, window: formatDuration(windowMs), max };
}
