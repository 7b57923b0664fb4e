/** POST: a new timer, or under an `Idempotency-Key` seen before the same one again. */
import { uuidV7 } from '../../../shared/base/ids.js';
import { createTimer } from '../../../shared/timers/creation.js';
import type { Timer } from '../../../shared/timers/timer.js';
import { resolve } from '../definition/resolution.js';
import { invalidRequest, Problem } from '../plugins/problems.js';
import type { TimerCreation } from '../schemas/timer-request.js';
import type { Desk } from './desk.js';
import { compareMarks, idOfKey, markOf } from './idempotency.js';

export interface CreationRequest {
  namespace: string;
  sent: TimerCreation;
  /** The `Idempotency-Key`. */
  key: string | undefined;
  /** Who asks for it. */
  actor: string;
}

export interface Created {
  timer: Timer;
  /** True when an earlier request with this key created it. */
  replayed: boolean;
}

export async function create(desk: Desk, request: CreationRequest): Promise<Created> {
  const { namespace, sent, key, actor } = request;
  const clock = await desk.clocks.of(namespace);
  const now = clock.now();
  const uid = uuidV7(desk.clock.now());
  const id = sent.id ?? (key === undefined ? uid : idOfKey(namespace, key));
  const resolution = resolve(sent, { now, id });
  if (Array.isArray(resolution)) throw invalidRequest(resolution);
  const { wish, late } = resolution;
  const mark = key === undefined ? null : markOf(key, wish.digest);
  if (late.length > 0) {
    // A repeated request may come so late that its instant is past; it must still find what the first one did.
    const there = mark && (await desk.timers.read({ namespace, id }));
    if (!there) throw invalidRequest(late);
    return { timer: replayed(there, mark), replayed: true };
  }
  const { shard } = clock;
  const timer = createTimer({
    ...{ namespace, id, uid, wish, now, idempotencyKey: mark, createdBy: actor },
    ...(shard !== undefined && { shard }),
  });
  const there = await desk.writer.write(timer);
  return there ? { timer: replayed(there, mark), replayed: true } : { timer, replayed: false };
}

function replayed(there: Timer, mark: string | null): Timer {
  switch (compareMarks(there.idempotencyKey, mark)) {
    case 'same':
      return there;
    case 'other-request':
      throw keyReused();
    case 'other-key':
      throw new Problem('timer-exists', `"${there.id}" is taken; use PUT to change it, or another id`);
  }
}

/** The problem of a key that came with another request before. */
export function keyReused(): Problem {
  return new Problem(
    'idempotency-key-reused',
    'it came with another body before; use a new key for a new request',
  );
}
