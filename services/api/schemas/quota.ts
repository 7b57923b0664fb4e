/** The quotas of a namespace in requests and answers. */
import Type, { type Static } from 'typebox';
import { integerOrNull } from './nullable.js';

const count = (description: string, minimum: number, maximum: number) =>
  Type.Optional(
    Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      minimum,
      maximum,
      description: `${description}; null for no limit, as configured when left out`,
    }),
  );

export const quotaRequest = Type.Object(
  {
    maxActiveTimers: count('timers that are not closed; paused ones count', 0, 1_000_000_000),
    requestsPerSecond: count('at all processes of the API together', 1, 1_000_000),
    burst: count('requests that may come at once; as many as in a second unless told', 1, 1_000_000),
  },
  { additionalProperties: false, description: 'empty: all as configured' },
);

export const quotaAnswer = Type.Object(
  {
    namespace: Type.String(),
    maxActiveTimers: integerOrNull('timers that are not closed; null for no limit'),
    requestsPerSecond: integerOrNull('null for no limit'),
    burst: integerOrNull('requests that may come at once; null without a limit'),
    own: Type.Array(Type.Enum(['maxActiveTimers', 'requestsPerSecond', 'burst']), {
      description: 'which of them were given to this namespace; the others are as configured',
    }),
  },
  { $id: 'Quotas' },
);
export type QuotaAnswer = Static<typeof quotaAnswer>;
