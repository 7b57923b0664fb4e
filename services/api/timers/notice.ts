/** What the owner of a shard is told of when something of it is due soon. Pure. */
import type { Change } from '../../../shared/timers/change.js';
import { isUnderWay, openStates, type Execution } from '../../../shared/timers/execution.js';
import type { Timer } from '../../../shared/timers/timer.js';

export interface Notice {
  shard: number;
  namespace: string;
  /** When the first of it is due, epoch ms; Infinity for never. */
  dueAt: number;
  /** True where the change claimed executions, which nobody holds. */
  claimed: boolean;
}

/** Of a timer that was created or put off. */
export function noticeOfTimer({ shard, namespace, state, next }: Timer): Notice {
  const dueAt = state === 'active' && next ? next.dueAt : Infinity;
  return { shard, namespace, dueAt, claimed: false };
}

/** Of a timer with what the change leaves of its executions. */
export function noticeOfChange({ timer, insert, update }: Change): Notice {
  const notice = noticeOfTimer(timer);
  const waiting = [...insert, ...update].filter(isWaiting);
  return {
    ...notice,
    dueAt: Math.min(notice.dueAt, ...waiting.map(({ wakeAt }) => wakeAt)),
    claimed: insert.some(({ state }) => state === 'claimed'),
  };
}

function isWaiting(execution: Execution): boolean {
  const isOpen = (openStates as readonly string[]).includes(execution.state);
  return isOpen && !execution.held && !isUnderWay(execution);
}
