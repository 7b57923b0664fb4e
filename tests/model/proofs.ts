/**
 * Why each guard is there: the invariant that breaks when it is taken out, and a smallest world in which it does. The
 * first part are the rows of the table in which the design gives its reasons, the second the guards beside them.
 */
import { explore, type Exploration } from './explore.js';
import { guards, guardsWithout, type GuardName } from './guards.js';
import type { InvariantName } from './invariants.js';
import { protocol } from './protocol.js';
import { worldOf, type World } from './world.js';

export interface Proof {
  guard: GuardName;
  /** What breaks without it. */
  invariant: InvariantName;
  world: World;
}

const cancel = { mayWish: ['cancel'], wishes: 1 } as const;
const pause = { mayWish: ['pause'], wishes: 1 } as const;
const change = { mayWish: ['change'], wishes: 1 } as const;

export const proofs: readonly Proof[] = [
  proof('sweep', 'CancelWins', cancel),
  proof('startComparesState', 'CancelWins', cancel),
  proof('startComparesState', 'NotDoubled', { workers: 2 }),
  proof('settleCompares', 'CancelWins', { ...cancel, attempts: 2 }),
  proof('settleCompares', 'NotDoubled', { workers: 2, attempts: 3 }),
  proof('leaseBeforeCall', 'NotDoubled', { workers: 2, attempts: 2, faults: 1 }),
  proof('rescueOfClaimed', 'NotLost', { faults: 1 }),
  proof('rescueOfRunning', 'NotLost', { faults: 1 }),
  proof('rescueFromLivingClaimer', 'NotLost', {}),
  proof('rescueFromLivingWorker', 'NotLost', { faults: 1 }),
  proof('rescueHolds', 'NotEarly', { schedulers: 2, faults: 1, wrongClock: 'worker' }),
  proof('goneIsWritten', 'NotDoubled', { workers: 2, attempts: 2, faults: 1 }),
  proof('heldIsCompared', 'CancelWins', { ...pause, attempts: 2 }),
  proof('finalIsCompared', 'CancelWins', { ...cancel, attempts: 2 }),
  proof('changeClaimsOverdue', 'NotLost', { ...change, occurrences: 2 }),
  proof('withdrawsNeverStarted', 'NotLost', { ...change, occurrences: 2 }),
  proof('claimReadsExisting', 'NotLost', change),
  proof('startComparesGeneration', 'CancelWins', { ...change, wrongClock: 'api' }),
  proof('startComparesClaim', 'NotEarly', { attempts: 2 }),
  proof('busyNamesExecution', 'NotLost', { occurrences: 2, overlap: 'skip', faults: 1 }),

  proof('busyIsTaken', 'NotOverlapping', { occurrences: 2, overlap: 'skip', workers: 2 }),
  proof('startComparesHeld', 'CancelWins', { ...pause, attempts: 2 }),
  proof('instantCoversStarted', 'CancelWins', { ...change, attempts: 2, wrongClock: 'api' }),
  proof('instantCoversDeferred', 'CancelWins', { ...change, deferrals: 1, wrongClock: 'api' }),
  proof('cancelRecordsPause', 'NotLost', { mayWish: ['pause', 'cancel'], wishes: 2 }),
  proof('instantBeforeCall', 'NotEarly', { wrongClock: 'scheduler' }),
  proof('untilBeforeCall', 'NotDoubled', { workers: 2, attempts: 2 }),
  proof('callEndsBeforeUntil', 'NotDoubled', { workers: 2, attempts: 2 }),
  proof('repeatKeepsUntil', 'NotDoubled', { workers: 2, attempts: 2, faults: 1 }),
];

/** Explores the proof's world without its guard. */
export function exploreWithout({ guard, world }: Proof): Exploration {
  return explore(protocol({ world, guards: guardsWithout(guard) }));
}

function proof(guard: GuardName, invariant: InvariantName, bounds: Partial<World>): Proof {
  return { guard, invariant, world: worldOf({ name: guard, about: `without: ${guards[guard]}`, ...bounds }) };
}
