/** What a member of a ranked election does about what the registry answers (pure). */
import type { Answer } from './questions.js';
import type { Tenure } from './tenure.js';
import {
  announce,
  ask,
  leaderIsSilent,
  learn,
  observe,
  send,
  settle,
  stand,
  stepDown,
  takeOffice,
  withdraw,
  type Turn,
} from './turn.js';

export function hearRegistry(turn: Turn, answer: Answer): void {
  turn.state.asking = false;
  react(turn, answer);
  settle(turn);
}

function react(turn: Turn, answer: Answer): void {
  if (answer.kind === 'failed') return failed(turn);
  // Refused: somebody else was there first, or a reply of ours was lost. The registry knows.
  if (answer.tenure === null) return void ask(turn, { kind: 'read' });
  ({ read, installed, renewed, resigned })[answer.kind](turn, answer.tenure);
}

function read(turn: Turn, tenure: Tenure): void {
  const { state, at } = turn;
  const { role } = state.position;
  const own = state.tenure;
  state.readAt = at;
  learn(turn, tenure);
  if (role === 'leader') return reconsider(turn, own!);
  if (role === 'member' && leaderIsSilent(turn)) stand(turn);
  if (role === 'candidate' && !leaderIsSilent(turn)) withdraw(turn, 0);
}

/** A leader has read: another term has come over its own, or only its lease is of another version than it thought. */
function reconsider(turn: Turn, own: Tenure): void {
  const { tenure } = turn.state;
  if (tenure!.termVersion !== own.termVersion) return stepDown(turn, own.term, 'a higher term is installed');
  ask(turn, { kind: 'renew', tenure: tenure! });
}

/** It is ours, whatever has become of our candidacy meanwhile. Where it comes too late there is no use for it. */
function installed(turn: Turn, tenure: Tenure): void {
  const { state, at, context } = turn;
  observe(turn, tenure);
  const isOutranked = state.tenure !== tenure;
  const isLate = at - state.askedAt >= context.timing.trust;
  if (isOutranked || isLate || state.position.role === 'outside') {
    state.owed = tenure.term;
    return;
  }
  takeOffice(turn, tenure);
  ask(turn, { kind: 'renew', tenure });
}

function renewed(turn: Turn, tenure: Tenure): void {
  const { state } = turn;
  observe(turn, tenure);
  if (state.position.role !== 'leader') return;
  state.position.trustedSince = state.askedAt;
  // At once: from hearing of this lease the others count its time.
  announce(turn);
}

function resigned(turn: Turn, tenure: Tenure): void {
  observe(turn, tenure);
  send(turn, { kind: 'resign', ...tenure });
}

function failed(turn: Turn): void {
  const { state, context } = turn;
  if (state.position.role === 'candidate') withdraw(turn, context.timing.silence);
}
