/** What became of one attempt, as closed sets, and what follows from it. Pure. */
import type { Random } from '../base/random.js';
import { maxLostAttempts, retryDelayMs, type RetryClass, type RetryPolicy } from './retry-policy.js';

export const outcomes = ['succeeded', 'failed', 'lost', 'aborted'] as const;
export type Outcome = (typeof outcomes)[number];

/** Why an attempt failed. Documented one by one in docs/errors.md. */
export const attemptErrors = [
  'status',
  'timeout',
  'dns-failure',
  'connection-refused',
  'connection-reset',
  'host-unreachable',
  'tls-failure',
  'invalid-response',
  'response-too-large',
  'invalid-request',
  'address-refused',
  'network',
  'lost',
  'aborted',
  'definition-missing',
] as const;
export type AttemptErrorCode = (typeof attemptErrors)[number];

/** The lateness receipt: epoch milliseconds of each step, null where a step was not reached. */
export interface Receipt {
  scheduledFor: number;
  claimedAt: number;
  publishedAt: number | null;
  startedAt: number | null;
  sentAt: number | null;
  firstByteAt: number | null;
  finishedAt: number | null;
}

export interface AttemptResponse {
  headers: Record<string, string>;
  /** The first bytes of the body, decoded as UTF-8. */
  body: string;
  /** True when the target sent more than was kept. */
  truncated: boolean;
}

/** What happens to the execution after an attempt; decided once and kept in the record. */
export type Verdict =
  | { state: 'succeeded' }
  | { state: 'failed'; reason: string }
  | { state: 'aborted'; reason: string }
  | { state: 'retrying'; at: number; reason: string };

export interface AttemptRecord {
  /** `executionId#n`. */
  id: string;
  executionId: string;
  n: number;
  outcome: Outcome;
  status: number | null;
  error: { code: AttemptErrorCode; message: string } | null;
  response: AttemptResponse | null;
  /** The incarnation that made the call. */
  worker: string | null;
  receipt: Receipt;
  verdict: Verdict;
  /** The result of an attempt that was taken for lost and came in afterwards. */
  lateOutcome: LateOutcome | null;
}

export interface LateOutcome {
  outcome: Outcome;
  status: number | null;
  finishedAt: number | null;
}

export function attemptId(executionId: string, n: number): string {
  return `${executionId}#${n}`;
}

/** The facts of a finished call that decide what follows. */
export interface AttemptResult {
  outcome: Outcome;
  status: number | null;
  error: { code: AttemptErrorCode; message: string } | null;
  /** What `Retry-After` asked for, milliseconds from now; null when it asked nothing. */
  retryAfterMs: number | null;
}

export interface VerdictContext {
  /** Of the execution while the attempt runs: `attempt` counts it. */
  execution: { attempt: number; lost: number; dueAt: number };
  policy: RetryPolicy;
  now: number;
  random: Random;
}

/** Errors that the same request would meet again, whatever the policy says. */
const permanent: readonly AttemptErrorCode[] = ['invalid-request', 'address-refused', 'definition-missing'];

/** Decides what follows an attempt, by the policy alone. */
export function verdictOf(result: AttemptResult, context: VerdictContext): Verdict {
  if (result.outcome === 'succeeded') return { state: 'succeeded' };
  const reason = result.error?.message ?? 'failed';
  if (result.outcome === 'aborted') return { state: 'aborted', reason };
  if (result.outcome === 'lost') return afterLost(context, reason);
  const { execution, policy, now, random } = context;
  const failures = execution.attempt - execution.lost;
  if (failures >= policy.maxAttempts) return { state: 'failed', reason };
  if (!isRetried(result, policy)) return { state: 'failed', reason };
  const at = now + Math.max(retryDelayMs(policy, failures, random), result.retryAfterMs ?? 0);
  if (policy.maxAge !== null && at > execution.dueAt + policy.maxAge) return { state: 'failed', reason };
  return { state: 'retrying', at, reason };
}

function afterLost({ execution, policy, now }: VerdictContext, reason: string): Verdict {
  const repeat = policy.onLost === 'repeat' && execution.lost < maxLostAttempts;
  return repeat ? { state: 'retrying', at: now, reason } : { state: 'failed', reason };
}

function isRetried({ status, error }: AttemptResult, { retryOn }: RetryPolicy): boolean {
  if (error && permanent.includes(error.code)) return false;
  if (error?.code !== 'status') return retryOn.includes(error?.code === 'timeout' ? 'timeout' : 'network');
  if (status === 410) return false;
  return (
    status !== null &&
    (retryOn.includes(status) || retryOn.includes(`${Math.floor(status / 100)}xx` as RetryClass))
  );
}
