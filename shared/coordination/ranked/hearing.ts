/** What a member of a ranked election does about what it hears from another one (pure). */
import type { Message } from './messages.js';
import type { State } from './state.js';
import {
  ask,
  breakTie,
  follow,
  leaderIsSilent,
  object,
  observe,
  reassert,
  stand,
  tell,
  withdraw,
  yieldTo,
  type Turn,
} from './turn.js';

type Heard<Kind extends Message['kind']> = Extract<Message, { kind: Kind }>;
interface Candidate {
  from: string;
  rank: number;
}
type Position<Role extends State['position']['role']> = Extract<State['position'], { role: Role }>;

/** Not for one's own messages. */
export function hear(turn: Turn, from: string, message: Message): void {
  if (turn.state.position.role === 'outside') return;
  if (message.kind === 'lead') hearLeader(turn, from, message);
  else if (message.kind === 'resign') hearResignation(turn, message);
  else if (message.kind === 'stand') hearCandidate(turn, from, message.rank);
  else if (message.kind === 'object') hearObjection(turn, message);
  else hearLeaving(turn, from);
}

function hearLeader(turn: Turn, from: string, { kind: _, ...tenure }: Heard<'lead'>): void {
  const { state, at } = turn;
  const known = state.tenure;
  if (state.position.role === 'leader') return hearRival(turn, state.position, { from, term: tenure.term });
  // It may have been sent before what we have read since.
  if (known && (tenure.term < known.term || (tenure.term === known.term && known.ended))) return;
  observe(turn, tenure);
  state.leaderHeardAt = at;
  follow(turn);
}

/** One of the two is mistaken. The lower term is told so; about the higher one the registry is asked. */
function hearRival(turn: Turn, own: Position<'leader'>, rival: { from: string; term: number }): void {
  const { term } = turn.state.tenure!;
  if (rival.term > term) return void ask(turn, { kind: 'read' });
  if (own.rival !== rival.from) tell(turn, 'rival-quelled', { rival: rival.from, its: rival.term, term });
  own.rival = rival.from;
  reassert(turn);
}

/** That nobody leads is enough to know; what comes of it, the next tick says. */
function hearResignation(turn: Turn, { kind: _, ...tenure }: Heard<'resign'>): void {
  if (turn.state.position.role !== 'leader') observe(turn, tenure);
}

function hearCandidate(turn: Turn, from: string, rank: number): void {
  const { position } = turn.state;
  if (position.role === 'leader') reassert(turn);
  if (position.role === 'member') judge(turn, from, rank);
  if (position.role === 'voter') compare(turn, position, { from, rank });
  if (position.role === 'candidate') contest(turn, { from, rank });
}

/** Who hears the leader objects; else a higher rank is a reason not to stand, and a lower one to look whether to. */
function judge(turn: Turn, from: string, rank: number): void {
  const { state, at, context } = turn;
  const heardAgo = at - state.leaderHeardAt;
  const hearsLeader = state.tenure?.ended === false && heardAgo < context.timing.silence;
  if (hearsLeader) object(turn, from, { leaderHeardAgo: heardAgo });
  else if (rank > state.rank) yieldTo(turn, from, rank);
  else if (leaderIsSilent(turn)) ask(turn, { kind: 'read' });
}

/** A voter is for the highest rank that it knows of. When ties have cost its choice too much, it is for itself again. */
function compare(turn: Turn, { choice, rank }: Position<'voter'>, one: Candidate): void {
  if (one.from === choice) contest(turn, one);
  else if (one.rank > rank) yieldTo(turn, one.from, one.rank);
  else if (one.rank < rank) object(turn, one.from, { candidate: choice, rank });
}

/** Against a lower rank it stands (again), to be heard. */
function contest(turn: Turn, other: Candidate): void {
  const { state } = turn;
  if (other.rank > state.rank) yieldTo(turn, other.from, other.rank);
  else if (other.rank === state.rank) breakTie(turn);
  else if (state.position.role === 'candidate') reassert(turn);
  else stand(turn);
}

/**
 * That somebody hears the leader ends a candidacy. That somebody knows of a higher rank holds it up, so that the one who
 * has it may be heard: by now it may have lost it.
 */
function hearObjection(turn: Turn, { to, grounds }: Heard<'object'>): void {
  const { state, at, context } = turn;
  const { position } = state;
  if (to !== context.id || position.role !== 'candidate') return;
  if ('leaderHeardAgo' in grounds)
    return withdraw(turn, Math.max(1, context.timing.silence - grounds.leaderHeardAgo));
  if (grounds.rank > state.rank) state.position = { role: 'candidate', since: at, countdownEndsAt: null };
}

function hearLeaving(turn: Turn, from: string): void {
  const { position } = turn.state;
  if (position.role === 'voter' && position.choice === from) follow(turn);
}
