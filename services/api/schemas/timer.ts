/** A timer in answers. */
import Type, { type Static } from 'typebox';
import { overlapPolicies } from '../../../shared/timers/overlap.js';
import { timerStates } from '../../../shared/timers/timer.js';

const instant = Type.String({ format: 'date-time', examples: ['2030-01-31T09:00:00.000Z'] });
const instantOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description });
const isoDuration = Type.String({ description: 'ISO 8601', examples: ['PT30S'] });

/** What was sent, as it was sent, and beside it what it came to. */
const schedule = {
  at: Type.Optional(
    Type.String({
      format: 'date-time',
      description:
        'the one instant of `at`, `delay` and `localTime`; with a fold that counts twice the first',
      examples: ['2030-01-31T09:00:00.000Z'],
    }),
  ),
  delay: Type.Optional(isoDuration),
  localTime: Type.Optional(Type.String()),
  cron: Type.Optional(Type.String()),
  every: Type.Optional(isoDuration),
  anchor: Type.Optional(instant),
  timezone: Type.Optional(Type.String()),
  dst: Type.Optional(
    Type.Object(
      { gap: Type.Optional(Type.String()), fold: Type.Optional(Type.String()) },
      { description: 'the rule that holds, whether sent or by default' },
    ),
  ),
  startAt: Type.Optional(instant),
  endAt: Type.Optional(instant),
  maxRuns: Type.Optional(Type.Integer()),
  exclusions: Type.Optional(
    Type.Object({
      dates: Type.Optional(Type.Array(Type.String())),
      crons: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  jitter: Type.Optional(isoDuration),
};

export type ScheduleAnswer = Static<Type.TObject<typeof schedule>>;

const pause = Type.Object(
  {
    reason: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
    until: instantOrNull('when it ends by itself; null for not before it is resumed'),
    since: instant,
  },
  { description: 'of a paused timer; else null' },
);

export const timerAnswer = Type.Object(
  {
    id: Type.String(),
    namespace: Type.String(),
    state: Type.Enum([...timerStates]),
    generation: Type.Integer({ description: 'grows with every change; the ETag is this number in quotes' }),
    ...schedule,
    nextDueAt: instantOrNull(
      'when it is due next, of a paused one when it would be; null when nothing is left to be due',
    ),
    lastDueAt: instantOrNull('the nominal time of the newest occurrence that was claimed'),
    runs: Type.Integer({ description: 'executions so far, manual runs and skipped ones apart' }),
    manualRuns: Type.Integer({ description: 'how often somebody ran it by hand' }),
    pause: Type.Unsafe<Static<typeof pause> | null>({ ...pause, type: ['object', 'null'] }),
    misfire: Type.Object({ policy: Type.String(), window: isoDuration, max: Type.Integer() }),
    overlap: Type.Enum([...overlapPolicies]),
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
    createdBy: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'who made it: the name of the key; null where that was not kept yet',
    }),
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
