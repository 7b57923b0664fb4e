/** PUT: the timer of this id is to be as sent, whether it is there or not. */
import { uuidV7 } from '../../../shared/base/ids.js';
import type { Decision } from '../../../shared/store/store.js';
import {
  createTimer,
  redefineTimer,
  replaceTimer,
  type Current,
  type Instant,
  type Wish,
} from '../../../shared/timers/change.js';
import { isClosed, type Timer } from '../../../shared/timers/timer.js';
import { instantSchedule } from '../definition/instant-schedule.js';
import { resolve } from '../definition/resolution.js';
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

/** What is to be put, resolved. */
interface Intent {
  fresh: Timer;
  wish: Wish;
  past: Mistake | null;
}

/** Creates, changes, replaces a closed one, or finds that it is as sent already. */
export async function upsert(desk: Desk, request: UpsertRequest): Promise<Upserted> {
  const intent = resolveIntent(desk, request);
  // Most PUTs are of new ids: those go with the group, without a transaction of their own.
  if (!intent.past && request.ifMatch === undefined) {
    const there = await desk.writer.write(intent.fresh);
    if (!there) return { timer: intent.fresh, created: true };
    if (!isClosed(there) && there.digest === intent.wish.digest) return { timer: there, created: false };
  }
  return change<Upserted>(desk, request, (current, instant) =>
    current ? decide(current, intent, instant) : refused(absent(intent)),
  );
}

function resolveIntent({ clock }: Desk, { key, sent, idempotencyKey }: UpsertRequest): Intent {
  const now = clock.now();
  const resolution = resolve(sent, { now });
  if (Array.isArray(resolution)) throw invalidRequest(resolution);
  const { wish, past } = resolution;
  const mark = idempotencyKey === undefined ? null : markOf(idempotencyKey, wish.digest);
  return { fresh: createTimer({ ...key, uid: uuidV7(now), wish, idempotencyKey: mark, now }), wish, past };
}

function decide(
  current: Current,
  { fresh, wish, past }: Intent,
  instant: Instant,
): Decision<Reply<Upserted>> {
  const { timer } = current;
  const wanted = instantSchedule(wish.schedule);
  const repeatsAt =
    wanted.delayMs === undefined && wanted.at === instantSchedule(timer.definition.schedule).at;
  if (past && !repeatsAt) return refused(invalidRequest([past]));
  const asItIs = { change: null, reply: { timer, created: false } };
  if (!isClosed(timer)) {
    if (timer.digest === wish.digest) return asItIs;
    const change = redefineTimer(current, wish, instant);
    return { change, reply: { timer: change.timer, created: false } };
  }
  const marks = compareMarks(timer.idempotencyKey, fresh.idempotencyKey);
  if (marks === 'other-request') return refused(keyReused());
  if (repeatsAt || marks === 'same') return asItIs;
  // The generation goes on growing, so that no ETag of this id ever comes back.
  const change = replaceTimer(current, { ...fresh, generation: timer.generation + 1 }, instant);
  return { change, reply: { timer: change.timer, created: true } };
}

/** It was there a moment ago, or there is nothing that a past `at` could repeat. */
function absent({ past }: Intent): Problem {
  return past
    ? invalidRequest([past])
    : new Problem('store-unavailable', 'the timer was removed between two looks at it; repeat the request');
}
