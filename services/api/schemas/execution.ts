/** An execution in answers: one occurrence of a timer, each attempt with its lateness receipt. */
import Type, { type Static } from 'typebox';
import { executionStates } from '../../../shared/timers/execution.js';
import { attemptErrors, type Outcome, outcomes } from '../../../shared/timers/outcome.js';

const instant = Type.String({ format: 'date-time' });
const instantOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description });
const integerOrNull = (description: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], description });
const textOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], description });

/** FJS serialises a nullable object from `nullable` without validating it first, as a union would. */
const nullable = <Value extends Type.TObject>(schema: Value) =>
  Type.Unsafe<Static<Value> | null>({ ...schema, type: ['object', 'null'] });

const receipt = Type.Object(
  {
    scheduledFor: instant,
    claimedAt: instant,
    publishedAt: instantOrNull('given to the queue'),
    startedAt: instantOrNull('taken by a worker'),
    sentAt: instantOrNull('the request left'),
    firstByteAt: instantOrNull('the first byte of the response'),
    finishedAt: instantOrNull('the last one, or the failure'),
  },
  {
    title: 'Receipt',
    description: 'the lateness receipt: when each step was reached; null where it was not',
  },
);

const attempt = Type.Object({
  n: Type.Integer({ description: '1 for the first' }),
  outcome: Type.Enum([...outcomes]),
  status: integerOrNull('of the response'),
  error: nullable(
    Type.Object({
      code: Type.Enum([...attemptErrors], { description: 'explained in docs/errors.md' }),
      message: Type.String(),
    }),
  ),
  response: nullable(
    Type.Object({
      headers: Type.Record(Type.String(), Type.String()),
      body: Type.String({ description: 'its first bytes' }),
      truncated: Type.Boolean({ description: 'true when there was more' }),
    }),
  ),
  worker: textOrNull('which worker made the call'),
  receipt,
  lateOutcome: nullable(
    Type.Object(
      {
        outcome: Type.Enum([...outcomes]),
        status: integerOrNull('of the response'),
        finishedAt: instantOrNull(''),
      },
      { description: 'what came in after the attempt was taken for lost' },
    ),
  ),
});

export const executionAnswer = Type.Object(
  {
    id: Type.String({ description: 'also the `webhook-id` of its callbacks' }),
    timerId: Type.String(),
    namespace: Type.String(),
    scheduledFor: instant,
    dueAt: instant,
    state: Type.Enum([...executionStates]),
    trigger: Type.Enum(['schedule', 'manual'], {
      description: 'manual: somebody ran it by hand, it is no occurrence of the schedule',
    }),
    reason: textOrNull(
      'why it is deferred (`catch-up`: missed, and spread; `overlap`: waits for the one before; `test-clock`: waits for that clock), skipped (`too-late`: beyond the misfire window; `over-max`: more than may be caught up; `paused`; `overlap`), cancelled or failed',
    ),
    skipped: nullable(
      Type.Object(
        {
          to: Type.String({ format: 'date-time', description: 'the nominal time of the last one' }),
          count: Type.Integer({ description: 'how many, at least; exact unless there were very many' }),
        },
        {
          description:
            'where this one record tells of several occurrences that were left out, this the first',
        },
      ),
    ),
    held: Type.Boolean({ description: 'its timer is paused: no attempt starts before it is resumed' }),
    until: instantOrNull('deferred, awaiting-ack: until when'),
    nextAttemptAt: instantOrNull('retrying: when it is called again'),
    outcome: Type.Unsafe<Outcome | null>({
      type: ['string', 'null'],
      enum: [...outcomes, null],
      description: 'what its newest attempt that has ended came to; null before',
    }),
    settledAt: instantOrNull('when it ended'),
    attempts: Type.Array(attempt),
  },
  { $id: 'Execution' },
);
export type ExecutionAnswer = Static<typeof executionAnswer>;

export const executionPage = Type.Object(
  { data: Type.Array(Type.Ref('Execution#')), nextCursor: textOrNull('for the next page; null on the last') },
  { $id: 'ExecutionPage' },
);
