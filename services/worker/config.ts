/** The worker's own variables. */
import Type, { type Static } from 'typebox';

export const workerSchema = Type.Object({
  workerConcurrency: Type.Integer({
    default: 100,
    minimum: 4,
    maximum: 2_000,
    description: 'call slots: callbacks under way at once; one destination host gets a quarter of them',
  }),
  workerStartBatch: Type.Integer({
    default: 100,
    minimum: 1,
    maximum: 1_000,
    description: 'executions started in one call to the store, and messages fetched beyond the call slots',
  }),
  workerResponseBytes: Type.Integer({
    default: 4_096,
    minimum: 0,
    maximum: 65_536,
    description: 'how much of a response body is kept in the attempt, bytes',
  }),
  workerResponseLimitBytes: Type.Integer({
    default: 1_048_576,
    minimum: 1_024,
    maximum: 104_857_600,
    description: 'how much of a response body is read before the call fails with response-too-large, bytes',
  }),
  workerAllowedPrivateTargets: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description:
      'private targets that production mode may call, separated by commas: host, host:port or CIDR such as 10.1.0.0/16',
  }),
  workerDrainMs: Type.Integer({
    default: 10_000,
    minimum: 0,
    maximum: 900_000,
    description: 'how long a stopping worker waits for calls under way and for their results to be stored',
  }),
});

export type WorkerConfig = Readonly<Static<typeof workerSchema>>;
