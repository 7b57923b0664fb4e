/** Events in the stream, and what may be asked of it. */
import Type, { type Static } from 'typebox';
import { eventKinds } from '../../../shared/events/event.js';
import { instantOrNull } from './nullable.js';
import { timerId } from './timer-request.js';

const instant = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }));

export const eventAnswer = Type.Object(
  {
    id: Type.String({ description: 'for `Last-Event-ID`; the same for everybody who hears of it' }),
    at: Type.String({ format: 'date-time', description: 'when it was told, right after it was written' }),
    kind: Type.Enum([...eventKinds]),
    namespace: Type.String(),
    timerId: Type.String(),
    host: Type.String({ description: 'host and port of the target' }),
    state: Type.Optional(Type.String({ description: 'of a timer: its state from now on' })),
    generation: Type.Optional(Type.Integer({ description: 'of a timer' })),
    nextDueAt: Type.Optional(instantOrNull('of a timer: when it is due next')),
    executionId: Type.Optional(Type.String()),
    scheduledFor: instant('of an execution'),
    dueAt: instant('of an execution: with its jitter'),
    attempt: Type.Optional(
      Type.Integer({ description: 'of an execution: which attempt; 0 before the first' }),
    ),
    reason: Type.Optional(Type.String({ description: 'why it failed, is deferred, skipped or cancelled' })),
    nextAttemptAt: instant('of one that is retrying or deferred'),
    status: Type.Optional(Type.Integer({ description: 'the HTTP status of the answer' })),
    error: Type.Optional(Type.String({ description: 'the code of the failure, as in an attempt' })),
    latenessMs: Type.Optional(Type.Integer({ description: 'of a first attempt: from due to sent' })),
    durationMs: Type.Optional(Type.Integer({ description: 'from sent to the end of the answer' })),
    skipped: Type.Optional(
      Type.Object(
        { to: Type.String({ format: 'date-time' }), count: Type.Integer() },
        { description: 'of a record of several that were left out: the last one, and how many' },
      ),
    ),
  },
  { $id: 'Event', description: 'The data of an event of GET /v1/events.' },
);
export type EventAnswer = Static<typeof eventAnswer>;

const kind = `(${eventKinds.map((name) => name.replace('.', '\\.')).join('|')})`;

export const eventQuery = Type.Object(
  {
    timerId: Type.Optional(timerId),
    idPrefix: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9_-]{1,128}$', description: 'of timers whose id begins so' }),
    ),
    host: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 300,
        description: 'of this destination, `host` or `host:port`',
      }),
    ),
    kinds: Type.Optional(
      Type.String({
        pattern: `^${kind}(,${kind}){0,31}$`,
        description: `of these kinds, separated by commas: ${eventKinds.join(', ')}`,
      }),
    ),
  },
  { additionalProperties: false },
);
