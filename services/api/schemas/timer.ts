/** A timer in answers. */
import Type, { type Static } from 'typebox';
import { timerStates } from '../../../shared/timers/timer.js';

const instant = Type.String({ format: 'date-time', examples: ['2030-01-31T09:00:00.000Z'] });
const instantOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description });
const isoDuration = Type.String({ description: 'ISO 8601', examples: ['PT30S'] });

export const timerAnswer = Type.Object(
  {
    id: Type.String(),
    namespace: Type.String(),
    state: Type.Enum([...timerStates]),
    generation: Type.Integer({ description: 'grows with every change; the ETag is this number in quotes' }),
    at: instant,
    delay: Type.Optional(
      Type.String({ description: 'where a delay was given: that delay, ISO 8601', examples: ['PT10S'] }),
    ),
    nextDueAt: instantOrNull('when it is due next; null when nothing is left to be due'),
    lastDueAt: instantOrNull('when it was due last'),
    runs: Type.Integer({ description: 'executions so far' }),
    target: Type.Object({
      url: Type.String(),
      method: Type.String(),
      headers: Type.Record(Type.String(), Type.String()),
      body: Type.Unknown({ description: 'the JSON value, or the text; null for none' }),
      timeout: isoDuration,
    }),
    retries: Type.Object({
      maxAttempts: Type.Integer(),
      maxAge: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'ISO 8601' }),
      backoff: Type.String(),
      base: isoDuration,
      factor: Type.Number(),
      maxDelay: isoDuration,
      jitter: Type.String(),
      retryOn: Type.Array(Type.Unsafe<string | number>({ type: ['string', 'integer'] })),
      onLost: Type.String(),
    }),
    tags: Type.Array(Type.String()),
    metadata: Type.Record(Type.String(), Type.String()),
    createdAt: instant,
    updatedAt: instant,
  },
  { $id: 'Timer' },
);
export type TimerAnswer = Static<typeof timerAnswer>;

/** What DELETE answers: the timer, and which of its executions were under way and are left to end. */
export const cancelledTimerAnswer = Type.Object(
  {
    ...timerAnswer.properties,
    executions: Type.Array(Type.Object({ id: Type.String(), state: Type.String() }), {
      description: 'calls under way; they are left to end, and never repeated',
    }),
  },
  { $id: 'CancelledTimer' },
);

export const timerPage = Type.Object(
  {
    data: Type.Array(Type.Ref('Timer#')),
    nextCursor: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  },
  { $id: 'TimerPage' },
);
