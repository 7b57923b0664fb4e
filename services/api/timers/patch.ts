/** PATCH: a JSON merge patch on the definition as it was sent; what comes out is checked like a new one. */
import type { Decision } from '../../../shared/store/store.js';
import type { Current, Instant } from '../../../shared/timers/change.js';
import { redefineTimer } from '../../../shared/timers/redefinition.js';
import type { Timer } from '../../../shared/timers/timer.js';
import { describeDefinition } from '../definition/description.js';
import { isObject, mergePatch } from '../definition/merge-patch.js';
import { resolve } from '../definition/resolution.js';
import { namesZone, takesPart } from '../definition/schedule.js';
import { checkerOf } from '../plugins/validation.js';
import { invalidRequest } from '../plugins/problems.js';
import { kinds } from '../schemas/schedule-request.js';
import { timerDefinition } from '../schemas/timer-request.js';
import { changeOpen, refused, type ChangeRequest, type Desk, type Reply } from './desk.js';

export interface PatchRequest extends ChangeRequest {
  patch: Record<string, unknown>;
}

interface Patched {
  timer: Timer;
}

const checkDefinition = checkerOf(timerDefinition, 'body');

/** Applies the patch; a delay in it counts from now, one that it does not name goes on counting. */
export async function patch(desk: Desk, request: PatchRequest): Promise<Timer> {
  const lowered = withLowerCaseHeaders(request.patch);
  const { timer } = await changeOpen<Patched>(desk, { ...request, action: 'patch' }, (current, instant) =>
    decidePatch(current, lowered, instant),
  );
  return timer;
}

/** What a merge patch, its header names in lower case, makes of an open timer. */
export function decidePatch(
  current: Current,
  patch: Record<string, unknown>,
  instant: Instant,
): Decision<Reply<Patched>> {
  const { timer } = current;
  const checked = checkDefinition(mergePatch(baseOf(timer, patch), patch));
  if ('mistakes' in checked) return refused(invalidRequest(checked.mistakes));
  const { id } = timer;
  const keepsDelay = !('delay' in patch);
  const resolution = resolve(checked.value, { now: instant.now, id, timer, keepsDelay });
  if (Array.isArray(resolution)) return refused(invalidRequest(resolution));
  const { wish, late, repeats } = resolution;
  if (late.length > 0 && !repeats) return refused(invalidRequest(late));
  if (timer.digest === wish.digest && repeats) return { change: null, reply: { timer } };
  const change = redefineTimer(current, wish, instant);
  return { change, reply: { timer: change.timer } };
}

/** A patch that gives one kind of "when" takes the place of the other kind, and of what only that one can have. */
function baseOf(timer: Timer, patch: Record<string, unknown>): unknown {
  const base: Record<string, unknown> = { ...describeDefinition(timer) };
  const given = kinds.filter((kind) => (patch[kind] ?? null) !== null);
  const [kind] = given;
  if (kind === undefined) return base;
  for (const other of kinds) if (other !== kind) delete base[other];
  for (const part of ['anchor', 'dst'] as const) if (!takesPart(part, kind)) delete base[part];
  const { cron } = patch;
  if (typeof cron === 'string' && namesZone(cron)) delete base['timezone'];
  return base;
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
