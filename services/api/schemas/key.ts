/** API keys in requests and answers. A secret stands in the two answers that make one, and nowhere else. */
import Type, { type Static } from 'typebox';
import { everywhere, roles } from '../access/actor.js';
import { durationField } from './duration-field.js';
import { instantOrNull, textOrNull } from './nullable.js';
import { namespaceName } from './request.js';

const closed = { additionalProperties: false };

export const keyId = Type.String({ pattern: '^car_[0-9a-f]{16}$', description: 'the id of a key' });

const role = Type.Enum([...roles], {
  description: 'reader: sees; writer: changes timers too; admin: manages keys and test clocks too',
});

export const keyRequest = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z0-9_.@-]{1,64}$',
      description: 'who it is for; changes made with it are recorded under this name',
    }),
    description: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1_024, description: 'in your words; kept and shown' }),
    ),
    role,
    namespaces: Type.Array(Type.Union([namespaceName, Type.Literal(everywhere)]), {
      minItems: 1,
      maxItems: 100,
      description: `what it is good for: names, or \`${everywhere}\` alone for all there are and will be`,
    }),
    expiresAt: Type.Optional(
      Type.String({ maxLength: 64, description: 'until when it is good, RFC 3339; for ever when left out' }),
    ),
  },
  closed,
);

export const rotationRequest = Type.Object(
  {
    overlap: Type.Optional(
      durationField('how long the present secret stays good: a day unless sent, 30 days at most', 'PT1H'),
    ),
  },
  { ...closed, description: 'may be empty' },
);

const key = {
  id: Type.String({ description: 'its secrets begin with it' }),
  name: Type.String(),
  description: textOrNull('as sent'),
  role,
  namespaces: Type.Array(Type.String()),
  createdAt: Type.String({ format: 'date-time' }),
  createdBy: Type.String({ description: 'the name of who made it' }),
  rotatedAt: instantOrNull('when it got its present secret, if not at first'),
  previousUntil: instantOrNull('until when the secret before that is good as well'),
  expiresAt: instantOrNull('from then on it is refused'),
  lastUsedAt: instantOrNull('up to two minutes old'),
};

export const keyAnswer = Type.Object(key, { $id: 'ApiKey' });
export type KeyAnswer = Static<typeof keyAnswer>;

export const shownKeyAnswer = Type.Object(
  { ...key, secret: Type.String({ description: 'shown here and never again; send it as `Bearer`' }) },
  { $id: 'ShownApiKey' },
);

export const keyPage = Type.Object(
  { data: Type.Array(Type.Ref('ApiKey#')), nextCursor: textOrNull('null on the last page') },
  { $id: 'ApiKeyPage' },
);
