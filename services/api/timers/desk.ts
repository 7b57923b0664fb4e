/** What the operations on timers work with, and the one way in which each of them changes a timer. */
import type { Clock } from '../../../shared/base/clock.js';
import type { ChangeStore } from '../../../shared/store/changes.js';
import type { Decision, ExecutionStore, TimerStore } from '../../../shared/store/store.js';
import type { Change, Current, Instant } from '../../../shared/timers/change.js';
import { factsOfChange } from '../../../shared/events/facts.js';
import type { EventSender } from '../../../shared/events/sender.js';
import { recordOf } from '../../../shared/timers/change-record.js';
import { isClosed, type Timer, type TimerKey } from '../../../shared/timers/timer.js';
import type { NamespaceClocks } from '../clocks/namespace-clocks.js';
import { fieldChanges } from '../definition/field-changes.js';
import { Problem } from '../plugins/problems.js';
import { quotaExceeded, type TimerQuota } from '../quotas/timer-quota.js';
import { noticeOfChange } from './notice.js';
import type { TimerWriter } from './timer-writer.js';
import type { Toucher } from './toucher.js';

export interface Desk {
  timers: TimerStore;
  executions: ExecutionStore;
  changes: ChangeStore;
  writer: TimerWriter;
  toucher: Toucher;
  /** Told what has been written. */
  events: Pick<EventSender, 'tell'>;
  /** Real time; what a timer lives by is asked of `clocks`. */
  clock: Clock;
  clocks: NamespaceClocks;
  quota: Pick<TimerQuota, 'limitOf' | 'isFull'>;
  /** How long a closed timer and an ended execution are kept. */
  retentionMs: number;
}

export interface ChangeRequest {
  key: TimerKey;
  /** The header: the generations that may be changed, or `*`; undefined for any. */
  ifMatch: string | undefined;
  /** Who asks for it. */
  actor: string;
  /** Why, in their words. */
  reason?: string | null;
  /** The others that are asked for with it; alone where there are none. */
  group?: Pick<TimerStore, 'change'>;
}

/** What changes are called where they are kept. */
export const timerActions = [
  'put',
  'patch',
  'cancel',
  'pause',
  'resume',
  'run',
  'restore',
  'reschedule',
] as const;
export type TimerAction = (typeof timerActions)[number];

/** A change under its name; null for what is none and so is not kept, such as a touch. */
export interface NamedRequest extends ChangeRequest {
  action: TimerAction | null;
}

/** What came of a change: the timer as it is now, with what else there is to tell, or why nothing was changed. */
export type Reply<Told extends { timer: Timer }> = Told | Problem;

/**
 * Changes one timer by `decide`, which is called anew in every try of the transaction and answers a problem as a value,
 * so that the store sees no error that is not its own. Rejects with that problem, or with what the store rejects with.
 */
export async function change<Told extends { timer: Timer }>(
  desk: Desk,
  request: NamedRequest,
  decide: (current: Current | null, instant: Instant) => Decision<Reply<Told>>,
): Promise<Told> {
  const { timers, writer, events, clock, clocks, retentionMs } = desk;
  const { key, ifMatch, group = timers } = request;
  const { now } = await clocks.of(key.namespace);
  const made: { before: Timer | null; change: Change | null } = { before: null, change: null };
  const reply = await group.change(key, (current): Decision<Reply<Told>> => {
    made.change = null;
    if (isStale(ifMatch, current)) return refused(staleProblem(current));
    const decision = decide(current, { now: now(), expireAt: clock.now() + retentionMs });
    if (isOneTooMany(desk, current, decision)) return refused(tooMany(desk, key));
    made.before = current?.timer ?? null;
    made.change = decision.change;
    return recorded(decision, { ...request, current, at: clock.now() });
  });
  if (reply instanceof Problem) throw reply;
  const { before, change } = made;
  if (change) {
    writer.nudge([noticeOfChange(change)]);
    events.tell([change.timer], () => factsOfChange(before, change));
  }
  return reply;
}

/** True where it would open a timer in a namespace that has as many as it may. */
function isOneTooMany({ quota }: Desk, current: Current | null, { change }: Decision<unknown>): boolean {
  if (!change || isClosed(change.timer) || (current && !isClosed(current.timer))) return false;
  return quota.isFull(change.timer.namespace);
}

function tooMany({ quota }: Desk, { namespace }: TimerKey): Problem {
  return quotaExceeded(namespace, quota.limitOf(namespace) ?? 0);
}

/** Changes one timer that must be there and open; else the answer is that it is not. */
export function changeOpen<Told extends { timer: Timer }>(
  desk: Desk,
  request: NamedRequest,
  decide: (current: Current, instant: Instant) => Decision<Reply<Told>>,
): Promise<Told> {
  return change<Told>(desk, request, (current, instant) => {
    if (!current) return refused(timerNotFound(request.key));
    return isClosed(current.timer) ? refused(timerClosed(current.timer)) : decide(current, instant);
  });
}

interface Occasion extends Pick<NamedRequest, 'actor' | 'action' | 'reason'> {
  current: Current | null;
  at: number;
}

/** The decision, with what is kept of it. */
function recorded<Answer>(
  decision: Decision<Answer>,
  { current, action, actor, reason = null, at }: Occasion,
): Decision<Answer> {
  const { change } = decision;
  if (!change || !current || action === null) return decision;
  const changes = fieldChanges(current.timer, change.timer);
  return { ...decision, record: recordOf(current, change, { actor, action, reason, at, changes }) };
}

/** The decision to change nothing, for this reason. */
export function refused(problem: Problem): Decision<Problem> {
  return { change: null, reply: problem };
}

export function timerNotFound({ id, namespace }: TimerKey): Problem {
  return new Problem('timer-not-found', `there is no timer "${id}" in the namespace "${namespace}"`);
}

export function timerClosed({ state }: Timer): Problem {
  return new Problem('timer-closed', `it is ${state}; PUT makes a new one under the same id`);
}

/** RFC 9110, 13.1.1: with If-Match something must be there, of a generation that the header names. */
function isStale(ifMatch: string | undefined, current: Current | null): boolean {
  if (ifMatch === undefined) return false;
  if (current === null) return true;
  return ifMatch !== '*' && !ifMatch.includes(`"${current.timer.generation}"`);
}

function staleProblem(current: Current | null): Problem {
  const now = current === null ? 'it is not there' : `its generation is ${current.timer.generation}`;
  return new Problem('generation-mismatch', `${now}; read it again and decide anew`);
}
