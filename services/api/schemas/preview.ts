/** A preview in requests and answers. */
import Type from 'typebox';
import { noteKinds } from '../../../shared/timers/preview.js';
import { timerSketch } from './timer-request.js';

const closed = { additionalProperties: false };
const position = {
  from: Type.Optional(
    Type.String({
      maxLength: 64,
      description:
        'occurrences strictly after this instant (RFC 3339; in a query write + as %2B); now unless sent',
    }),
  ),
  count: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000, default: 10, description: 'how many at most, 1 to 1000' }),
  ),
};

export const previewQuery = Type.Object(position, closed);
export const previewRequest = Type.Object({ timer: timerSketch, ...position }, closed);

const occurrence = Type.Object({
  scheduledFor: Type.String({ format: 'date-time', description: 'the nominal time' }),
  dueAt: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    format: 'date-time',
    description: 'with jitter; null where that is drawn only when the timer is made',
  }),
  local: Type.String({ description: 'the nominal time in the zone of the schedule, with its offset' }),
  notes: Type.Array(Type.Object({ kind: Type.Enum([...noteKinds]), detail: Type.String() }), {
    description:
      'what a reader would not expect: clock changes, exclusions, jitter; of a timer that is there also its pause, and what its overlap policy would do if each execution took as long as the last ones on average',
  }),
});

export const previewAnswer = Type.Object(
  { occurrences: Type.Array(occurrence) },
  { $id: 'Preview', description: 'The next occurrences, in order.' },
);
