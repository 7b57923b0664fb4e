/** The scheduler's own variables. */
import Type, { type Static } from 'typebox';

export const schedulerSchema = Type.Object({
  schedulerLookAheadMs: Type.Integer({
    default: 2_000,
    minimum: 1_100,
    maximum: 60_000,
    description: 'how far ahead of their time timers are claimed; more than the second between two looks',
  }),
  schedulerPublishLeadMs: Type.Integer({
    default: 100,
    minimum: 0,
    maximum: 1_000,
    description:
      'how long before its instant an execution is published, so that a worker has it started and waits for the millisecond; 20 in the one-process mode',
  }),
  schedulerClaimBatch: Type.Integer({
    default: 1_000,
    minimum: 1,
    maximum: 1_000,
    description: 'timers claimed in one transaction; 100 in the one-process mode',
  }),
  schedulerHeapLimit: Type.Integer({
    default: 50_000,
    minimum: 100,
    description:
      'claimed executions held in memory; above it only what is due now is claimed, above twice of it nothing',
  }),
  schedulerPublishAgainMs: Type.Integer({
    default: 10_000,
    minimum: 1_000,
    description: 'an execution that nobody started this long after its instant is published again',
  }),
});

export type SchedulerConfig = Readonly<Static<typeof schedulerSchema>>;
