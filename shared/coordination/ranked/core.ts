/**
 * The core of the ranked election (pure): a bus that may lose, delay, repeat and reorder carries the talk, the registry
 * decides. The highest rank wins; there is no quorum, so the winner may install its term only once the former leader's
 * lease has stood still for its whole time, or was resigned. Two halves of a bus cannot outbid each other for ever.
 *
 *   outside ──(join)──► member ──(the leader is silent, and the registry too)──► candidate ──(countdown over, former
 *                        ▲ ▲ ▲                                                  │  ▲   │      lease over, term installed)
 *                        │ │ └──(objection; registry away; a leader is heard)───┘  │   └──────────────► leader
 *                        │ └──(its choice is silent or leaves)── voter ◄───────────┘                      │
 *                        │                                      (a higher rank stands)                    │
 *                        └──(bus or registry away for too long; a higher term stands in the registry)─────┘
 *
 * It must never trust a lease beyond what it was promised: that is looked at before anything else, in every turn.
 */
import { hearRegistry } from './answers.js';
import { hear } from './hearing.js';
import type { Message } from './messages.js';
import type { Answer } from './questions.js';
import { leads, type State } from './state.js';
import {
  announce,
  ask,
  follow,
  leaderIsSilent,
  send,
  stepDown,
  withdraw,
  type Context,
  type Effect,
  type Turn,
} from './turn.js';

export type Event =
  | { kind: 'join' | 'leave' | 'tick' }
  /** A message of another member. */
  | { kind: 'heard'; from: string; message: Message }
  /** A message of our own has come back from the bus. */
  | { kind: 'echoed'; sentAt: number }
  | Answer;

/** `at`: ticks of the member's own monotonic clock; never less than before. */
export type Input = Event & { at: number };

export interface Step {
  state: State;
  effects: Effect[];
}

/** One step. Changes nothing that it is given; what is to be done about it stands in the effects, in order. */
export function step(context: Context, before: Readonly<State>, input: Input): Step {
  const state = { ...before, position: { ...before.position } };
  const turn: Turn = { context, at: input.at, state, effects: [] };
  giveUpInTime(turn);
  take(turn, input);
  return { state, effects: turn.effects };
}

function take(turn: Turn, input: Input): void {
  switch (input.kind) {
    case 'join':
      return join(turn);
    case 'leave':
      return leave(turn);
    case 'tick':
      return tick(turn);
    case 'heard':
      return hear(turn, input.from, input.message);
    case 'echoed':
      return hearEcho(turn, input.sentAt);
    default:
      return hearRegistry(turn, input);
  }
}

/** A leader that the bus or the registry has not confirmed for too long is none. */
function giveUpInTime(turn: Turn): void {
  const { state, at, context } = turn;
  if (state.position.role !== 'leader' || leads(state, at, context.timing)) return;
  const isDeaf = at - state.echoedAt >= context.timing.trust;
  stepDown(turn, state.tenure!.term, isDeaf ? 'the bus is away' : 'the registry is away');
}

function join(turn: Turn): void {
  if (turn.state.position.role === 'outside') follow(turn);
}

function leave(turn: Turn): void {
  const { state } = turn;
  if (state.position.role === 'leader') stepDown(turn, state.tenure!.term, 'stopped');
  if (state.position.role === 'candidate') send(turn, { kind: 'leave' });
  state.position = { role: 'outside' };
}

function tick(turn: Turn): void {
  const { state, at, context } = turn;
  const { position } = state;
  if (position.role === 'voter' && at - position.heardAt >= context.timing.silence) follow(turn);
  else if (position.role === 'member') watch(turn);
  else if (position.role === 'candidate') contend(turn);
  else if (position.role === 'leader') reign(turn);
}

/** A member that hears its leader has no question to the registry. */
function watch(turn: Turn): void {
  const { state } = turn;
  if ((state.tenure === null || leaderIsSilent(turn)) && isTimeToAsk(turn)) ask(turn, { kind: 'read' });
}

function contend(turn: Turn): void {
  const { state, at, context } = turn;
  if (isCutOff(turn)) return withdraw(turn, context.timing.silence);
  if (at - state.announcedAt >= context.timing.beat) announce(turn);
  if (mayInstall(turn)) ask(turn, { kind: 'install', term: state.tenure!.term + 1, over: state.tenure! });
  else if (isTimeToAsk(turn)) ask(turn, { kind: 'read' });
}

/** Whom the registry or the bus does not answer can win nothing, and makes room for others. */
function isCutOff({ state, at, context }: Turn): boolean {
  const { position, readAt, echoedAt } = state;
  if (position.role !== 'candidate') return false;
  const answeredAt = Math.max(position.since, Math.min(readAt, echoedAt));
  return at - answeredAt >= context.timing.silence;
}

function mayInstall({ state, at, context }: Turn): boolean {
  const { position, tenure, tenureSince } = state;
  if (tenure === null || position.role !== 'candidate' || position.countdownEndsAt === null) return false;
  return at >= position.countdownEndsAt && (tenure.ended || at - tenureSince >= context.timing.lease);
}

function reign(turn: Turn): void {
  const { state, at, context } = turn;
  if (at - state.announcedAt >= context.timing.beat) announce(turn);
  if (isTimeToAsk(turn)) ask(turn, { kind: 'renew', tenure: state.tenure! });
}

function isTimeToAsk({ state, at, context }: Turn): boolean {
  return at - state.askedAt >= context.timing.ask;
}

function hearEcho({ state, at, context }: Turn, sentAt: number): void {
  const { position } = state;
  state.echoedAt = Math.max(state.echoedAt, sentAt);
  if (position.role === 'candidate' && sentAt >= position.since)
    position.countdownEndsAt ??= at + context.timing.countdown;
}
