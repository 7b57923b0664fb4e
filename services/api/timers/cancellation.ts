/** DELETE: nothing of the timer starts any more; calls under way are told of, left to end, and never repeated. */
import { cancelTimer } from '../../../shared/timers/cancellation.js';
import { isUnderWay, type Execution } from '../../../shared/timers/execution.js';
import { isClosed, type Timer } from '../../../shared/timers/timer.js';
import { change, refused, timerNotFound, type ChangeRequest, type Desk } from './desk.js';

export interface Cancelled {
  timer: Timer;
  underWay: Execution[];
}

/** Cancels; a timer that is closed already is answered as it is, so that repeating a DELETE does no harm. */
export function cancel(desk: Desk, request: ChangeRequest): Promise<Cancelled> {
  return change<Cancelled>(desk, { ...request, action: 'cancel' }, (current, instant) => {
    if (!current) return refused(timerNotFound(request.key));
    const underWay = current.open.filter(isUnderWay);
    if (isClosed(current.timer)) return { change: null, reply: { timer: current.timer, underWay } };
    const change = cancelTimer(current, instant);
    return { change, reply: { timer: change.timer, underWay } };
  });
}
