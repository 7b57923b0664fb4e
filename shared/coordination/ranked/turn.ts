/**
 * One turn of a member of a ranked election (pure): the state it came with, what it becomes, and what is to be done
 * about it. Here are the moves; when to make which is said in hearing.ts and core.ts.
 */
import type { Random } from '../../base/random.js';
import type { Grounds, Message } from './messages.js';
import type { Question } from './questions.js';
import type { State, Timing } from './state.js';
import { isNewer, type Tenure } from './tenure.js';

export interface Context {
  /** The incarnation. */
  id: string;
  name: string;
  /** From the configuration; the highest wins. */
  rank: number;
  timing: Timing;
  random: Random;
}

/** What a driver does for the core. A question is answered by an input. */
export type Effect =
  | { kind: 'send'; message: Message }
  | Question
  /** For whoever follows the story: a log, an operator. */
  | { kind: 'tell'; event: string; detail: object };

export interface Turn {
  readonly context: Context;
  readonly at: number;
  /** A copy of the turn's own. */
  readonly state: State;
  readonly effects: Effect[];
}

const mostRankLost = 10;

/** True when nobody leads as far as is known here, and it may be said aloud. */
export function leaderIsSilent({ state, at, context }: Turn): boolean {
  if (at < state.patientUntil) return false;
  return state.tenure?.ended === true || at - state.leaderHeardAt >= context.timing.silence;
}

export function send({ effects }: Turn, message: Message): void {
  effects.push({ kind: 'send', message });
}

export function tell({ effects }: Turn, event: string, detail: object): void {
  effects.push({ kind: 'tell', event, detail });
}

/** Asks the registry, unless a question is under way; true when it was asked. */
export function ask({ state, at, effects }: Turn, question: Question): boolean {
  if (state.asking) return false;
  state.asking = true;
  state.askedAt = at;
  effects.push(question);
  return true;
}

export function follow({ state }: Turn): void {
  state.position = { role: 'member' };
}

/** Says what we are: the leader, or a candidate. */
export function announce(turn: Turn): void {
  const { state, at } = turn;
  const { position, tenure } = state;
  if (position.role === 'leader') send(turn, { kind: 'lead', ...tenure! });
  if (position.role === 'candidate') send(turn, { kind: 'stand', rank: state.rank });
  state.announcedAt = at;
}

/** Announces anew what somebody has not heard or does not believe; once a tick says enough. */
export function reassert(turn: Turn): void {
  if (turn.state.announcedAt < turn.at) announce(turn);
}

export function stand(turn: Turn): void {
  turn.state.position = { role: 'candidate', since: turn.at, countdownEndsAt: null };
  announce(turn);
}

/** Another one stands with the same rank: each loses 1 to 10 and stands again. */
export function breakTie(turn: Turn): void {
  const { state, context } = turn;
  const lost = 1 + Math.floor(context.random.next() * mostRankLost);
  tell(turn, 'rank-tied', { rank: state.rank, lost });
  state.rank -= lost;
  stand(turn);
}

export function yieldTo({ state, at }: Turn, choice: string, rank: number): void {
  state.position = { role: 'voter', choice, rank, heardAt: at };
}

export function object(turn: Turn, to: string, grounds: Grounds): void {
  send(turn, { kind: 'object', to, grounds });
}

/** Gives up a candidacy, and is patient for so many ticks. */
export function withdraw(turn: Turn, ticks: number): void {
  turn.state.patientUntil = turn.at + ticks;
  send(turn, { kind: 'leave' });
  follow(turn);
}

/** What `tenure` says has been installed by us. */
export function takeOffice(turn: Turn, tenure: Tenure): void {
  const { state } = turn;
  state.position = { role: 'leader', trustedSince: state.askedAt, rival: null };
  tell(turn, 'elected', { term: tenure.term });
  announce(turn);
}

/** Leads no more. What is still ours in the registry is resigned, so that nobody has to wait for it. */
export function stepDown(turn: Turn, term: number, reason: string): void {
  tell(turn, 'stepped-down', { term, reason });
  turn.state.owed = term;
  follow(turn);
  settle(turn);
}

/** Resigns what is owed, as soon as no other question is under way, unless it is no longer ours. */
export function settle(turn: Turn): void {
  const { owed, tenure, asking } = turn.state;
  if (owed === null || asking) return;
  turn.state.owed = null;
  if (tenure?.term === owed) ask(turn, { kind: 'resign', tenure });
}

/** Takes note of a tenure that is newer than the one known. That it is newer shows that its holder is alive. */
export function observe(turn: Turn, tenure: Tenure): void {
  const known = turn.state.tenure;
  if (!known || isNewer(tenure, known)) note(turn, tenure);
}

/** Takes note of a tenure that was read. The registry's word counts even when it has gone back. */
export function learn(turn: Turn, tenure: Tenure): void {
  const known = turn.state.tenure;
  if (!known || isNewer(tenure, known) || isNewer(known, tenure)) note(turn, tenure);
}

function note({ state, at, context }: Turn, tenure: Tenure): void {
  state.tenure = tenure;
  state.tenureSince = at;
  if (tenure.ended) return;
  state.leaderHeardAt = at;
  // Somebody leads: what this election has cost is forgotten by the next one.
  state.rank = context.rank;
}
