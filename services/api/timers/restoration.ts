/**
 * POST …/restore: an earlier version of the timer, as if its definition were sent again now. It is a change like any
 * other: nothing of the record is undone, a delay counts from now, a paused timer stays paused, and what of the schedule is
 * past is refused. A closed timer gets a new one in its place, as by PUT; here even where the instant is the same.
 */
import { uuidV7 } from '../../../shared/base/ids.js';
import { keptChanges } from '../../../shared/store/changes.js';
import type { Decision } from '../../../shared/store/store.js';
import { replaceTimer } from '../../../shared/timers/cancellation.js';
import type { Change, Current, Instant } from '../../../shared/timers/change.js';
import type { TimerVersion } from '../../../shared/timers/change-record.js';
import { createTimer, type Wish } from '../../../shared/timers/creation.js';
import { redefineTimer } from '../../../shared/timers/redefinition.js';
import { isClosed, type Timer } from '../../../shared/timers/timer.js';
import { describeDefinition } from '../definition/description.js';
import { resolve } from '../definition/resolution.js';
import { invalidRequest, Problem } from '../plugins/problems.js';
import type { Mistake } from '../schemas/problem.js';
import { change, refused, timerNotFound, type ChangeRequest, type Desk, type Reply } from './desk.js';
import { versionsOf } from './versions.js';

export interface RestoreRequest extends ChangeRequest {
  generation: number;
}

interface Told {
  timer: Timer;
}

/** All that is kept of one timer, and the manual runs between. */
const mostRecords = 10 * keptChanges;

/** Answers the timer, which is as it was at that generation; rejects with the problem where that cannot be. */
export async function restore(desk: Desk, request: RestoreRequest): Promise<Timer> {
  const version = await versionAt(desk, request);
  const { shard } = await desk.clocks.of(request.key.namespace);
  const uid = uuidV7(desk.clock.now());
  const { timer } = await change<Told>(desk, { ...request, action: 'restore' }, (current, instant) => {
    if (!current) return refused(timerNotFound(request.key));
    const renew = (wish: Wish): Change => {
      const { actor: createdBy, key } = request;
      const fresh = { ...key, uid, wish, idempotencyKey: null, now: instant.now, createdBy };
      const timer = createTimer({ ...fresh, ...(shard !== undefined && { shard }) });
      // The generation goes on growing, so that no ETag of this id ever comes back.
      return replaceTimer(current, { ...timer, generation: current.timer.generation + 1 }, instant);
    };
    return decide(current, { version, renew }, instant);
  });
  return timer;
}

async function versionAt(desk: Desk, { key, generation }: RestoreRequest): Promise<TimerVersion> {
  const timer = await desk.timers.read(key);
  if (!timer) throw timerNotFound(key);
  const { namespace, id: resourceId } = key;
  const query = { namespace, resource: 'timer', resourceId, before: null, limit: mostRecords } as const;
  const versions = versionsOf(timer, await desk.changes.list(query));
  const version = versions.at(generation);
  if (version) return version;
  throw new Problem(
    'version-not-found',
    `of "${timer.id}" the generations ${versions.oldest} to ${timer.generation} are kept`,
  );
}

interface Intent {
  version: TimerVersion;
  /** A new timer in the place of the closed one. */
  renew: (wish: Wish) => Change;
}

function decide(
  current: Current,
  { version, renew }: Intent,
  { now, ...rest }: Instant,
): Decision<Reply<Told>> {
  const { timer } = current;
  const sent = describeDefinition({ ...timer, ...version, uid: timer.uid });
  const resolution = resolve(sent, { now, id: timer.id, timer });
  if (Array.isArray(resolution)) return refused(outdated(resolution));
  const { wish, late, repeats } = resolution;
  if (late.length > 0 && (isClosed(timer) || !repeats)) return refused(outdated(late));
  if (!isClosed(timer) && timer.digest === wish.digest) return { change: null, reply: { timer } };
  const change = isClosed(timer) ? renew(wish) : redefineTimer(current, wish, { now, ...rest });
  return { change, reply: { timer: change.timer } };
}

function outdated(mistakes: Mistake[]): Problem {
  const [first] = mistakes;
  const detail = `names a version that cannot be had now: its ${first!.pointer.slice(1)} ${first!.detail}; PUT or PATCH gives the timer another one`;
  return invalidRequest([{ pointer: '/generation', detail, in: 'body' }]);
}
