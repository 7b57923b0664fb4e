/** The forecast of calls: what is asked, and what is answered. */
import Type, { type Static } from 'typebox';
import { textOrNull } from './nullable.js';

const instant = (description: string) => Type.String({ format: 'date-time', description });

export const forecastQuery = Type.Object(
  {
    days: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 31, description: 'how far ahead; 7 unless sent' }),
    ),
    host: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 300,
        description: 'of this destination, `host` or `host:port`',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000_000,
        description:
          'calls an hour that a destination takes: hours above it are named, with a spread that would do',
      }),
    ),
  },
  { additionalProperties: false },
);

const hour = Type.Object({ from: instant('where the hour begins'), calls: Type.Integer() });

export const forecastAnswer = Type.Object(
  {
    namespace: Type.String(),
    from: instant('now, or up to a few minutes ago'),
    until: instant('where it ends'),
    completeUntil: instant(
      'up to here nothing is missing; earlier than `until` where there is too much to read',
    ),
    timers: Type.Integer({ description: 'timers that were considered' }),
    hosts: Type.Array(
      Type.Object({
        host: Type.String(),
        calls: Type.Integer({ description: 'in all' }),
        hours: Type.Array(hour, { description: 'hours with calls, in order' }),
        above: Type.Array(hour, { description: 'hours with more than `limit`' }),
        suggestedJitter: textOrNull(
          'a `jitter` that would keep each hour within `limit`; null where none is needed',
        ),
      }),
      { description: 'the destinations with most calls first, 1000 at most' },
    ),
    furtherHosts: Type.Object(
      { hosts: Type.Integer(), calls: Type.Integer() },
      { description: 'destinations that are not named' },
    ),
  },
  { $id: 'Forecast' },
);
export type ForecastAnswer = Static<typeof forecastAnswer>;
