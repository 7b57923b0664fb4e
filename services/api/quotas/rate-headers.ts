/**
 * What an answer tells of a rate limit: `RateLimit-Policy` and `RateLimit`, structured fields as in
 * draft-ietf-httpapi-ratelimit-headers-10 (pure). `q` requests fit into `w` seconds; `r` of them are left, and in `t` seconds all.
 */
import type { RateLimit } from './limits.js';
import type { Standing } from './rate-keeper.js';

const policy = '"requests"';

export function rateHeaders(
  { remaining, fullAfterSeconds }: Pick<Standing, 'remaining' | 'fullAfterSeconds'>,
  { perSecond, burst }: RateLimit,
): Record<string, string> {
  return {
    'ratelimit-policy': `${policy};q=${burst};w=${Math.ceil(burst / perSecond)}`,
    ratelimit: `${policy};r=${remaining};t=${fullAfterSeconds}`,
  };
}
