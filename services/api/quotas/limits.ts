/** What a namespace may use: as configured, unless it has limits of its own (pure). */

import type { ApiConfig } from '../config.js';

type ConfiguredLimits = Pick<
  ApiConfig,
  'apiQuotaActiveTimers' | 'apiQuotaRequestsPerSecond' | 'apiQuotaBurst'
>;

/** Null is no limit. */
export interface Limits {
  /** Timers that are not closed: paused ones count, or pausing would be the way round. */
  maxActiveTimers: number | null;
  requestsPerSecond: number | null;
  /** Requests that may come at once after a while without any; as many as a second brings unless told. */
  burst: number | null;
}

/** What is left out is as configured; null lifts the limit. */
export type OwnLimits = Partial<Limits>;

export interface RateLimit {
  perSecond: number;
  burst: number;
}

export function configuredLimits(config: ConfiguredLimits): Limits {
  return {
    maxActiveTimers: config.apiQuotaActiveTimers ?? null,
    requestsPerSecond: config.apiQuotaRequestsPerSecond ?? null,
    burst: config.apiQuotaBurst ?? null,
  };
}

export function effective(configured: Limits, own: OwnLimits | undefined): Limits {
  if (!own) return configured;
  const limits = { ...configured, ...own };
  // A burst that was configured for another rate says nothing of this one.
  return 'requestsPerSecond' in own && !('burst' in own) ? { ...limits, burst: null } : limits;
}

export function rateLimitOf({ requestsPerSecond, burst }: Limits): RateLimit | null {
  if (requestsPerSecond === null) return null;
  return { perSecond: requestsPerSecond, burst: burst ?? requestsPerSecond };
}
