/**
 * What each execution that asks to start does next, where others of its timer may keep it out: worked out from what was
 * read of the timer and of the executions it names. Whatever follows is written by compare-and-set and looked at again,
 * so a step need only be right for what was read. Pure but for the shapes of the rows.
 */
import { isUnderWay, openStates } from '../../timers/execution.js';
import { admit } from '../../timers/overlap.js';
import type { Start } from '../store.js';
import type { ExecutionRow, TimerRow } from './rows.js';

export type Seat = Pick<TimerRow, '_id' | 'uid' | 'busy' | 'buffered'>;
export type Rival = Pick<
  ExecutionRow,
  '_id' | 'state' | 'reason' | 'scheduledFor' | 'generation' | 'claim' | 'attempt' | 'abort'
>;

export interface Scene {
  /** By uid. */
  seats: ReadonlyMap<string, Seat>;
  /** By id: who asks, and whom the seats name. */
  rivals: ReadonlyMap<string, Rival>;
}

export type Step =
  /** Nobody keeps it out. */
  | { kind: 'start' }
  /** No longer claimed under these terms, or it waits as it should. */
  | { kind: 'leave' }
  /** `busy` is free: it still names `from`. */
  | { kind: 'take'; from: string | null }
  | { kind: 'skip' }
  | { kind: 'defer'; cancels: string | null }
  /** To be the one that waits behind `busy`; `buffered` still names `from`, which is skipped where it has not ended. */
  | { kind: 'place'; behind: string; from: string | null; displaces: string | null; cancels: string | null }
  /** The older one only waits: it ends, and so does one that is buffered. */
  | { kind: 'cancel'; cancels: string; displaces: string | null }
  /** It waits, and nobody keeps it out any more. */
  | { kind: 'wake' }
  /** Another of its timer moves first. */
  | { kind: 'stand-by' };

export interface Move {
  start: Start;
  step: Step;
}

/** Whoever moves first of a timer: the oldest, or the newest where a newer one takes the place of an older one. */
export function inTurn(starts: Start[]): Start[] {
  const sign = starts.some(({ overlap }) => overlap === 'cancelOther') ? -1 : 1;
  return [...starts].sort((a, b) => sign * (a.scheduledFor - b.scheduledFor));
}

/** The next step of each of one timer; no more than one of them changes what the timer names. */
export function movesOf(starts: Start[], scene: Scene): Move[] {
  let isMoved = false;
  return inTurn(starts).map((start) => {
    const step = stepOf(start, scene);
    const moves = step.kind === 'take' || step.kind === 'place' || step.kind === 'cancel';
    if (moves && isMoved) return { start, step: { kind: 'stand-by' } };
    isMoved ||= moves;
    return { start, step };
  });
}

function stepOf(start: Start, { seats, rivals }: Scene): Step {
  const seat = seats.get(start.timer.uid);
  const own = rivals.get(start.id);
  if (!own || !isOfTerms(own, start)) return { kind: 'leave' };
  const running = living(rivals, seat?.busy);
  const isKeptOut = running !== null && running._id !== start.id;
  if (own.state === 'deferred') return { kind: own.reason === 'overlap' && !isKeptOut ? 'wake' : 'leave' };
  if (own.state !== 'claimed') return { kind: 'leave' };
  if (!seat || seat.busy === start.id) return { kind: 'start' };
  if (!isKeptOut) return { kind: 'take', from: seat.busy };
  const buffered = seat.buffered === seat.busy ? null : living(rivals, seat.buffered);
  return stepBehind(start, { seat, running, buffered });
}

interface Taken {
  seat: Seat;
  /** Alive, and not the one that asks. */
  running: Rival;
  /** Alive. */
  buffered: Rival | null;
}

function stepBehind(start: Start, { seat, running, buffered }: Taken): Step {
  const isPlaced = buffered?._id === start.id;
  const other = isPlaced ? null : buffered;
  // Of two that are not to run side by side, the newer one counts, be it running or waiting to.
  const rival = start.overlap === 'cancelOther' ? newerOf(running, other) : running;
  const admission = admit(start.overlap, start, {
    running: contender(rival),
    waiting: buffered ? [contender(buffered)] : [],
  });
  const place = { kind: 'place', behind: running._id, from: seat.buffered } as const;
  switch (admission.action) {
    case 'start':
      return { kind: 'start' };
    case 'skip':
      return { kind: 'skip' };
    case 'buffer':
      if (start.overlap === 'bufferAll' || isPlaced) return { kind: 'defer', cancels: null };
      return { ...place, displaces: null, cancels: null };
    case 'cancelOlder': {
      const displaces = other?._id ?? null;
      if (!isUnderWay(running)) return { kind: 'cancel', cancels: running._id, displaces };
      const cancels = running.abort ? null : running._id;
      return isPlaced ? { kind: 'defer', cancels } : { ...place, displaces, cancels };
    }
  }
}

function isOfTerms(rival: Rival, { generation, claim, attempt }: Start): boolean {
  return rival.generation === generation && rival.claim === claim && rival.attempt === attempt;
}

/** Null for one that is over: ended, or not there. */
function living(rivals: Scene['rivals'], id: string | null | undefined): Rival | null {
  const rival = rivals.get(id ?? '');
  return rival && (openStates as readonly string[]).includes(rival.state) ? rival : null;
}

function newerOf(one: Rival, other: Rival | null): Rival {
  return other && other.scheduledFor > one.scheduledFor ? other : one;
}

function contender({ _id, scheduledFor }: Rival) {
  return { id: _id, scheduledFor };
}
