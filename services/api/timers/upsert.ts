/** PUT: the timer of this id is to be as sent, whether it is there or not. */
import { uuidV7 } from '../../../shared/base/ids.js';
import type { Decision } from '../../../shared/store/store.js';
import { replaceTimer } from '../../../shared/timers/cancellation.js';
import type { Current, Instant } from '../../../shared/timers/change.js';
import { createTimer } from '../../../shared/timers/creation.js';
import { redefineTimer } from '../../../shared/timers/redefinition.js';
import { isClosed, type Timer } from '../../../shared/timers/timer.js';
import { resolve } from '../definition/resolution.js';
import { isDated } from '../definition/timeliness.js';
import { invalidRequest, Problem } from '../plugins/problems.js';
import type { Mistake } from '../schemas/problem.js';
import type { TimerDefinition } from '../schemas/timer-request.js';
import { keyReused } from './creation.js';
import { change, refused, type ChangeRequest, type Desk, type Reply } from './desk.js';
import { compareMarks, markOf } from './idempotency.js';

export interface UpsertRequest extends ChangeRequest {
  sent: TimerDefinition;
  idempotencyKey: string | undefined;
}

export interface Upserted {
  timer: Timer;
  created: boolean;
}

/** What is to be put, resolved as if nothing were there. */
interface Intent {
  sent: TimerDefinition;
  fresh: Timer;
  late: Mistake[];
}

/** Creates, changes, replaces a closed one, or finds that it is as sent already. */
export async function upsert(desk: Desk, request: UpsertRequest): Promise<Upserted> {
  const intent = await resolveIntent(desk, request);
  // Most PUTs are of new ids: those go with the group, without a transaction of their own.
  if (intent.late.length === 0 && request.ifMatch === undefined) {
    const there = await desk.writer.write(intent.fresh);
    if (!there) return { timer: intent.fresh, created: true };
    if (!isClosed(there) && there.digest === intent.fresh.digest) return { timer: there, created: false };
  }
  return change<Upserted>(desk, { ...request, action: 'put' }, (current, instant) =>
    current ? decide(current, intent, instant) : refused(absent(intent)),
  );
}

async function resolveIntent(
  { clock, clocks }: Desk,
  { key, sent, idempotencyKey, actor }: UpsertRequest,
): Promise<Intent> {
  const { now: read, shard } = await clocks.of(key.namespace);
  const now = read();
  const resolution = resolve(sent, { now, id: key.id });
  if (Array.isArray(resolution)) throw invalidRequest(resolution);
  const { wish, late } = resolution;
  const mark = idempotencyKey === undefined ? null : markOf(idempotencyKey, wish.digest);
  const fresh = createTimer({
    ...{ ...key, uid: uuidV7(clock.now()), wish, idempotencyKey: mark, now, createdBy: actor },
    ...(shard !== undefined && { shard }),
  });
  return { sent, fresh, late };
}

function decide(current: Current, { sent, fresh }: Intent, instant: Instant): Decision<Reply<Upserted>> {
  const { timer } = current;
  const resolution = resolve(sent, { now: instant.now, id: timer.id, timer });
  if (Array.isArray(resolution)) return refused(invalidRequest(resolution));
  const { wish, late, repeats } = resolution;
  if (late.length > 0 && !repeats) return refused(invalidRequest(late));
  const asItIs = { change: null, reply: { timer, created: false } };
  if (!isClosed(timer)) {
    if (timer.digest === wish.digest) return asItIs;
    const change = redefineTimer(current, wish, instant);
    return { change, reply: { timer: change.timer, created: false } };
  }
  const marks = compareMarks(timer.idempotencyKey, fresh.idempotencyKey);
  if (marks === 'other-request') return refused(keyReused());
  const isKept = repeats && (late.length > 0 || isDated(wish.schedule));
  if (isKept || marks === 'same') return asItIs;
  // The generation goes on growing, so that no ETag of this id ever comes back.
  const change = replaceTimer(current, { ...fresh, generation: timer.generation + 1 }, instant);
  return { change, reply: { timer: change.timer, created: true } };
}

/** It was there a moment ago, or there is nothing that a late schedule could repeat. */
function absent({ late }: Intent): Problem {
  return late.length > 0
    ? invalidRequest(late)
    : new Problem('store-unavailable', 'the timer was removed between two looks at it; repeat the request');
}
