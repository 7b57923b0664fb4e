/**
 * What an execution does that is about to start while an earlier one of its timer has not ended. Pure: the caller reads
 * who runs and who waits, asks here, and writes the answer by compare-and-set, so that a lost race asks again.
 */

export const overlapPolicies = ['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'allowAll'] as const;
export type OverlapPolicy = (typeof overlapPolicies)[number];
export const defaultOverlapPolicy: OverlapPolicy = 'allowAll';

/** An execution as far as overlap looks at it. */
export interface Contender {
  id: string;
  scheduledFor: number;
}

export interface OverlapState {
  /** The execution that holds the timer, through its retries too, and has not ended; null for none. */
  running: Contender | null;
  /** Those kept until it ends, oldest first; with `bufferOne` at most one. */
  waiting: readonly Contender[];
}

export type Admission =
  | { action: 'start' }
  /** It never runs: recorded as skipped, reason `overlap`. */
  | { action: 'skip' }
  /** It waits until the running one has ended; asking again while it waits changes nothing. */
  | { action: 'buffer' }
  /** The running one is told to stop, and this one waits until it has ended. */
  | { action: 'cancelOlder'; older: string };

/** Decides for one execution. What asks while it runs itself goes on: a repeat, or a start whose reply was lost. */
export function admit(policy: OverlapPolicy, execution: Contender, state: OverlapState): Admission {
  if (policy === 'allowAll' || state.running?.id === execution.id) return { action: 'start' };
  const { running } = state;
  switch (policy) {
    case 'skip':
      return running ? { action: 'skip' } : { action: 'start' };
    case 'bufferOne':
    case 'bufferAll':
      return buffered(policy, execution, state);
    case 'cancelOther':
      if (!running) return { action: 'start' };
      if (running.scheduledFor > execution.scheduledFor) return { action: 'skip' };
      return { action: 'cancelOlder', older: running.id };
  }
}

/** Whoever waits goes first; with `bufferOne` the place in front of it is the only one. */
function buffered(
  policy: OverlapPolicy,
  execution: Contender,
  { running, waiting }: OverlapState,
): Admission {
  const place = waiting.findIndex(({ id }) => id === execution.id);
  const before = place >= 0 ? place : waiting.length;
  if (!running && before === 0) return { action: 'start' };
  return policy === 'bufferOne' && before > 0 ? { action: 'skip' } : { action: 'buffer' };
}
