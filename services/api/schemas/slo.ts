/** The service level of a namespace: what is asked, and what is answered. */
import Type, { type Static } from 'typebox';
import { integerOrNull } from './nullable.js';

const instant = (description: string) => Type.String({ format: 'date-time', description });
const numberOrNull = (description: string) =>
  Type.Unsafe<number | null>({ type: ['number', 'null'], description });

export const sloWindows = { '1h': 1, '6h': 6, '24h': 24, '7d': 168, '30d': 720 } as const;

export const sloQuery = Type.Object(
  {
    window: Type.Optional(
      Type.Enum(Object.keys(sloWindows) as (keyof typeof sloWindows)[], {
        description: 'so long before `to`; 1h unless sent, not together with `from`',
      }),
    ),
    from: Type.Optional(instant('from here on; minutes of older hours count as hours')),
    to: Type.Optional(instant('up to here; now unless sent')),
  },
  { additionalProperties: false },
);

export const sloAnswer = Type.Object(
  {
    namespace: Type.String(),
    from: instant('where the first minute, or hour, that counts begins'),
    to: instant('where the last one ends'),
    executions: Type.Object({
      succeeded: Type.Integer(),
      failed: Type.Integer({ description: 'given up, so dead letters' }),
      aborted: Type.Integer({ description: 'gave way to a newer one' }),
    }),
    attempts: Type.Integer({ description: 'calls, repeated ones too' }),
    successRate: numberOrNull('succeeded out of succeeded and failed, 0 to 1; null where none has ended'),
    latenessMs: Type.Object(
      {
        count: Type.Integer(),
        p50: integerOrNull('half are no later'),
        p99: integerOrNull('99 of 100 are no later'),
        p999: integerOrNull('999 of 1000 are no later'),
      },
      { description: 'from due to sent, of first attempts, milliseconds; at most one percent off' },
    ),
  },
  { $id: 'ServiceLevel' },
);
export type SloAnswer = Static<typeof sloAnswer>;
