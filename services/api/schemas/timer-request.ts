/**
 * A timer in requests: the single source of what is accepted, of the types, and of the OpenAPI document. What a schema
 * cannot say (that a URL is http, that an instant is not past) stands in definition/.
 */
import Type, { type Static } from 'typebox';
import { retryClasses } from '../../../shared/timers/retry-policy.js';
import { durationField } from './duration-field.js';
import { anyKind, kindFields, limitFields, partFields, policyFields } from './schedule-request.js';

const closed = { additionalProperties: false };

export const timerId = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,128}$',
  description: '1 to 128 letters, digits, `_` and `-`',
});

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

const targetRequest = Type.Object(
  {
    url: Type.String({
      maxLength: 4_096,
      description: 'an http or https URL without credentials and fragment',
    }),
    method: Type.Optional(Type.Enum([...methods], { default: 'POST', description: 'the HTTP method' })),
    headers: Type.Optional(
      Type.Record(Type.String({ minLength: 1, maxLength: 128 }), Type.String({ maxLength: 8_192 }), {
        maxProperties: 64,
        description: 'headers to send, by name; what HTTP itself and the platform set is refused',
      }),
    ),
    body: Type.Optional(
      Type.Unknown({
        description:
          'any JSON value, sent as application/json; a string is sent as it is, as text/plain; either unless `headers` has a content-type. null for none',
      }),
    ),
    timeout: Type.Optional(
      durationField('limit on the whole call, at most 15 minutes; 30 s unless set', 'PT30S'),
    ),
  },
  { ...closed, title: 'TargetRequest', description: 'what is called' },
);
export type TargetRequest = Static<typeof targetRequest>;

const retriesRequest = Type.Object(
  {
    maxAttempts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100,
        default: 5,
        description: 'attempts, the first one included, 1 to 100',
      }),
    ),
    maxAge: Type.Optional(
      Type.Union([Type.String({ maxLength: 64 }), Type.Number(), Type.Null()], {
        description:
          'no attempt starts later than this after the timer was due; a duration, or null for no limit',
      }),
    ),
    backoff: Type.Optional(
      Type.Enum(['fixed', 'linear', 'exponential'], {
        default: 'exponential',
        description: 'how the wait grows: base; base × failures; base × factor^(failures − 1)',
      }),
    ),
    base: Type.Optional(durationField('the first wait, at most 30 days; 1 s unless set', 'PT1S')),
    factor: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 10,
        default: 2,
        description: 'growth of exponential waits, 1 to 10',
      }),
    ),
    maxDelay: Type.Optional(durationField('the longest wait, at most 30 days; 1 h unless set', 'PT1H')),
    jitter: Type.Optional(
      Type.Enum(['none', 'full'], {
        default: 'full',
        description: 'full: the wait is drawn uniformly between 0 and its length',
      }),
    ),
    retryOn: Type.Optional(
      Type.Array(Type.Union([Type.Enum([...retryClasses]), Type.Integer({ minimum: 300, maximum: 599 })]), {
        maxItems: 64,
        uniqueItems: true,
        description: `what is repeated: ${retryClasses.join(', ')}, or single statuses from 300 to 599; 410 never is`,
      }),
    ),
    onLost: Type.Optional(
      Type.Enum(['repeat', 'fail'], {
        default: 'repeat',
        description: 'when a worker vanishes within a call: repeat it, or (at most once) let it fail',
      }),
    ),
  },
  { ...closed, title: 'RetriesRequest', description: 'when a failed call is repeated' },
);
export type RetriesRequest = Static<typeof retriesRequest>;

const definition = {
  ...kindFields,
  ...partFields,
  ...limitFields,
  ...policyFields,
  target: targetRequest,
  retries: Type.Optional(retriesRequest),
  tags: Type.Optional(
    Type.Array(
      Type.String({
        pattern: '^[A-Za-z0-9_.:/-]{1,64}$',
        description: '1 to 64 letters, digits and `_ . : / -`',
      }),
      { maxItems: 32, uniqueItems: true, description: 'labels to find timers by' },
    ),
  ),
  metadata: Type.Optional(
    Type.Record(Type.String({ pattern: '^[A-Za-z0-9_.:/-]{1,64}$' }), Type.String({ maxLength: 1_024 }), {
      maxProperties: 64,
      additionalProperties: false,
      description: 'text of your own by name (letters, digits and `_ . : / -`), kept and shown, never sent',
    }),
  ),
};

/** What PUT takes: a timer without its id. */
export const timerDefinition = Type.Object(definition, {
  ...closed,
  title: 'TimerDefinition',
  description: `exactly one of ${anyKind}, and the target`,
});
export type TimerDefinition = Static<typeof timerDefinition>;

/** What POST takes. */
export const timerCreation = Type.Object(
  { id: Type.Optional(timerId), ...definition },
  {
    ...closed,
    title: 'TimerCreation',
    description: `exactly one of ${anyKind}, and the target; an id of your own if you like`,
  },
);
export type TimerCreation = Static<typeof timerCreation>;

/** What a preview takes: a timer as for POST, of which only "when" matters, so the target may be left out. */
export const timerSketch = Type.Object(
  { id: Type.Optional(timerId), ...definition, target: Type.Optional(targetRequest) },
  {
    ...closed,
    title: 'TimerSketch',
    description: 'a timer as for POST /v1/timers; the target may be left out',
  },
);
export type TimerSketch = Static<typeof timerSketch>;
