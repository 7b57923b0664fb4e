/** The guards of the protocol, each of which can be taken out to see what it is there for. */

export const guards = {
  sweep: 'a cancel, a pause or a change sweeps the executions that are claimed',
  startComparesState: 'start compares the state of the execution',
  settleCompares: 'settle compares the state and the attempt',
  leaseBeforeCall: 'the lease is looked at before the call',
  rescueOfClaimed: 'what is claimed is rescued',
  rescueOfRunning: 'what is running is rescued',
  rescueFromLivingClaimer:
    'what is claimed is rescued from a living claimer too, when it is time to publish it again',
  rescueFromLivingWorker: 'what is running is rescued from a living worker too, when its `until` is past',
  rescueHolds: 'what is rescued goes into the heap, not into the queue',
  goneIsWritten: 'gone is a write, before anything of the process is touched',
  heldIsCompared: 'the stamp `held` is compared at every step to claimed and running',
  finalIsCompared: 'the stamp `final` is compared at every step to retrying and claimed',
  changeClaimsOverdue: 'a change claims what is overdue first',
  withdrawsNeverStarted: 'a change withdraws only what never started and is due after it',
  claimReadsExisting: 'a claim reads which executions exist',
  startComparesGeneration: 'start compares the generation',
  startComparesClaim: 'start compares the claim number',
  busyNamesExecution: '`busy` names its execution',
  busyIsTaken: 'start takes `busy` where executions must not overlap',
  startComparesHeld: 'start compares `held`, not only the steps to retrying and claimed',
  instantCoversStarted: 'the instant of a change is never below the newest occurrence that has started',
  instantCoversDeferred: 'the instant of a change is never below the newest occurrence that was deferred',
  cancelRecordsPause: 'a cancel of a paused timer records what fell due during the pause',
  untilBeforeCall: 'a call that is past its `until` does not leave',
  callEndsBeforeUntil: 'a worker ends its call before `until`',
  repeatKeepsUntil: 'a repeated start keeps the `until` of the first',
  instantBeforeCall: 'the worker looks at its clock before the call',
} as const;

export type GuardName = keyof typeof guards;
export type Guards = Readonly<Record<GuardName, boolean>>;

export const guardNames = Object.keys(guards) as GuardName[];

/** All guards but these. */
export function guardsWithout(...missing: GuardName[]): Guards {
  return Object.fromEntries(guardNames.map((name) => [name, !missing.includes(name)])) as unknown as Guards;
}
