/**
 * One attempt, from a start that was won to what is to be stored: waits for the instant, looks at the lease, calls, and
 * decides what follows. No call leaves before the instant it was claimed for, nor while the lease is not sure to hold,
 * nor so late that it could outlast `until`; what may not leave any more is dropped, and the rescuer repeats it.
 */
import { sleep, type Clock } from '../../../shared/base/clock.js';
import type { Random } from '../../../shared/base/random.js';
import type { Presence } from '../../../shared/presence/presence.js';
import type { WorkMessage } from '../../../shared/queue/queue.js';
import type { Settlement } from '../../../shared/store/store.js';
import { attemptId, verdictOf, type AttemptResult } from '../../../shared/timers/outcome.js';
import { keptMs, type Retention } from '../../../shared/timers/retention.js';
import { defaultRetryPolicy } from '../../../shared/timers/retry-policy.js';
import type { Definition } from '../../../shared/timers/timer.js';
import type { Aborter } from '../aborter.js';
import type { WorkerMetrics } from '../metrics.js';
import { abortedCall, failureOf, statusFailure } from './failure.js';
import { callbackHeaders } from './headers.js';
import type { CallResult, HttpClient } from './http-client.js';
import { retryAfterMs } from './retry-after.js';

/** An execution that this process has started. */
export interface Started {
  message: WorkMessage;
  /** Null when there is none any more. */
  definition: Definition | null;
  /** The incarnation that started it. */
  runner: string;
  startedAt: number;
  /** From here on it counts as lost. */
  until: number;
}

interface Attempt extends Started {
  definition: Definition;
  /** Aborted when a newer execution takes its place. */
  abort?: AbortSignal;
}

export interface DelivererOptions {
  http: Pick<HttpClient, 'call'>;
  aborter: Pick<Aborter, 'watch' | 'forget'>;
  presence: Pick<Presence, 'incarnation' | 'holds'>;
  clock: Clock;
  random: Random;
  metrics: Pick<WorkerMetrics, 'lateness' | 'duration' | 'attempts' | 'dropped'>;
  retention: Retention;
  /** Aborted when there is no more time: what has not been sent then is dropped. */
  signal: AbortSignal;
}

/** What the lease must still hold when a call leaves, so that it leaves under it. */
const leaseMarginMs = 500;
const leaseLookMs = 50;

const unsent = { sentAt: null, firstByteAt: null, status: null, response: null };
const missing: CallResult = {
  ...unsent,
  failure: {
    code: 'definition-missing',
    message: 'The definition of this timer is no longer stored, so nothing could be called.',
  },
};

const replaced: CallResult = {
  ...unsent,
  failure: failureOf(abortedCall(), { host: '', phase: 'connecting' }),
};

export class Deliverer {
  readonly #options: DelivererOptions;

  constructor(options: DelivererOptions) {
    this.#options = options;
  }

  /**
   * Makes the attempt; answers what to store, or null when it was dropped. Never rejects.
   * @param onCall told when the call is handed to the client
   */
  async deliver(started: Started, onCall: () => void): Promise<Settlement | null> {
    const { definition, message } = started;
    if (!definition) return this.#settlement(started, null, missing);
    if (definition.overlap !== 'cancelOther') return this.#attempt({ ...started, definition }, onCall);
    const { aborter } = this.#options;
    const abort = aborter.watch(message.execution.id);
    return this.#attempt({ ...started, definition, abort }, onCall).finally(() =>
      aborter.forget(message.execution.id),
    );
  }

  async #attempt(attempt: Attempt, onCall: () => void): Promise<Settlement | null> {
    for (;;) {
      const obstacle = await this.#wait(attempt);
      if (obstacle === 'aborted') return this.#settlement(attempt, attempt.definition, replaced);
      if (obstacle) return this.#drop(obstacle);
      onCall();
      const result = await this.#call(attempt);
      if (result === 'abandoned') return this.#drop('stopped');
      if (result !== 'held-back') return this.#settlement(attempt, attempt.definition, result);
    }
  }

  /** Resolves with null when the call may leave, or with why it never will. */
  async #wait(attempt: Attempt): Promise<string | null> {
    const { presence, clock, signal } = this.#options;
    const { definition, message, runner, until, abort } = attempt;
    for (;;) {
      const now = clock.now();
      if (presence.incarnation !== runner) return 'gone';
      if (signal.aborted) return 'stopped';
      if (abort?.aborted) return 'aborted';
      if (now + definition.target.timeoutMs >= until) return 'too-late';
      if (this.#mayLeave(attempt)) return null;
      const earlyMs = message.execution.callAt - now;
      await sleep(clock, earlyMs > 0 ? earlyMs : leaseLookMs, signal);
    }
  }

  #mayLeave({ message, runner }: Started): boolean {
    const { presence, clock } = this.#options;
    return (
      presence.incarnation === runner &&
      presence.holds(leaseMarginMs) &&
      clock.now() >= message.execution.callAt
    );
  }

  #call(attempt: Attempt): ReturnType<HttpClient['call']> {
    const { http, clock, random } = this.#options;
    const { definition, message, abort } = attempt;
    const { execution } = message;
    const { url, method, body, timeoutMs } = definition.target;
    const headers = callbackHeaders({
      execution,
      definition,
      attempt: execution.attempt + 1,
      now: clock.now(),
      random,
    });
    const mayLeave = (): boolean => this.#mayLeave(attempt);
    return http.call({ url, method, headers, body, timeoutMs, mayLeave, ...(abort && { signal: abort }) });
  }

  #drop(reason: string): null {
    this.#options.metrics.dropped.inc({ reason });
    return null;
  }

  #settlement(started: Started, definition: Definition | null, call: CallResult): Settlement {
    const { clock, random, retention } = this.#options;
    const { execution, publishedAt } = started.message;
    const now = clock.now();
    const n = execution.attempt + 1;
    const result = judge(call, now);
    const verdict = verdictOf(result, {
      execution: { attempt: n, lost: execution.lost, dueAt: execution.dueAt },
      policy: definition?.retries ?? defaultRetryPolicy,
      now: now + execution.clockOffsetMs,
      random,
    });
    this.#count(started, call, now);
    return {
      record: {
        id: attemptId(execution.id, n),
        executionId: execution.id,
        n,
        outcome: result.outcome,
        status: result.status,
        error: result.error,
        response: call.response,
        worker: started.runner,
        receipt: {
          scheduledFor: execution.scheduledFor,
          claimedAt: execution.claimedAt,
          publishedAt,
          startedAt: started.startedAt,
          sentAt: call.sentAt,
          firstByteAt: call.firstByteAt,
          finishedAt: now,
        },
        verdict,
        lateOutcome: null,
      },
      timer: { namespace: execution.namespace, id: execution.timerId, uid: execution.uid },
      overlap: definition?.overlap !== 'allowAll',
      now,
      expireAt: now + keptMs(retention, verdict.state),
    };
  }

  #count({ message }: Started, { sentAt, failure, status }: CallResult, now: number): void {
    const { metrics } = this.#options;
    const { execution } = message;
    metrics.attempts.inc({ outcome: failure?.code ?? (isSuccess(status) ? 'succeeded' : 'status') });
    if (sentAt === null) return;
    metrics.duration.observe(now - sentAt);
    if (execution.attempt === execution.lost)
      metrics.lateness.observe(sentAt + execution.clockOffsetMs - execution.dueAt);
  }
}

/** What a call amounts to: 2xx is success, all else a failure with its reason. */
function judge({ status, response, failure }: CallResult, now: number): AttemptResult {
  if (failure) {
    const outcome = failure.code === 'aborted' ? 'aborted' : 'failed';
    return { outcome, status, error: failure, retryAfterMs: null };
  }
  if (isSuccess(status)) return { outcome: 'succeeded', status, error: null, retryAfterMs: null };
  return {
    outcome: 'failed',
    status,
    error: statusFailure(status!, response?.headers['location']),
    retryAfterMs: retryAfterMs(response?.headers['retry-after'], now),
  };
}

function isSuccess(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}
