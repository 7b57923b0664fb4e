/** Settings in requests and answers. */
import Type, { type Static } from 'typebox';
import { integerOrNull, nullable } from './nullable.js';

const closed = { additionalProperties: false };

/** Bounds as those of the variables that hold while an option is left out. */
const settings = Type.Object(
  {
    dispatchPaused: Type.Optional(
      Type.Boolean({
        description:
          'true: no callback leaves; what falls due waits, and is late then as after an outage. Claims, changes and reading go on',
      }),
    ),
    lookAheadMs: Type.Optional(
      Type.Integer({
        minimum: 1_100,
        maximum: 60_000,
        description: 'how far ahead of their time timers are claimed; else CARILLON_SCHEDULER_LOOK_AHEAD_MS',
      }),
    ),
    workerConcurrency: Type.Optional(
      Type.Integer({
        minimum: 4,
        maximum: 2_000,
        description: 'call slots of each worker, at most its CARILLON_WORKER_CONCURRENCY',
      }),
    ),
  },
  { ...closed, description: 'all that is set; what is left out is as each process is configured' },
);

export const settingsRequest = Type.Object(
  {
    effectiveFrom: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'from which instant it holds, RFC 3339; as soon as may be when left out',
      }),
    ),
    settings,
  },
  closed,
);

const version = Type.Object({
  version: Type.Integer({ description: '1 for the first; of two that hold, the higher counts' }),
  effectiveFrom: Type.String({ format: 'date-time', description: 'a task that starts from then on uses it' }),
  committedAt: Type.String({ format: 'date-time', description: "when it was written, by the store's clock" }),
  settings,
});

export const settingsVersionAnswer = Type.Object(version.properties, { $id: 'SettingsVersion' });
export type SettingsVersionAnswer = Static<typeof settingsVersionAnswer>;

export const settingsAnswer = Type.Object(
  {
    current: nullable(version),
    future: Type.Array(version, { description: 'those that will hold, soonest first' }),
    past: Type.Array(version, { description: 'those that held or were overtaken, newest first' }),
    void: Type.Array(version, { description: 'written too late to hold for anybody' }),
    earliest: Type.String({
      format: 'date-time',
      description: 'the earliest instant that an announcement may name at this moment',
    }),
    processes: Type.Array(
      Type.Object({
        id: Type.String({ description: 'incarnation' }),
        name: Type.String(),
        service: Type.String(),
        settingsVersion: integerOrNull('the newest version that it knows'),
        heartbeatAgeMs: integerOrNull('how long ago it said so'),
      }),
      { description: 'which process has seen which version' },
    ),
  },
  { $id: 'Settings', description: '`current` is null while only configuration holds' },
);
export type SettingsAnswer = Static<typeof settingsAnswer>;
