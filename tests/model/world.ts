/** The bounds within which everything is explored: how many of each, what may go wrong and how often. */

export type Wish = 'cancel' | 'pause' | 'resume' | 'change';

export interface World {
  name: string;
  /** What is in it, for readers. */
  about: string;
  /** Instants at which the timer is due, at most 3; one alone is a one-shot. */
  occurrences: number;
  schedulers: number;
  workers: number;
  /** Attempts that an execution has, the lost ones included; at most 3. */
  attempts: number;
  /** What the user may ask for, and how many times in all. */
  mayWish: readonly Wish[];
  wishes: number;
  /** Crashes, leases that end and replies that are lost, together. Messages may be lost at any time. */
  faults: number;
  deferrals: number;
  overlap: 'allowAll' | 'skip';
  /** Whose clock may be a tick wrong: the api's behind, the others' ahead; at any reading it may also be right. */
  wrongClock: 'api' | 'scheduler' | 'worker' | null;
}

/** The last tick: retries and deferrals of the last occurrence fall due there. */
export function lastTick({ occurrences }: World): number {
  return Math.min(3, occurrences + 1);
}

/** One scheduler, one worker, a one-shot timer and nothing that goes wrong; the worlds say what they add. */
export function worldOf(changes: Partial<World> & Pick<World, 'name' | 'about'>): World {
  return {
    occurrences: 1,
    schedulers: 1,
    workers: 1,
    attempts: 1,
    mayWish: [],
    wishes: 0,
    faults: 0,
    deferrals: 0,
    overlap: 'allowAll',
    wrongClock: null,
    ...changes,
  };
}
