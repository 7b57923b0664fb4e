/** POST …/run: one execution beside the schedule, now. The same request id is the same run, however often it is sent. */
import { hash } from 'node:crypto';
import { uuidV7 } from '../../../shared/base/ids.js';
import type { ExecutionWithAttempts } from '../../../shared/store/store.js';
import { manualRunId, type Execution } from '../../../shared/timers/execution.js';
import { runTimer } from '../../../shared/timers/manual-run.js';
import type { Timer, TimerKey } from '../../../shared/timers/timer.js';
import { changeOpen, timerNotFound, type ChangeRequest, type Desk } from './desk.js';

export interface RunRequest extends ChangeRequest {
  /** The request's id; left out, each request is a run of its own. */
  id: string | undefined;
}

export interface Run {
  execution: ExecutionWithAttempts;
  /** True when an earlier request of this id made it. */
  replayed: boolean;
}

interface Told {
  timer: Timer;
  made: Execution | null;
}

/** Runs the timer, a paused one too; rejects with the problem of one that is closed or not there. */
export async function run(desk: Desk, { id, ...request }: RunRequest): Promise<Run> {
  const requestId = id === undefined ? uuidV7(desk.clock.now()) : nameOf(id);
  const earlier = id === undefined ? null : await find(desk, request.key, requestId);
  if (earlier) return { execution: earlier, replayed: true };
  const { timer, made } = await changeOpen<Told>(desk, { ...request, action: 'run' }, (current, instant) => {
    const { timer, open } = current;
    const there = open.some((execution) => execution.id === manualRunId(timer.uid, requestId));
    if (there) return { change: null, reply: { timer, made: null } };
    const change = runTimer(current, requestId, instant);
    return { change, reply: { timer: change.timer, made: change.insert[0]! } };
  });
  if (made) return { execution: { ...made, attempts: [] }, replayed: false };
  const there = await desk.executions.read(timer.namespace, manualRunId(timer.uid, requestId));
  if (!there) throw timerNotFound(request.key);
  return { execution: there, replayed: true };
}

/** The run of that request, whether it has ended or not; rejects with the problem where there is no such timer. */
async function find(
  { timers, executions }: Desk,
  key: TimerKey,
  requestId: string,
): Promise<ExecutionWithAttempts | null> {
  const timer = await timers.read(key);
  if (!timer) throw timerNotFound(key);
  return executions.read(key.namespace, manualRunId(timer.uid, requestId));
}

/** Part of an execution's id, and so of URLs: what could not stand there is hashed. */
function nameOf(id: string): string {
  return /^[A-Za-z0-9_-]{1,64}$/.test(id) ? id : `key-${hash('sha256', id, 'base64url')}`;
}
