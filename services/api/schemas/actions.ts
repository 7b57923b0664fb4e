/** The bodies of actions on a timer, and the clock of a namespace. */
import Type from 'typebox';
import { durationField } from './duration-field.js';

const closed = { additionalProperties: false };
const instant = Type.String({ format: 'date-time' });

export const pauseRequest = Type.Object(
  {
    reason: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1_024, description: 'in your words; kept and shown' }),
    ),
    until: Type.Optional(
      durationField('when the pause ends by itself: an instant (RFC 3339), or how long from now', 'PT8H'),
    ),
  },
  { ...closed, description: 'may be empty: until it is resumed' },
);

export const runRequest = Type.Object(
  {
    id: Type.Optional(
      Type.String({
        pattern: '^[\\x21-\\x7e]{1,255}$',
        description: 'an id of this request; sent again, it is the same run. `Idempotency-Key` does the same',
      }),
    ),
  },
  { ...closed, description: 'may be empty: each request is a run of its own' },
);

export const restoreRequest = Type.Object(
  {
    generation: Type.Integer({
      minimum: 1,
      description: 'of the version to bring back, as the history tells',
    }),
    reason: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1_024, description: 'in your words; kept' }),
    ),
  },
  closed,
);

export const clockRequest = Type.Object(
  { now: Type.String({ maxLength: 64, description: 'where the clock stands, RFC 3339' }) },
  closed,
);

export const advanceRequest = Type.Object(
  {
    by: Type.Optional(durationField('how far, at most 10 years; instead of `to`', 'P1D')),
    to: Type.Optional(Type.String({ maxLength: 64, description: 'where to, RFC 3339; instead of `by`' })),
  },
  { ...closed, description: 'exactly one of `by` and `to`' },
);

export const clockAnswer = Type.Object(
  {
    namespace: Type.String(),
    now: instant,
    target: Type.String({
      format: 'date-time',
      description: 'where it is going, or stands',
    }),
    moving: Type.Boolean({
      description: 'true until all that falls due up to `target` has been fired and has ended',
    }),
  },
  { $id: 'TestClock' },
);
