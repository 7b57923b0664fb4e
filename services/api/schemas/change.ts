/** A change in answers: who changed what, when and why. */
import Type, { type Static } from 'typebox';
import { changedResources } from '../../../shared/timers/change-record.js';
import { integerOrNull, nullable, textOrNull } from './nullable.js';

const instant = Type.String({ format: 'date-time' });

const fieldChange = Type.Object(
  {
    field: Type.String({
      description: 'JSON pointer into what the API shows of it',
      examples: ['/target/url'],
    }),
    before: Type.Optional(Type.Unknown({ description: 'left out where there was none' })),
    after: Type.Optional(Type.Unknown({ description: 'left out where there is none' })),
    omitted: Type.Optional(
      Type.Boolean({ description: 'true where the values are too long to be repeated' }),
    ),
  },
  { title: 'FieldChange' },
);

export const changeAnswer = Type.Object(
  {
    id: Type.String(),
    at: Type.String({ format: 'date-time', description: 'real time, under a test clock too' }),
    actor: Type.String({ description: 'the name of the key; `carillon` for what ended by itself' }),
    action: Type.String({ examples: ['patch'] }),
    resource: Type.Enum([...changedResources]),
    resourceId: Type.String({ description: 'the id of the timer, or of what it was' }),
    generation: integerOrNull('of the timer, or the version, afterwards'),
    reason: textOrNull('in the words of whoever changed it'),
    changes: Type.Array(fieldChange, { description: 'what is different afterwards' }),
  },
  { $id: 'Change' },
);
export type ChangeAnswer = Static<typeof changeAnswer>;

export const changePage = Type.Object(
  { data: Type.Array(Type.Ref('Change#')), nextCursor: textOrNull('for the next page; null on the last') },
  { $id: 'ChangePage' },
);

export const historyAnswer = Type.Object(
  {
    ...changePage.properties,
    created: nullable(
      Type.Object(
        { at: instant, actor: textOrNull('null where that was not kept yet') },
        { description: 'how the timer that is there began; null once it is removed' },
      ),
    ),
  },
  { $id: 'TimerHistory' },
);
