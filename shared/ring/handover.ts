/**
 * How the leader brings the ring from one version to the next, as a pure machine: inputs in, effects out.
 *
 *   following ──► settled ──(members differ)──► preparing ──(all asked have told their positions)──► committing
 *                    ▲                              │                                                    │
 *                    │                              └─(one died, or is silent)─► begun again without it  │
 *        (its instant has come)                                                                          │
 *                    │                                                                  (the registry has it)
 *                 resuming ◄──(all acknowledged)── synchronising ◄──────────────────────────────────────┘
 *                                                       └─(one is past its instant)─► committing, with a later one
 *
 *   synchronising, resuming: one died ─► preparing the next one, at once
 *   any phase: leadership lost, or a write without a good answer ─► following. Whoever leads next reads the registry:
 *   what was committed it finishes; what was only proposed is forgotten with whoever proposed it.
 *
 * Nobody pauses in any phase. Only those that lose shards and live on have a position that matters, and only a newcomer
 * has to show that it can be reached; so the shards of a dead member are handed on by a single write. The very first
 * version takes effect at once: nobody owned anything before.
 */
import { asMembers, losers, withoutSuperseded, type Ring, type RingVersion } from './ring.js';

/** From the highest position to the instant of the new version: time for every member to hear of it. */
export const handoverLeadMs = 2_000;
/** A member that did not answer is left out for this long. */
export const silenceMs = 10_000;

export type Phase = 'following' | 'settled' | 'preparing' | 'committing' | 'synchronising' | 'resuming';

export interface Handover {
  phase: Phase;
  /** As committed. */
  ring: Ring;
  /** Who ought to be in the ring, silent ones included. */
  wanted: readonly string[];
  /** Until when each is left out because it did not answer. */
  silent: ReadonlyMap<string, number>;
  /** Numbers the questions; an answer to an earlier one counts for nothing. */
  round: number;
  /** Members of the version that is being prepared or committed. */
  proposed: readonly string[];
  /** Who has been asked and has not answered. */
  waiting: readonly string[];
  /** The latest due instant that anybody asked has claimed up to. */
  position: number;
}

export type HandoverInput =
  /** This process leads, and has read the ring from the registry. */
  | { kind: 'lead'; ring: Ring; wanted: readonly string[]; now: number }
  | { kind: 'follow' }
  | { kind: 'members'; wanted: readonly string[]; now: number }
  /** An answer, to a question of either phase. */
  | { kind: 'answer'; member: string; round: number; position: number; now: number }
  /** No answer, for all retries. */
  | { kind: 'silence'; member: string; round: number; now: number }
  | { kind: 'written'; ring: Ring; now: number }
  | { kind: 'tick'; now: number };

export type HandoverEffect =
  /** Ask these for their positions. */
  | { kind: 'prepare'; members: readonly string[]; round: number }
  /** Write this ring into the registry in place of the one known. */
  | { kind: 'write'; ring: Ring }
  /** Tell these of the committed ring, and ask whether they are past its instant. */
  | { kind: 'commit'; members: readonly string[]; round: number }
  | { kind: 'event'; event: HandoverEvent };

export type HandoverEvent =
  'begun' | 'rolled back' | 'taken up' | 'committed' | 'put later' | 'acknowledged' | 'finished';

export interface Step {
  state: Handover;
  effects: HandoverEffect[];
}

export const notLeading: Handover = {
  phase: 'following',
  ring: [],
  wanted: [],
  silent: new Map(),
  round: 0,
  proposed: [],
  waiting: [],
  position: 0,
};

/** One step of the machine. Inputs that do not fit the phase change nothing: they are late. */
export function step(state: Handover, input: HandoverInput): Step {
  if (input.kind === 'lead') return lead(state, input);
  if (input.kind === 'follow') return stay({ ...notLeading, round: state.round });
  if (state.phase === 'following') return stay(state);
  switch (input.kind) {
    case 'members':
      return members({ ...state, wanted: asMembers(input.wanted) }, input.now);
    case 'tick':
      return tick(state, input.now);
    case 'written':
      if (state.phase !== 'committing') return stay(state);
      return synchronise({ ...state, ring: input.ring }, { event: 'committed', now: input.now });
    case 'answer':
      return answer(state, input);
    case 'silence':
      return silence(state, input);
  }
}

/** The newest version; null while there is none. */
export function newestOf(ring: Ring): RingVersion | null {
  return ring.at(-1) ?? null;
}

function lead(
  state: Handover,
  { ring, wanted, now }: { ring: Ring; wanted: readonly string[]; now: number },
): Step {
  const fresh = { ...notLeading, round: state.round, ring, wanted: asMembers(wanted) };
  const newest = newestOf(ring);
  if (!newest || newest.effectiveFrom <= now) return begin(fresh, now);
  return synchronise(fresh, { event: 'taken up', now });
}

/** Deaths cannot wait; whoever came waits until what is under way has ended. */
function members(state: Handover, now: number): Step {
  if (state.phase === 'settled') return begin(state, now);
  if (state.phase === 'preparing') return hasLost(state, state.proposed) ? rollBack(state, now) : stay(state);
  if (state.phase === 'committing') return stay(state);
  return hasLost(state, newestOf(state.ring)!.members) ? begin(state, now) : stay(state);
}

function tick(state: Handover, now: number): Step {
  if (state.phase === 'settled') return begin(state, now);
  if (state.phase !== 'resuming' || now < newestOf(state.ring)!.effectiveFrom) return stay(state);
  return after({ kind: 'event', event: 'finished' }, begin(state, now));
}

function answer(state: Handover, { member, round, position, now }: Answer): Step {
  if (!isAwaited(state, member, round)) return stay(state);
  const waiting = state.waiting.filter((other) => other !== member);
  const matters = state.phase === 'preparing' || isPast(state, member, position);
  const next = { ...state, waiting, position: matters ? Math.max(state.position, position) : state.position };
  if (waiting.length > 0) return stay(next);
  if (state.phase === 'preparing') return commit(next, now);
  const { effectiveFrom } = newestOf(next.ring)!;
  if (next.position > effectiveFrom && now < effectiveFrom) return putLater(next, now);
  return after({ kind: 'event', event: 'acknowledged' }, tick({ ...next, phase: 'resuming' }, now));
}

type Answer = Extract<HandoverInput, { kind: 'answer' }>;

function silence(
  state: Handover,
  { member, round, now }: { member: string; round: number; now: number },
): Step {
  if (!isAwaited(state, member, round)) return stay(state);
  const silent = new Map(state.silent).set(member, now + silenceMs);
  return state.phase === 'preparing' ? rollBack({ ...state, silent }, now) : begin({ ...state, silent }, now);
}

function isAwaited(state: Handover, member: string, round: number): boolean {
  const asks = state.phase === 'preparing' || state.phase === 'synchronising';
  return asks && round === state.round && state.waiting.includes(member);
}

/** Whether this member has claimed what the newest version takes from it. */
function isPast({ ring }: Handover, member: string, position: number): boolean {
  const [before, newest] = ring.slice(-2);
  if (!before || !newest) return false;
  return position > newest.effectiveFrom && losers(before, newest).includes(member);
}

/** Who is wanted and not silent. */
function eligible({ wanted, silent }: Handover, now: number): string[] {
  return wanted.filter((member) => (silent.get(member) ?? -Infinity) <= now);
}

function hasLost({ wanted }: Handover, names: readonly string[]): boolean {
  return names.some((member) => !wanted.includes(member));
}

function rollBack(state: Handover, now: number): Step {
  return after({ kind: 'event', event: 'rolled back' }, begin(state, now));
}

/** Compares who is there with the newest version, and asks those whose answer is needed for another one. */
function begin(state: Handover, now: number): Step {
  const proposed = eligible(state, now);
  const newest = newestOf(state.ring);
  // A ring of nobody would be worse than one with a member that is silent.
  if (proposed.length === 0 || proposed.join() === newest?.members.join()) return rest(state, now);
  const waiting = concerned(newest, proposed);
  const next: Handover = {
    ...state,
    phase: 'preparing',
    proposed,
    waiting,
    position: 0,
    round: state.round + 1,
  };
  const begun: HandoverEffect = { kind: 'event', event: 'begun' };
  if (waiting.length === 0) return after(begun, commit(next, now));
  return { state: next, effects: [begun, { kind: 'prepare', members: waiting, round: next.round }] };
}

function rest(state: Handover, now: number): Step {
  const phase = (newestOf(state.ring)?.effectiveFrom ?? 0) <= now ? 'settled' : 'resuming';
  return stay({ ...state, phase, proposed: [], waiting: [] });
}

/** Those that live on and lose shards, and newcomers. */
function concerned(newest: RingVersion | null, proposed: readonly string[]): string[] {
  if (!newest) return [...proposed];
  const newcomers = proposed.filter((member) => !newest.members.includes(member));
  return asMembers([...losers(newest, { ...newest, members: proposed }), ...newcomers]);
}

function commit(state: Handover, now: number): Step {
  const newest = newestOf(state.ring);
  const number = (newest?.number ?? 0) + 1;
  const earliest = Math.max(state.position, now) + handoverLeadMs;
  // The first version takes nothing from anybody: it holds for every instant, and nobody has to hear of it in time.
  const effectiveFrom = newest ? Math.max(earliest, newest.effectiveFrom) : now;
  const ring = [...withoutSuperseded(state.ring, now), { number, members: state.proposed, effectiveFrom }];
  return { state: { ...state, phase: 'committing', waiting: [] }, effects: [{ kind: 'write', ring }] };
}

/** The newest version, which holds for nobody yet, gives way to one with the same members and a later instant. */
function putLater(state: Handover, now: number): Step {
  const newest = newestOf(state.ring)!;
  const later = {
    ...newest,
    number: newest.number + 1,
    effectiveFrom: Math.max(state.position, now) + handoverLeadMs,
  };
  const ring = [...state.ring.slice(0, -1), later];
  return {
    state: { ...state, phase: 'committing', proposed: later.members, waiting: [] },
    effects: [
      { kind: 'event', event: 'put later' },
      { kind: 'write', ring },
    ],
  };
}

/** Tells the newest version to its members; if one of them died while it was written, goes on to the next one instead. */
function synchronise(state: Handover, { event, now }: { event: HandoverEvent; now: number }): Step {
  const told: HandoverEffect = { kind: 'event', event };
  const { members: waiting } = newestOf(state.ring)!;
  if (hasLost(state, waiting)) return after(told, begin(state, now));
  const round = state.round + 1;
  return {
    state: { ...state, phase: 'synchronising', waiting, round, position: 0 },
    effects: [told, { kind: 'commit', members: waiting, round }],
  };
}

function stay(state: Handover): Step {
  return { state, effects: [] };
}

function after(effect: HandoverEffect, { state, effects }: Step): Step {
  return { state, effects: [effect, ...effects] };
}
