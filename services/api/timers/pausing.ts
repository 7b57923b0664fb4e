/** POST …/pause and …/resume. Both may be repeated: what is so already is left as it is. */
import { pauseTimer, resumeTimer } from '../../../shared/timers/pause.js';
import type { Timer } from '../../../shared/timers/timer.js';
import { farthestMs } from '../definition/schedule.js';
import { invalidRequest } from '../plugins/problems.js';
import { parseDuration } from '../schemas/duration.js';
import { parseInstant } from '../schemas/instant.js';
import { changeOpen, refused, type ChangeRequest, type Desk } from './desk.js';

export interface PauseRequest extends ChangeRequest {
  /** The user's words, kept with the pause too. */
  reason: string | null;
  /** When it ends by itself: an instant, or a duration from now. */
  until: string | number | null;
}

interface Told {
  timer: Timer;
}

/** Pauses a timer; a paused one gets the new reason and end. */
export async function pause(desk: Desk, request: PauseRequest): Promise<Timer> {
  const { reason, until: sent } = request;
  const { timer } = await changeOpen<Told>(desk, { ...request, action: 'pause' }, (current, instant) => {
    const read = sent === null ? { until: null } : readUntil(sent, instant.now);
    if ('detail' in read)
      return refused(invalidRequest([{ pointer: '/until', detail: read.detail, in: 'body' }]));
    const { until } = read;
    const { pause: present } = current.timer;
    const isSo = present !== null && present.reason === reason && present.until === until;
    if (isSo) return { change: null, reply: { timer: current.timer } };
    const change = pauseTimer(current, { reason, until }, instant);
    return { change, reply: { timer: change.timer } };
  });
  return timer;
}

/** Resumes a timer; an active one is answered as it is. */
export async function resume(desk: Desk, request: ChangeRequest): Promise<Timer> {
  const { timer } = await changeOpen<Told>(desk, { ...request, action: 'resume' }, (current, instant) => {
    if (current.timer.state === 'active') return { change: null, reply: { timer: current.timer } };
    const change = resumeTimer(current, instant);
    return { change, reply: { timer: change.timer } };
  });
  return timer;
}

function readUntil(sent: string | number, now: number): { until: number } | { detail: string } {
  const until = typeof sent === 'string' && /^\d{4}-/.test(sent) ? parseInstant(sent) : fromNow(sent, now);
  if ('reason' in until) return { detail: until.reason };
  if (until.at <= now) return { detail: 'is not ahead; a pause that has ended pauses nothing' };
  if (until.at > now + farthestMs)
    return { detail: 'is more than 10 years ahead; leave it out to pause until it is resumed' };
  return { until: until.at };
}

function fromNow(sent: string | number, now: number): { at: number } | { reason: string } {
  const parsed = parseDuration(sent);
  return 'reason' in parsed ? parsed : { at: now + parsed.ms };
}
