/** The API's own variables. */
import Type, { type Static } from 'typebox';

export const apiSchema = Type.Object({
  apiHost: Type.String({ default: '127.0.0.1', description: 'address the API listens on' }),
  apiPort: Type.Integer({
    default: 3000,
    minimum: 0,
    maximum: 65535,
    description: 'port the API listens on; 0 takes a free one',
  }),
  apiKeys: Type.Optional(
    Type.Array(Type.String({ minLength: 16, maxLength: 256 }), {
      description:
        'keys that callers show as `Authorization: Bearer KEY`, separated by commas, 16 characters or more each, all of them admins of all namespaces; required in production mode until the store has such a key',
      secret: true,
    }),
  ),
  apiKeyless: Type.Union([Type.Literal('loopback'), Type.Literal('anywhere')], {
    default: 'loopback',
    description:
      'where the API may listen in development mode while no keys are configured, and whoever reaches it may do everything; anywhere: something else keeps strangers away, such as a port that is published on loopback only',
  }),
  apiQuotaActiveTimers: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_000_000_000,
      description:
        'timers that are not closed which a namespace may have, unless it has a quota of its own; no limit if unset',
    }),
  ),
  apiQuotaRequestsPerSecond: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description:
        'requests a second that a namespace may make, at all processes of the API together, unless it has a quota of its own; no limit if unset',
    }),
  ),
  apiQuotaBurst: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description: 'how many of them may come at once; as many as in a second if unset',
    }),
  ),
  apiBodyLimitBytes: Type.Integer({
    default: 1_048_576,
    minimum: 1_024,
    maximum: 16_777_216,
    description: 'largest request body, bytes',
  }),
  apiWaitingLimit: Type.Integer({
    default: 50_000,
    minimum: 1,
    description: 'timers that may wait to be written; above it the API answers 503 with Retry-After',
  }),
  apiEventListeners: Type.Integer({
    default: 500,
    minimum: 1,
    maximum: 10_000,
    description: 'listeners to events at a time; one more gets 503 with Retry-After',
  }),
  apiEventsKept: Type.Integer({
    default: 50_000,
    minimum: 1_000,
    maximum: 1_000_000,
    description:
      'events kept in memory, half a kilobyte each, for listeners that come back: 20,000 of one namespace at most',
  }),
});

export type ApiConfig = Readonly<Static<typeof apiSchema>>;
