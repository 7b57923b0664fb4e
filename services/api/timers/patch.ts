/** PATCH: a JSON merge patch on the definition as it was sent; what comes out is checked like a new one. */
import type { Decision } from '../../../shared/store/store.js';
import { redefineTimer, type Current, type Instant } from '../../../shared/timers/change.js';
import { isClosed, type Timer } from '../../../shared/timers/timer.js';
import { instantSchedule } from '../definition/instant-schedule.js';
import { describeDefinition } from '../definition/description.js';
import { isObject, mergePatch } from '../definition/merge-patch.js';
import { resolve } from '../definition/resolution.js';
import { checkerOf } from '../plugins/validation.js';
import { invalidRequest, Problem } from '../plugins/problems.js';
import { timerDefinition } from '../schemas/timer-request.js';
import { change, refused, timerNotFound, type ChangeRequest, type Desk, type Reply } from './desk.js';

export interface PatchRequest extends ChangeRequest {
  patch: Record<string, unknown>;
}

interface Patched {
  timer: Timer;
}

const checkDefinition = checkerOf(timerDefinition, 'body');

/** Applies the patch; a delay in it counts from now, and without a word on when, the schedule stays as it is. */
export async function patch(desk: Desk, request: PatchRequest): Promise<Timer> {
  const lowered = withLowerCaseHeaders(request.patch);
  const { timer } = await change<Patched>(desk, request, (current, instant) =>
    current ? decide(current, lowered, instant) : refused(timerNotFound(request.key)),
  );
  return timer;
}

function decide(
  current: Current,
  patch: Record<string, unknown>,
  instant: Instant,
): Decision<Reply<Patched>> {
  const { timer } = current;
  if (isClosed(timer))
    return refused(
      new Problem('timer-closed', `it is ${timer.state}; PUT makes a new one under the same id`),
    );
  const reschedules = 'at' in patch || 'delay' in patch;
  const checked = checkDefinition(mergePatch(baseOf(timer, patch), patch));
  if ('mistakes' in checked) return refused(invalidRequest(checked.mistakes));
  const { schedule } = timer.definition;
  const resolution = resolve(checked.value, { now: instant.now, ...(!reschedules && { keep: schedule }) });
  if (Array.isArray(resolution)) return refused(invalidRequest(resolution));
  const { wish, past } = resolution;
  const isSameInstant = instantSchedule(wish.schedule).at === instantSchedule(schedule).at;
  if (past && !isSameInstant) return refused(invalidRequest([past]));
  const same = timer.digest === wish.digest && isSameInstant;
  if (same) return { change: null, reply: { timer } };
  const change = redefineTimer(current, wish, instant);
  return { change, reply: { timer: change.timer } };
}

/** `at` and `delay` are two ways to say one thing: a patch that gives one takes the place of the other. */
function baseOf(timer: Timer, patch: Record<string, unknown>): unknown {
  const { at, delay, ...rest } = describeDefinition(timer);
  const gives = (name: string): boolean => (patch[name] ?? null) !== null;
  return {
    ...rest,
    ...(at !== undefined && !gives('delay') && { at }),
    ...(delay !== undefined && !gives('at') && { delay }),
  };
}

/** A timer keeps its header names in lower case; the patch has to meet them. */
function withLowerCaseHeaders(patch: Record<string, unknown>): Record<string, unknown> {
  const { target } = patch;
  if (!isObject(target) || !isObject(target['headers'])) return patch;
  const headers = Object.entries(target['headers']).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return { ...patch, target: { ...target, headers: Object.fromEntries(headers) } };
}
