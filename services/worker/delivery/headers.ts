/**
 * The headers of a callback: the user's own, then ours, which a user cannot override. Pure. A signature belongs here
 * too, computed last over what is sent.
 */
import { hash32 } from '../../../shared/base/ids.js';
import type { Random } from '../../../shared/base/random.js';
import type { Definition } from '../../../shared/timers/timer.js';
import type { WorkMessage } from '../../../shared/queue/queue.js';

export interface CallbackHeadersInput {
  execution: WorkMessage['execution'];
  definition: Definition;
  /** The attempt's number, as in its record. */
  attempt: number;
  now: number;
  random: Random;
}

export function callbackHeaders(input: CallbackHeadersInput): Record<string, string> {
  const { execution, definition, attempt, now } = input;
  return {
    'user-agent': 'Carillon',
    ...definition.target.headers,
    'webhook-id': execution.id,
    // Standard Webhooks: whole seconds.
    'webhook-timestamp': String(Math.floor(now / 1_000)),
    'timer-id': execution.timerId,
    'timer-scheduled-for': new Date(execution.scheduledFor).toISOString(),
    'timer-attempt': String(attempt),
    'timer-max-attempts': String(definition.retries.maxAttempts),
    traceparent: traceparent(execution.id, input.random),
  };
}

/** W3C Trace Context: all attempts of an execution share a trace, each is a span of its own. */
function traceparent(executionId: string, random: Random): string {
  const trace = ['a', 'b', 'c', 'd'].map((salt) => hex32(hash32(salt + executionId))).join('');
  const span = hex32(random.next() * 2 ** 32) + hex32(1 + random.next() * (2 ** 32 - 1));
  return `00-${trace}-${span}-01`;
}

function hex32(value: number): string {
  return Math.floor(value).toString(16).padStart(8, '0');
}
