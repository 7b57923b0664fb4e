import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attemptErrors,
  attemptId,
  type AttemptErrorCode,
  type AttemptResult,
  verdictOf,
} from '../../../../shared/timers/outcome.js';
import {
  defaultRetryPolicy,
  maxLostAttempts,
  retryClasses,
  type RetryPolicy,
} from '../../../../shared/timers/retry-policy.js';
import { baseTime } from '../../../support/factories.js';

const succeeded: AttemptResult = { outcome: 'succeeded', status: 204, error: null, retryAfterMs: null };
const lost: AttemptResult = {
  outcome: 'lost',
  status: null,
  error: { code: 'lost', message: 'the worker vanished' },
  retryAfterMs: null,
};

function failedBy(code: AttemptErrorCode, status: number | null = null): AttemptResult {
  return { outcome: 'failed', status, error: { code, message: `because of ${code}` }, retryAfterMs: null };
}

interface World {
  policy?: Partial<RetryPolicy>;
  attempt?: number;
  lostBefore?: number;
}

/** Judges one result, one second after its execution was due, with waits of exactly one second. */
function judge(result: AttemptResult, { policy = {}, attempt = 1, lostBefore = 0 }: World = {}) {
  return verdictOf(result, {
    execution: { attempt, lost: lostBefore, dueAt: baseTime },
    policy: { ...defaultRetryPolicy, backoff: 'fixed', base: 1_000, jitter: 'none', ...policy },
    now: baseTime + 1_000,
    random: { next: () => 0 },
  });
}

describe('the verdict on an attempt', () => {
  it('is success whatever the policy, when it succeeded', () => {
    expect(judge(succeeded, { policy: { maxAttempts: 1 }, attempt: 9 })).toEqual({ state: 'succeeded' });
  });

  it('is a retry after the policy’s wait, with the reason', () => {
    const reason = 'because of status';
    expect(judge(failedBy('status', 500))).toEqual({ state: 'retrying', at: baseTime + 2_000, reason });
  });

  it('is failure once all attempts are used up', () => {
    expect(judge(failedBy('timeout'), { policy: { maxAttempts: 3 }, attempt: 2 }).state).toBe('retrying');
    expect(judge(failedBy('timeout'), { policy: { maxAttempts: 3 }, attempt: 3 }).state).toBe('failed');
  });

  it('does not count lost attempts among those', () => {
    const world = { policy: { maxAttempts: 3 }, attempt: 4, lostBefore: 2 };
    expect(judge(failedBy('timeout'), world).state).toBe('retrying');
  });

  it('waits as long as the target asks, when that is longer', () => {
    const asked = { ...failedBy('status', 429), retryAfterMs: 60_000 };
    expect(judge(asked)).toMatchObject({ at: baseTime + 61_000 });
    expect(judge({ ...asked, retryAfterMs: 10 })).toMatchObject({ at: baseTime + 2_000 });
  });

  it('is failure when the next attempt would come later than the policy’s greatest age', () => {
    expect(judge(failedBy('timeout'), { policy: { maxAge: 2_000 } }).state).toBe('retrying');
    expect(judge(failedBy('timeout'), { policy: { maxAge: 1_999 } }).state).toBe('failed');
  });

  it.each([301, 404, 500, 503])('follows the class of status %i', (status) => {
    const own = `${Math.floor(status / 100)}xx` as '3xx' | '4xx' | '5xx';
    const others = retryClasses.filter((retried) => retried !== own);
    expect(judge(failedBy('status', status), { policy: { retryOn: [own] } }).state).toBe('retrying');
    expect(judge(failedBy('status', status), { policy: { retryOn: others } }).state).toBe('failed');
  });

  it('follows a single status where the policy names it', () => {
    const policy = { retryOn: [409] };
    expect(judge(failedBy('status', 409), { policy }).state).toBe('retrying');
    expect(judge(failedBy('status', 404), { policy }).state).toBe('failed');
  });

  it('is failure at 410 whatever the policy', () => {
    expect(judge(failedBy('status', 410), { policy: { retryOn: ['4xx', 410] } }).state).toBe('failed');
  });

  it.each(['invalid-request', 'address-refused', 'definition-missing'] as const)(
    'is failure after %s, which the same request would meet again',
    (code) => {
      expect(judge(failedBy(code)).state).toBe('failed');
    },
  );

  it('tells a timeout from other failures of the network', () => {
    expect(judge(failedBy('timeout'), { policy: { retryOn: ['timeout'] } }).state).toBe('retrying');
    expect(judge(failedBy('timeout'), { policy: { retryOn: ['network'] } }).state).toBe('failed');
    expect(judge(failedBy('dns-failure'), { policy: { retryOn: ['network'] } }).state).toBe('retrying');
    expect(judge(failedBy('dns-failure'), { policy: { retryOn: ['timeout'] } }).state).toBe('failed');
  });
});

describe('the verdict on a lost attempt', () => {
  it('is a repeat at once, even of the last attempt', () => {
    const verdict = judge(lost, { policy: { maxAttempts: 1, maxAge: 0 } });
    expect(verdict).toEqual({ state: 'retrying', at: baseTime + 1_000, reason: 'the worker vanished' });
  });

  it('is failure after too many of them', () => {
    const last = { attempt: maxLostAttempts, lostBefore: maxLostAttempts - 1 };
    expect(judge(lost, last).state).toBe('retrying');
    expect(judge(lost, { attempt: maxLostAttempts + 1, lostBefore: maxLostAttempts }).state).toBe('failed');
  });

  it('is failure where the policy wants at most one call', () => {
    expect(judge(lost, { policy: { onLost: 'fail' } }).state).toBe('failed');
  });
});

describe('every verdict', () => {
  const results = fc.record({
    outcome: fc.constantFrom('failed', 'lost'),
    status: fc.option(fc.integer({ min: 100, max: 599 })),
    error: fc.record({ code: fc.constantFrom(...attemptErrors), message: fc.string() }),
    retryAfterMs: fc.option(fc.nat()),
  }) as fc.Arbitrary<AttemptResult>;

  it('never repeats before now, nor without end', () => {
    fc.assert(
      fc.property(results, fc.integer({ min: 1, max: 20 }), fc.nat(5), (result, attempt, lostBefore) => {
        const verdict = judge(result, { attempt: attempt + lostBefore, lostBefore });
        if (verdict.state !== 'retrying') return verdict.state === 'failed';
        const bound = result.outcome === 'lost' ? lostBefore < maxLostAttempts : attempt < 5;
        return verdict.at >= baseTime + 1_000 && bound;
      }),
    );
  });
});

describe('the id of an attempt', () => {
  it('names its execution and its number', () => {
    expect(attemptId('uid-1000', 2)).toBe('uid-1000#2');
  });
});
