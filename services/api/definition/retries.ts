/** The retry policy as a user writes it, with defaults, and as a timer keeps it. */
import { defaultRetryPolicy, type RetryPolicy } from '../../../shared/timers/retry-policy.js';
import { formatDuration } from '../schemas/duration.js';
import type { RetriesRequest } from '../schemas/timer-request.js';
import type { TimerAnswer } from '../schemas/timer.js';
import type { Mistakes } from './mistakes.js';

const waitBounds = { min: 0, max: 2_592_000_000, bounds: 'at most 30 days' };
const ageBounds = { min: 1, max: 31_536_000_000, bounds: 'at least a millisecond and at most 365 days' };

export function resolveRetries(sent: RetriesRequest | undefined, mistakes: Mistakes): RetryPolicy {
  if (sent === undefined) return defaultRetryPolicy;
  const { maxAge, base, maxDelay, ...rest } = sent;
  if (sent.retryOn?.includes(410))
    mistakes.add('/retries/retryOn', 'names 410, which ends a timer and is never repeated');
  return {
    ...defaultRetryPolicy,
    ...rest,
    ...(maxAge !== undefined &&
      maxAge !== null && { maxAge: mistakes.duration('/retries/maxAge', maxAge, ageBounds) }),
    ...(base !== undefined && { base: mistakes.duration('/retries/base', base, waitBounds) }),
    ...(maxDelay !== undefined && { maxDelay: mistakes.duration('/retries/maxDelay', maxDelay, waitBounds) }),
  };
}

export function describeRetries(policy: RetryPolicy): TimerAnswer['retries'] {
  const { maxAge, base, maxDelay } = policy;
  return {
    ...policy,
    maxAge: maxAge === null ? null : formatDuration(maxAge),
    base: formatDuration(base),
    maxDelay: formatDuration(maxDelay),
  };
}
